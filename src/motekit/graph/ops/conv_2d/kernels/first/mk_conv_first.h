/* 3x3 convolution over one or three channels, stride 1 or 2 along the rows.
 *
 * Windows of so few channels overlap too much to be gathered one by one. Rows of the input are
 * expanded into lines, three at a time, so that windows are words that lie together:
 *   line:   pairs of int16 neighbours. With an even distance between windows (stride 2) word i is
 *           (v[2i], v[2i + 1]); else it is (v[i], v[i + 1]), and a window takes every second word.
 *           v is the row with its padding.
 *   stream: for every two channels: start of the first, start of the second (int32), then for
 *           each row of the kernel and every two values: two int16 of the first channel, two of
 *           the second. They are 256 times the weights, which scales the sums for the slopes.
 *   slope:  one a channel.
 * The result is saturate8(high word of (sum * slope) >> 12). */
#ifndef MK_CONV_FIRST_H
#define MK_CONV_FIRST_H

#include <stdint.h>

#include "mk_align.h"
#include "mk_config.h"
#include "mk_rows.h"

typedef struct {
    const int16_t *stream; /* 4-byte aligned */
    const int32_t *slope;
    uint16_t length;       /* of the stream */
    uint16_t pairs;        /* channels / 2 */
    uint16_t in_h;
    uint16_t values;       /* of a row of the input */
    uint16_t lead;         /* padding before a row's first value */
    uint16_t words;        /* of a line */
    uint16_t out_w;        /* at least 3 */
    uint16_t stride_h;
    uint16_t pad_top;
    uint8_t channels;      /* 3 or 1 */
    uint8_t stride_w;      /* 1 or 2 */
    int8_t in_zero;
} mk_conv_first_params;

/* The output may not share memory with input rows from the top of a window on. Scratch: three
 * lines. */
void mk_conv_first(const mk_conv_first_params *p, const mk_rows *rows);

#endif
