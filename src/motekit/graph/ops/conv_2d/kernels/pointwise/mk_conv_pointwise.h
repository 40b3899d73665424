/* 1x1 convolution, int8, NHWC: every pixel is one row of a matrix product. */
#ifndef MK_CONV_POINTWISE_H
#define MK_CONV_POINTWISE_H

#include <stdint.h>

#include "mk_matrix.h"

typedef struct {
    mk_matrix_params matrix;
    uint32_t patch_words; /* of a patch; sums follow it in the scratch memory, if any */
} mk_conv_pointwise_params;

/* in: [pixels][inputs], out: [pixels][channels]. Any run of pixels of an image may be given.
 * out may be in, or lie below it, if there are no more channels than inputs; see mk_matrix.h
 * for the order of reading and writing. scratch: 4-byte aligned. */
void mk_conv_pointwise(const mk_conv_pointwise_params *p, const int8_t *in, int8_t *out,
                       void *scratch, uint32_t pixels);

#endif
