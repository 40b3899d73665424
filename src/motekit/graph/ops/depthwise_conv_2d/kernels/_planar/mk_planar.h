/* Depthwise 3x3 convolution, int8, NHWC, four channels (a strip) at a time.
 *
 * The image is walked in lines: its rows, or its columns if that is better. Lines of a strip lie
 * expanded in slots, so that one SMLAD takes two neighbours of a line:
 *   slots: for every two neighbours, channel 0 in slots 0, 1, 2 ..., channel 1 in slots 0, 1 ...,
 *          to channel 3; each a pair of int16.
 * Filters have the gain of their channel multiplied in, so that factors of every size get a fine
 * enough line; results are saturate8(high word of (sum * slope) >> 10), with dips as in
 * mk_matrix.h. Every line is read before an output that could overwrite it is written, so the
 * output may be exactly in place of the input. */
#ifndef MK_PLANAR_H
#define MK_PLANAR_H

#include <stdint.h>

typedef struct {
    const int8_t *weights; /* [channels][across][along] */
    const uint8_t *gain;   /* 256 minus the gain */
    const int32_t *start;
    const int32_t *slope;
    const int32_t *dip;    /* or null */
    int32_t offset;
    uint16_t channels;
    uint16_t in_lines, in_length;
    uint16_t out_lines, out_length;
    uint16_t stride_across, stride_along; /* along: 1 or 2 */
    uint16_t pad_across, pad_along;       /* 0 to 2 */
    uint16_t in_step, in_pitch;   /* bytes to the next value of a line, and to the next line */
    uint16_t out_step, out_pitch;
    int8_t in_zero;
} mk_planar_params;

#endif
