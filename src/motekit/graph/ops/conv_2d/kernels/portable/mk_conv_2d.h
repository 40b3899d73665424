/* 2-D convolution, int8, NHWC: rows of the input under the window are gathered into a patch, and
 * every output channel is one dot product with it. */
#ifndef MK_CONV_2D_H
#define MK_CONV_2D_H

#include <stdint.h>

typedef struct {
    const int8_t *weights;     /* [out_c][kernel_h][kernel_w][in_c / groups] */
    const int32_t *bias;       /* [out_c], input zero point folded in */
    const int32_t *multiplier; /* one, or [out_c] */
    const int8_t *shift;       /* as many */
    uint16_t batches;
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    uint16_t dilation_h, dilation_w;
    uint16_t pad_top, pad_left;
    uint16_t groups;
    uint8_t per_channel; /* 0: one multiplier for all, 1: one each */
    int8_t in_zero;
    int8_t out_zero;
    int8_t out_min;
    int8_t out_max;
} mk_conv_2d_params;

/* in: [batches][in_h][in_w][in_c], out: [batches][out_h][out_w][out_c]; they must not overlap.
 * patch: kernel_h * kernel_w * in_c bytes; not used by a 1x1 kernel without padding. */
void mk_conv_2d(const mk_conv_2d_params *p, const int8_t *in, int8_t *out, int8_t *patch);

#endif
