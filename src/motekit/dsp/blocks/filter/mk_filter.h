/* Filters of every channel, from the first frame of a window; frames come out one by one.
 *
 * What is compiled in, as mk_config.h defines it as 1:
 *   MK_FILTER_RECURSIVE  cascades of state-variable sections
 *   MK_FILTER_FIR        symmetric FIR filters
 *   MK_FILTER_MEDIAN     medians
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_FILTER_H
#define MK_FILTER_H

#include "mk_block.h"

#ifndef MK_FILTER_RECURSIVE
#define MK_FILTER_RECURSIVE 0
#endif
#ifndef MK_FILTER_FIR
#define MK_FILTER_FIR 0
#endif
#ifndef MK_FILTER_MEDIAN
#define MK_FILTER_MEDIAN 0
#endif

/* mk_filter_params.kind */
#define MK_FILTER_IS_RECURSIVE 0U
#define MK_FILTER_IS_FIR 1U
#define MK_FILTER_IS_MEDIAN 2U

typedef struct {
#if MK_FIXED
    const int32_t *table; /* sections of mk_svf.h, or taps (2^-up ths) */
#else
    const float *table; /* sections of mk_svf.h, or taps */
    float zoom;         /* counts of the new signal per old count */
#endif
    uint16_t channels;
    uint16_t size;       /* sections, or taps */
    uint16_t settle;     /* frames dropped at the start */
    uint16_t keep_every; /* one of so many frames comes out */
    uint8_t steady;      /* 1: before the first frame all were like it; 0: all were 0 */
#if MK_FIXED
    uint8_t up;  /* binary places of what is rounded to counts */
    uint8_t mix; /* binary places of m1 and m2 */
#endif
    uint8_t finer; /* bits by which counts of a median, or in fixed point, become finer */
    uint8_t kind;
} mk_filter_params;

void mk_filter_init(const mk_filter_params *p, void *state);
uint32_t mk_filter_step(const mk_filter_params *p, void *state, const mk_sample *frame,
                        mk_sample *made);

#endif
