/* Statistics of every channel of a window, read straight from the ring; no state. Correlation
 * wants a scratch of 8 bytes per channel (fixed point 24).
 *
 * Optional parts are compiled in when mk_config.h defines them as 1:
 *   MK_FLATTEN_STEPS        mean crossings and activity
 *   MK_FLATTEN_CORRELATION  correlation of every pair of channels
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_FLATTEN_H
#define MK_FLATTEN_H

#include "mk_block.h"

#ifndef MK_FLATTEN_STEPS
#define MK_FLATTEN_STEPS 0
#endif
#ifndef MK_FLATTEN_CORRELATION
#define MK_FLATTEN_CORRELATION 0
#endif

/* Bits of mk_flatten_params.wanted; features come in this order. */
#define MK_FLATTEN_MEAN 1U
#define MK_FLATTEN_MINIMUM 2U
#define MK_FLATTEN_MAXIMUM 4U
#define MK_FLATTEN_RMS 8U
#define MK_FLATTEN_STDEV 16U
#define MK_FLATTEN_SKEWNESS 32U
#define MK_FLATTEN_KURTOSIS 64U
#define MK_FLATTEN_CROSSINGS 128U
#define MK_FLATTEN_ACTIVITY 256U
#define MK_FLATTEN_PAIRS 512U

typedef struct {
    uint16_t channels;
    uint16_t wanted;
#if !MK_FIXED
    const float *scale; /* units per count, per channel */
#if MK_FLATTEN_STEPS
    float per_second; /* rate / (samples - 1) */
#endif
#endif
} mk_flatten_params;

void mk_flatten_finish(const mk_flatten_params *p, void *state, const mk_history *h,
                       void *scratch, mk_features *out);

#endif
