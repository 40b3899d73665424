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

#include <stddef.h>

/* log10 of a power of exactly zero, in the unit of the feature (Edge Impulse: 1e-10). */
#define MK_LOG_OF_ZERO (-10.0F)

#if MK_SPECTRAL_DECIMATE
/* Low-pass at rest at the first sample, then every ratio-th sample. Returns how many. */
static uint32_t decimate(const mk_spectral_params *p, float *x, uint32_t n, float *sum)
{
    const float *section = p->decimator;
    for (uint32_t stage = 0; stage < p->stages; stage++) {
        const uint32_t ratio = p->ratios[stage];
        const float first = x[0];
        for (uint32_t s = 0; s < 4U; s++) {
            float state[2] = {section[3] * first, section[4] * first};
            (void)mk_biquad_f32(x, n, section, state);
            section += MK_SECTION_FLOATS + 2U;
        }
        n = ((n + ratio) - 1U) / ratio;
        *sum = x[0];
        for (uint32_t i = 1; i < n; i++) {
            x[i] = x[i * ratio];
            *sum += x[i];
        }
    }
    return n;
}
#endif

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

/* The frame that starts at `start`, zeros behind the window's n samples. */
static void copy_frame(const mk_spectral_params *p, const float *x, uint32_t start, float *frame)
{
    const uint32_t n = (uint32_t)(frame - x);
    const uint32_t left = n - start;
    const uint32_t take = (left < p->fft) ? left : p->fft;
    for (uint32_t i = 0; i < take; i++) {
        frame[i] = x[start + i];
    }
    for (uint32_t i = take; i < p->fft; i++) {
        frame[i] = 0.0F;
    }
}

/* Each frame is copied behind the window; the powers go to its beginning, which no later frame
 * reads: a hop is at least half a frame. */
static void many_frames(const mk_spectral_params *p, float *x, uint32_t n, mk_powers *powers)
{
    float *const frame = &x[n];
    const uint32_t half = (uint32_t)p->fft >> 1;
    powers->at = x;
    powers->packed = 1;
    for (uint32_t f = 0; f < p->frames; f++) {
        copy_frame(p, x, f * p->hop, frame);
        transform(p, frame);
        const float dc = frame[0];
        frame[0] = frame[1]; /* bin length/2 */
        for (uint32_t i = 0; i < half; i++) {
            x[i] = (f == 0U) ? frame[2U * i] : combined(p, x[i], frame[2U * i]);
        }
        powers->dc = (f == 0U) ? dc : combined(p, powers->dc, dc);
    }
}
#endif

static void spectrum(const mk_spectral_params *p, float *x, uint32_t n, mk_powers *powers)
{
#if MK_SPECTRAL_FRAMES
    if (p->frames > 1U) {
        many_frames(p, x, n, powers);
        return;
    }
#endif
    (void)n;
    transform(p, x);
    powers->at = x;
    powers->packed = 0;
    powers->dc = x[0];
}

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

#if MK_SPECTRAL_FILTER3
/* Constant where all uses of the block are alike. */
static int is_filter3(const mk_spectral_params *p)
{
#if !MK_SPECTRAL_GENERAL
    (void)p;
    return 1;
#elif MK_SPECTRAL_DECIMATE
    return (p->sections == 3U) && (p->stages == 0U);
#else
    return p->sections == 3U;
#endif
}
#endif

/* The window of channel c, filtered, to x. Returns its length behind the decimation. */
static uint32_t take(const mk_spectral_params *p, const mk_history *h, uint32_t c, float *x,
                     float *sum)
{
    uint32_t n = h->length;
#if MK_SPECTRAL_FILTER3
    if (is_filter3(p) != 0) {
        *sum = mk_filter3_f32(h, c, p->section, x);
        return n;
    }
#endif
#if MK_SPECTRAL_GENERAL
    *sum = mk_history_read_f32(h, c, p->gain, x);
#if MK_SPECTRAL_DECIMATE
    if (p->stages > 0U) {
        n = decimate(p, x, n, sum);
    }
#endif
#if MK_SPECTRAL_BIQUAD
    for (uint32_t s = 0; s < p->sections; s++) {
        float delays[2] = {0.0F, 0.0F};
        *sum = mk_biquad_f32(x, n, &p->section[s * MK_SECTION_FLOATS], delays);
    }
#endif
#endif
    return n;
}

