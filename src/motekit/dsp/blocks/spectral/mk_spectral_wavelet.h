/* The wavelet form of a window: components, and what is told of each.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_SPECTRAL_WAVELET_H
#define MK_SPECTRAL_WAVELET_H

#include "mk_spectral.h"

#include <stddef.h>

#define MK_WAVELET_TOLD 14U /* features of a component */
#define MK_WAVELET_BINS 100U

/* Percentiles in the order of the features. */
#define MK_WAVELET_RANKS 5U
static const uint8_t mk_wavelet_ranks[MK_WAVELET_RANKS] = {5, 25, 75, 95, 50};

/* Place of a percentile among n ordered values. */
static inline uint32_t mk_wavelet_rank(uint32_t n, uint32_t percent)
{
    return (((n - 1U) * 2U * percent) + 100U) / 200U;
}

/* The place `skip` features further on. */
static inline mk_features mk_features_at(const mk_features *out, uint32_t skip)
{
    mk_features at = *out;
    at.q += skip;
    at.norm += skip;
#if MK_RAW
    at.raw = (at.raw == NULL) ? NULL : &at.raw[skip];
#endif
    return at;
}

/* x: the n samples of channel c without mean, in a place for n + 2 * taps - 3; in fixed point
 * scaled up by 2^up. */
#if MK_FIXED
void mk_spectral_wavelet(const mk_spectral_params *p, int32_t *x, uint32_t n, int32_t up,
                         mk_features *out);
#else
void mk_spectral_wavelet(const mk_spectral_params *p, uint32_t c, float *x, uint32_t n,
                         mk_features *out);
#endif

#endif
