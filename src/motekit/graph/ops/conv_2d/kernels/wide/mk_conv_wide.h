/* 2-D convolution of int16 activations with int8 weights, NHWC: what lies under the window is
 * gathered into a patch, and every output channel is one dot product with it. */
#ifndef MK_CONV_WIDE_H
#define MK_CONV_WIDE_H

#include <stdint.h>

#include "mk_scale16.h"

typedef struct {
    const int8_t *weights; /* [out_c][kernel_h][kernel_w][in_c / groups] */
    const int64_t *bias;   /* [out_c] */
    mk_scale16 scale;
    uint16_t batches;
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    uint16_t dilation_h, dilation_w;
    uint16_t pad_top, pad_left;
    uint16_t groups;
} mk_conv_wide_params;

/* in: [batches][in_h][in_w][in_c], out: [batches][out_h][out_w][out_c].
 * patch: kernel_h * kernel_w * in_c values; not used by a 1x1 kernel without padding. */
void mk_conv_wide(const mk_conv_wide_params *p, const int16_t *in, int16_t *out, int16_t *patch);

#endif
