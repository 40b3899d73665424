/* Depthwise 2-D convolution, int8, NHWC: one filter a channel, or several. */
#ifndef MK_DEPTHWISE_CONV_2D_H
#define MK_DEPTHWISE_CONV_2D_H

#include <stdint.h>

typedef struct {
    const int8_t *weights;     /* [kernel_h][kernel_w][out_c] */
    const int32_t *bias;       /* [out_c] */
    const int32_t *multiplier; /* one, or [out_c] */
    const int8_t *shift;       /* as many */
    uint16_t batches;
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    uint16_t dilation_h, dilation_w;
    uint16_t pad_top, pad_left;
    uint16_t outputs_per_channel; /* out_c / in_c */
    uint8_t per_channel;          /* 0: one multiplier for all, 1: one each */
    int8_t in_zero;
    int8_t out_zero;
    int8_t out_min;
    int8_t out_max;
} mk_depthwise_conv_2d_params;

/* in: [batches][in_h][in_w][in_c], out: [batches][out_h][out_w][out_c]; they must not overlap. */
void mk_depthwise_conv_2d(const mk_depthwise_conv_2d_params *p, const int8_t *in, int8_t *out);

#endif
