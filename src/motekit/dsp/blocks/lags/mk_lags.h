/* How much each channel moves over given spans of time: per channel and lag k
 * log10(mean of |x[t] - x[t - k]| + floor).
 *
 * MK_LAGS_STREAM  1: some use adds up as samples come, and keeps what the longest lag looks back
 * MK_LAGS_WHOLE   1: some use reads the window from the ring
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_LAGS_H
#define MK_LAGS_H

#include "mk_block.h"
#include "mk_config.h"

#ifndef MK_LAGS_STREAM
#define MK_LAGS_STREAM 0
#endif
#ifndef MK_LAGS_WHOLE
#define MK_LAGS_WHOLE (!MK_LAGS_STREAM)
#endif

#if MK_SAMPLE_F32
typedef float mk_lag_sum;
#else
typedef uint32_t mk_lag_sum; /* exact: at most 65535 differences of 16 bits */
#endif

typedef struct {
    const uint16_t *lags; /* count of them, each below the window's length */
    uint16_t channels;    /* of the block */
    uint16_t count;
#if MK_FIXED
    const int32_t *floors;  /* channels x count: the floor as a sum, 2^-places of counts, above 0 */
    const int32_t *offsets; /* channels x count: added to the logarithm, 2^-16ths */
    uint16_t places;
#else
    const float *scale; /* units per count, per channel */
    float floor;        /* in units */
#endif
#if MK_LAGS_STREAM
    uint16_t longest; /* lag; 0: the window is read from the ring */
    uint16_t length;  /* of the window */
#endif
} mk_lags_params;

#if MK_LAGS_STREAM
void mk_lags_init(const mk_lags_params *p, void *state);
void mk_lags_step(const mk_lags_params *p, void *state, const mk_sample *frame);
#endif

/* One channel of the window: from the ring to scratch, or its sums from state. */
typedef struct {
    const mk_sample *x; /* NULL: use sums */
    const mk_lag_sum *sums;
    uint32_t length;
} mk_lags_channel;

mk_lags_channel mk_lags_take(const mk_lags_params *p, void *state, const mk_history *h,
                             uint32_t c, void *scratch);

/* Sum of |x[t] - x[t - lag]| over the window, of the i-th lag. */
mk_lag_sum mk_lags_way(const mk_lags_params *p, const mk_lags_channel *channel, uint32_t i);

/* scratch: one channel of the window, where it is read from the ring. */
void mk_lags_finish(const mk_lags_params *p, void *state, const mk_history *h, void *scratch,
                    mk_features *out);

#endif
