/* Depthwise convolution with any window, four channels of a pixel at a time.
 *
 * The words of two pixels under a window become pairs of neighbours of one channel, which one
 * SMLAD takes. What lies outside the image is a pixel of zero points.
 *   stream: for every four channels, for every two taps t and u of the window: t0 t1 u0 u1
 *           t2 t3 u2 u3, where t0 is the weight of tap t in the first of the channels; then four
 *           starts (int32).
 *   lines:  for every four channels: four slopes, and with dips four dips.
 * The last four channels end with the last channel, so they may cover some of those before. The
 * result is saturate8(high word of ((256 * sum + start) * slope) >> 12); with dips, the dip is
 * taken from a negative sum first and the offset added to the high word. */
#ifndef MK_DEPTHWISE_QUADS_H
#define MK_DEPTHWISE_QUADS_H

#include <stdint.h>

#include "mk_align.h"
#include "mk_rows.h"

typedef struct {
    const int8_t *stream; /* 4-byte aligned */
    const int32_t *lines;
    int32_t offset;        /* of the high word, with dips; else 0 */
    uint16_t in_h, in_w;
    uint16_t out_w;
    uint16_t channels;     /* at least 4 */
    uint16_t taps;         /* of the window, and one more if that is odd */
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    uint16_t dilation_h, dilation_w;
    uint16_t pad_top, pad_left;
    int8_t in_zero;
} mk_depthwise_quads_params;

/* Scratch: a pointer a tap and a byte a channel. */
void mk_depthwise_quads(const mk_depthwise_quads_params *p, const mk_rows *rows);

#endif
