/* Transposed 2-D convolution, int8, NHWC. */
#ifndef MK_TRANSPOSE_CONV_H
#define MK_TRANSPOSE_CONV_H

#include <stdint.h>

typedef struct {
    const int8_t *weights;     /* [out_c][kernel_h][kernel_w][in_c] */
    const int32_t *bias;       /* [out_c] */
    const int32_t *multiplier; /* one, or [out_c] */
    const int8_t *shift;       /* as many */
    uint16_t batches;
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    uint16_t pad_top, pad_left; /* rows and columns cut off the whole result */
    uint8_t per_channel;        /* 0: one multiplier for all, 1: one each */
    int8_t in_zero;
    int8_t out_zero;
    int8_t out_min;
    int8_t out_max;
} mk_transpose_conv_params;

/* in: [batches][in_h][in_w][in_c], out: [batches][out_h][out_w][out_c]; they must not overlap. */
void mk_transpose_conv(const mk_transpose_conv_params *p, const int8_t *in, int8_t *out);

#endif