#if MK_SPECTRAL_GENERAL
/* A deviation below MK_CONSTANT of the mean is what rounding left of a constant. */
static void drop_constant(float *x, uint32_t n, float sum, mk_shape_f32 *shape)
{
    const float least = (sum / (float)n) * MK_CONSTANT;
    if (!(shape->variance > (least * least))) {
        shape->variance = 0.0F;
        shape->skewness = 0.0F;
        shape->kurtosis = 0.0F;
        for (uint32_t i = 0; i < n; i++) {
            x[i] = 0.0F;
        }
    }
}
#endif

/* Up to where the window without mean is continued by zeros: the only frame of the FFT, if there
 * is only one. */
static uint32_t padded_of(const mk_spectral_params *p, uint32_t n)
{
#if MK_SPECTRAL_FFT
#if MK_SPECTRAL_FRAMES
    if (p->frames < 2U)
#endif
    {
#if MK_SPECTRAL_WAVELET || MK_SPECTRAL_PLAIN
        const uint32_t length = (p->fft != 0U) ? p->fft : n;
#else
        const uint32_t length = p->fft;
#endif
#if MK_SPECTRAL_WAVELET || MK_SPECTRAL_PLAIN || MK_FFT_MIXED
        return (length + 3U) & ~(uint32_t)3;
#else
        return length;
#endif
    }
#else
    (void)p;
#endif
#if MK_SPECTRAL_FRAMES || !MK_SPECTRAL_FFT
    return (n + 3U) & ~(uint32_t)3;
#else
    (void)n;
#endif
}

/* Filter, remove the mean, put the statistics. Returns the length behind the decimation. */
static MK_NOINLINE uint32_t do_window(const mk_spectral_params *p, const mk_history *h,
                                      uint32_t c, float *x, mk_features *out)
{
    float sum;
    const uint32_t n = take(p, h, c, x, &sum);
    mk_shape_f32 shape = mk_center_f32(x, n, padded_of(p, n), sum);
#if MK_SPECTRAL_GENERAL
    drop_constant(x, n, sum, &shape);
#endif
    if (p->statistics != 0U) {
        const float *const channel = &p->channel[c * p->channel_step];
        mk_put_f32(out, __builtin_sqrtf(shape.variance) * channel[0]);
        mk_put_f32(out, shape.skewness);
        mk_put_f32(out, shape.kurtosis);
    }
    return n;
}

#if MK_SPECTRAL_FFT
/* From the window without mean to the features of its powers. */
static MK_NOINLINE void do_spectrum(const mk_spectral_params *p, uint32_t c, float *x, uint32_t n,
                                    mk_features *out)
{
    mk_powers powers;
#if MK_SPECTRAL_WAVELET || MK_SPECTRAL_PLAIN
    if (p->fft == 0U) {
        return;
    }
#endif
    spectrum(p, x, n, &powers);
#if MK_SPECTRAL_MOMENTS
    if (p->moments != 0U) {
        put_moments(&powers, (uint32_t)p->fft >> 1, out);
    }
#endif
    put_bands(p, &p->channel[c * p->channel_step], &powers, out);
}
#endif

void mk_spectral_finish(const mk_spectral_params *p, void *state, const mk_history *h,
                        void *scratch, mk_features *out)
{
    (void)state;
    for (uint32_t c = 0; c < p->channels; c++) {
        const uint32_t n = do_window(p, h, c, (float *)scratch, out);
#if MK_SPECTRAL_WAVELET
        if (p->taps != 0U) {
            mk_spectral_wavelet(p, c, (float *)scratch, n, out);
        }
#endif
#if MK_SPECTRAL_FFT
        do_spectrum(p, c, (float *)scratch, n, out);
#endif
        (void)n;
    }
}
