/* Statistics of every channel of a window: read straight from the ring without a state, or taken
 * as samples come, where none of them wants the whole window. Correlation wants a scratch of 8
 * bytes per channel (fixed point 24).
 *
 * Optional parts are compiled in when mk_config.h defines them as 1:
 *   MK_FLATTEN_STEPS        mean and zero crossings, activity
 *   MK_FLATTEN_ENERGY       mean square
 *   MK_FLATTEN_RANKS        percentiles; the scratch takes a channel of the window, too
 *   MK_FLATTEN_AREA         signal magnitude area
 *   MK_FLATTEN_CORRELATION  correlation of every pair of channels
 *   MK_FLATTEN_STREAM       some use takes samples as they come
 *   MK_FLATTEN_WHOLE        some use reads the window from the ring
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_FLATTEN_H
#define MK_FLATTEN_H

#include "mk_block.h"
#include "mk_config.h"

#ifndef MK_FLATTEN_STREAM
#define MK_FLATTEN_STREAM 0
#endif
#ifndef MK_FLATTEN_WHOLE
#define MK_FLATTEN_WHOLE (!MK_FLATTEN_STREAM)
#endif
#ifndef MK_FLATTEN_STEPS
#define MK_FLATTEN_STEPS 0
#endif
#ifndef MK_FLATTEN_ENERGY
#define MK_FLATTEN_ENERGY 0
#endif
#ifndef MK_FLATTEN_RANKS
#define MK_FLATTEN_RANKS 0
#endif
#ifndef MK_FLATTEN_AREA
#define MK_FLATTEN_AREA 0
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
#define MK_FLATTEN_ZERO_CROSSINGS 512U
#define MK_FLATTEN_SQUARE 1024U
#define MK_FLATTEN_PAIRS 2048U
#define MK_FLATTEN_MAGNITUDES 4096U

typedef struct {
    uint16_t channels;
    uint16_t wanted;
#if !MK_FIXED
    const float *scale; /* units per count, per channel */
#if MK_FLATTEN_STEPS
    float per_second; /* rate / (samples - 1) */
#endif
#endif
#if MK_FLATTEN_RANKS
    const uint16_t *ranks; /* count of them: sample, counted from the smallest, not the last */
#if MK_FIXED
    const uint16_t *parts; /* 2^-15ths of the way to the next sample */
#else
    const float *parts;
#endif
    uint16_t count; /* percentiles of each channel */
#endif
#if MK_FIXED && MK_FLATTEN_AREA
    const uint16_t *weights; /* of each channel's counts, 2^-15ths of the coarsest */
    uint16_t down;           /* bits that their sum loses */
#endif
#if MK_FLATTEN_STREAM
    uint16_t length; /* of the window; 0: it is read from the ring */
#if MK_FIXED
    uint16_t bits; /* of the distances that moments are of: see mk_exact.h */
#endif
#endif
} mk_flatten_params;

#if MK_FLATTEN_STREAM
void mk_flatten_init(const mk_flatten_params *p, void *state);
void mk_flatten_step(const mk_flatten_params *p, void *state, const mk_sample *frame);
#endif

void mk_flatten_finish(const mk_flatten_params *p, void *state, const mk_history *h,
                       void *scratch, mk_features *out);

#endif
