/* How much each channel moves over given spans of time: per channel and lag k
 * log10(mean of |x[t] - x[t - k]| + floor).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_LAGS_H
#define MK_LAGS_H

#include "mk_block.h"

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
} mk_lags_params;

/* scratch: one channel of the window. */
void mk_lags_finish(const mk_lags_params *p, void *state, const mk_history *h, void *scratch,
                    mk_features *out);

#endif
