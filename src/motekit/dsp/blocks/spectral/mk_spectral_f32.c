/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_spectral.h"

#include "mk_moments.h"
#include "mk_tune.h"

#if MK_SPECTRAL_GENERAL && (MK_SPECTRAL_DECIMATE || MK_SPECTRAL_BIQUAD)
#include "mk_biquad.h"
#endif
#if MK_SPECTRAL_FILTER3
#include "mk_filter3.h"
#endif
#if MK_SPECTRAL_FFT
#include "mk_fft.h"
#include "mk_log.h"
#endif

#if MK_SPECTRAL_WAVELET
#include "mk_spectral_wavelet.h"
#endif
#if MK_SPECTRAL_STREAM
#include "mk_central.h"
#endif

#include <stddef.h>

/* log10 of a power of exactly zero, in the unit of the feature (Edge Impulse: 1e-10). */
#define MK_LOG_OF_ZERO (-10.0F)

#if MK_SPECTRAL_FFT
/* Powers in the order of mk_fft_place. */
typedef struct {
    float *at;
    uint32_t packed; /* 1: one float after the other; 0: every other float */
    float dc;
} mk_powers;

static void transform(const mk_spectral_params *p, float *frame)
{
#if MK_SPECTRAL_TAPER
    if (p->taper != NULL) {
        for (uint32_t i = 0; i < p->fft; i++) {
            frame[i] *= p->taper[i];
        }
    }
#endif
#if MK_FFT_MIXED
    if (p->places != NULL) {
        const mk_fft_mixed mixed = {p->twiddle, p->places, p->fft};
        mk_fft_mixed_f32(&mixed, frame);
        return;
    }
#endif
    const mk_fft_f32 fft = {p->twiddle, p->fft};
    mk_fft_power_f32(&fft, frame);
}

#if MK_SPECTRAL_FRAMES
static float combined(const mk_spectral_params *p, float old, float now)
{
    if (p->average != 0U) {
        return old + now;
    }
    return (now > old) ? now : old;
}
#endif

#if MK_SPECTRAL_MOMENTS
static void put_moments(const mk_powers *powers, uint32_t half, mk_features *out)
{
    const uint32_t step = 2U - powers->packed;
    if (powers->packed == 0U) {
        powers->at[0] = powers->at[1]; /* bin length/2; bin 0 is in dc */
    }
    float mean = powers->dc;
    for (uint32_t i = 0; i < half; i++) {
        mean += powers->at[i * step];
    }
    const uint32_t n = half + 1U;
    mean /= (float)n;
    mk_sums_f32 sums = {0.0F, 0.0F, 0.0F, 0.0F};
    /* Powers may reach the square of float's comfortable range: moments of a share of the mean. */
    const float inverse = (mean > 0.0F) ? (1.0F / mean) : 0.0F;
    for (uint32_t i = 0; i < n; i++) {
        const float power = (i < half) ? powers->at[i * step] : powers->dc;
        const float d = (power - mean) * inverse;
        const float d2 = d * d;
        sums.s1 += d;
        sums.s2 += d2;
        sums.s3 += d2 * d;
        sums.s4 += d2 * d2;
    }
    const mk_shape_f32 shape = mk_shape_from_sums_f32(sums, n);
    mk_put_f32(out, shape.skewness);
    mk_put_f32(out, shape.kurtosis);
}
#endif

/* Where bin k lies, every other place counted if `powers` are packed. */
static inline uint32_t place_of(const mk_spectral_params *p, const mk_powers *powers, uint32_t k,
                                uint32_t down)
{
#if MK_FFT_MIXED
    if (p->places != NULL) {
        return (uint32_t)p->places[k] >> powers->packed;
    }
#else
    (void)p;
    (void)powers;
#endif
    return mk_fft_place(k, down);
}

/* Power of the band that begins at bin *first, which moves on to the next one: the sum of width
 * bins, or the mean of the bins up to edge. */
static float band_power(const mk_spectral_params *p, const mk_powers *powers, uint32_t *first,
                        uint32_t band)
{
    const uint32_t down = mk_fft_down((uint32_t)p->fft >> 1) + powers->packed;
    uint32_t k = *first;
    uint32_t end = k + p->width;
    float power = 0.0F;
#if MK_SPECTRAL_EDGES
    const uint32_t from = k;
    end = (p->edges == NULL) ? end : p->edges[band];
#else
    (void)band;
#endif
    do {
        power += powers->at[place_of(p, powers, k, down)];
        k++;
    } while (k != end);
    *first = k;
#if MK_SPECTRAL_EDGES
    power = (p->edges == NULL) ? power : (power / (float)(end - from));
#endif
    return power;
}

static MK_NOINLINE void put_bands(const mk_spectral_params *p, const float *channel,
                                  const mk_powers *powers, mk_features *out)
{
    uint32_t k = p->first;
    for (uint32_t i = 0; i < p->bands; i++) {
        float power = band_power(p, powers, &k, i) + channel[2];
        if (p->log == 0U) {
            power *= channel[1];
#if MK_SPECTRAL_ZEROS
        } else if (!(power > 0.0F)) {
            power = MK_LOG_OF_ZERO;
#endif
        } else {
            power = mk_log10f(power) + channel[1];
        }
        mk_put_f32(out, power);
    }
}
#endif

#if MK_SPECTRAL_WHOLE
#include "mk_spectral_whole_f32.inc"
#endif
#if MK_SPECTRAL_STREAM
#include "mk_spectral_stream_f32.inc"
#endif

void mk_spectral_finish(const mk_spectral_params *p, void *state, const mk_history *h,
                        void *scratch, mk_features *out)
{
    (void)state;
    (void)h;
#if MK_SPECTRAL_STREAM && MK_SPECTRAL_WHOLE
    if (p->row == 0U) {
        finish_whole(p, h, scratch, out);
        return;
    }
#endif
#if MK_SPECTRAL_STREAM
    finish_stream(p, state, scratch, out);
#else
    finish_whole(p, h, scratch, out);
#endif
}
