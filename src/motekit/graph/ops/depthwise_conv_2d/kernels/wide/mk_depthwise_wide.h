/* Depthwise 2-D convolution of int16 activations with int8 weights, NHWC. */
#ifndef MK_DEPTHWISE_WIDE_H
#define MK_DEPTHWISE_WIDE_H

#include <stdint.h>

#include "mk_scale16.h"

typedef struct {
    const int8_t *weights; /* [kernel_h][kernel_w][out_c] */
    const int64_t *bias;   /* [out_c] */
    mk_scale16 scale;
    uint16_t batches;
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    uint16_t dilation_h, dilation_w;
    uint16_t pad_top, pad_left;
    uint16_t outputs_per_channel; /* out_c / in_c */
} mk_depthwise_wide_params;

/* in: [batches][in_h][in_w][in_c], out: [batches][out_h][out_w][out_c]. */
void mk_depthwise_wide(const mk_depthwise_wide_params *p, const int16_t *in, int16_t *out);

#endif
