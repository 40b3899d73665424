/* 3x3 convolution with stride 1, int8, NHWC, by Winograd's F(2, 3) along the rows: six products
 * in place of nine for every output and input channel, and exact, since everything is scaled by
 * two. Two neighbouring outputs (a tile) see four pixels d0 to d3 of a row:
 *   e0 = d0 - d2, e1 = d1 + d2, e2 = d2 - d1, e3 = d3 - d1,
 *   u0 = 2 g0, u1 = g0 + g1 + g2, u2 = g0 - g1 + g2, u3 = 2 g2,
 *   m[j] = sum of e[j] u[j] over rows and channels,
 *   2 out0 = m1 + m2 + m0, 2 out1 = m1 - m2 + m3.
 * Four tiles and two output channels are worked on at a time.
 *   tiles:  for every two inputs (of four channels c0 to c3 of a pixel: c0, c2, then c1, c3):
 *           128 e[0] of tiles 0 to 3, 128 e[1] of tiles 0 to 3, e[2], e[3]; pairs of int16.
 *   stream: for every two output channels: their starts (int32), then u1, u2, u0, u3, of each for
 *           every two inputs two int16 of the first channel and two of the second. */
#ifndef MK_CONV_WINOGRAD_H
#define MK_CONV_WINOGRAD_H

#include <stdint.h>

#include "mk_align.h"
#include "mk_rows.h"

typedef struct {
    const int16_t *stream; /* 4-byte aligned */
    const int32_t *slope;  /* slope, slope, and with dips dip, dip, of every two channels */
    int32_t offset;        /* of the high word, with dips; else 0 */
    uint16_t in_h, in_w;   /* in_w: at least 8, even */
    uint16_t in_c;         /* a multiple of 4 */
    uint16_t pairs;        /* output channels / 2 */
    uint16_t pad_top;      /* left and right padding is one pixel */
    int8_t in_zero;
} mk_conv_winograd_params;

/* The output has the width of the input. scratch: 96 bytes a channel of the input. */
void mk_conv_winograd(const mk_conv_winograd_params *p, const mk_rows *rows);

#endif
