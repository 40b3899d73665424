/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_spectral.h"

#include "mk_fix.h"
#include "mk_moments.h"
#include "mk_wide.h"

#if MK_SPECTRAL_DECIMATE || MK_SPECTRAL_FILTER
#include "mk_biquad.h"
#endif
#if MK_SPECTRAL_FFT
#include "mk_fft.h"
#endif

#if MK_SPECTRAL_WAVELET
#include "mk_spectral_wavelet.h"
#endif

#include <stddef.h>

/* -10 in 2^-16ths of log2(10): the logarithm of a power of exactly zero. */
#define MK_LOG_OF_ZERO (-2177043)

static void read_counts(const mk_history *h, uint32_t channel, uint32_t shift, int32_t *x)
{
    mk_run runs[2];
    mk_history_runs(h, channel, runs);
    for (uint32_t r = 0; r < 2U; r++) {
        const mk_sample *at = runs[r].at;
        for (uint32_t n = runs[r].count; n > 0U; n--) {
            *x = (int32_t)((uint32_t)(int32_t)*at << shift);
            x++;
            at += h->channels;
        }
    }
}

#if MK_SPECTRAL_DECIMATE
/* Low-pass at rest at the first sample, then every ratio-th sample. Returns how many. */
static uint32_t decimate(const mk_spectral_params *p, int32_t *x, uint32_t n)
{
    const int16_t *section = p->decimator;
    for (uint32_t stage = 0; stage < p->stages; stage++) {
        const uint32_t ratio = p->ratios[stage];
        const int32_t first = x[0];
        for (uint32_t i = 0; i < n; i++) {
            x[i] -= first;
        }
        for (uint32_t s = 0; s < 4U; s++) {
            mk_biquad_q(x, n, section);
            section += MK_SECTION_Q;
        }
        const int32_t rest = (int32_t)(((int64_t)first * p->steady[stage]) >> 28);
        n = ((n + ratio) - 1U) / ratio;
        for (uint32_t i = 0; i < n; i++) {
            x[i] = x[i * ratio] + rest;
        }
    }
    return n;
}
#endif

#if MK_SPECTRAL_FFT
/* Powers in their bit-reversed order, two words each; bin length/2 first. */
typedef struct {
    const int32_t *at;
    uint64_t dc;
    int32_t up; /* exponent the samples were scaled up by */
} mk_powers;

static void zero(int32_t *x, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        x[i] = 0;
    }
}

static uint64_t transform(const mk_spectral_params *p, int32_t *frame)
{
#if MK_SPECTRAL_TAPER
    if (p->taper != NULL) {
        for (uint32_t i = 0; i < p->fft; i++) {
            frame[i] = mk_mul16(frame[i], p->taper[i]) * 2;
        }
    }
#endif
#if MK_FFT_MIXED
    if (p->places != NULL) {
        const mk_fft_mixed mixed = {p->twiddle, p->places, p->fft};
        return mk_fft_mixed_q(&mixed, frame);
    }
#endif
    const mk_fft_q fft = {p->twiddle, p->fft};
    return mk_fft_power_q(&fft, frame);
}

#if MK_SPECTRAL_FRAMES
static uint64_t combined(const mk_spectral_params *p, uint64_t old, uint64_t now)
{
    if (p->average != 0U) {
        return old + (now >> (p->average - 1U));
    }
    return (now > old) ? now : old;
}

/* The frame behind the window, the powers behind the frame. */
static void many_frames(const mk_spectral_params *p, int32_t *x, uint32_t n, mk_powers *powers)
{
    int32_t *const frame = &x[n];
    int32_t *const sums = &frame[p->fft];
    zero(sums, 0, p->fft);
    powers->at = sums;
    powers->dc = 0;
    uint32_t start = 0;
    for (uint32_t f = 0; f < p->frames; f++) {
        const uint32_t left = n - start;
        const uint32_t take = (left < p->fft) ? left : p->fft;
        for (uint32_t i = 0; i < take; i++) {
            frame[i] = x[start + i];
        }
        zero(frame, take, p->fft);
        powers->dc = combined(p, powers->dc, transform(p, frame));
        for (uint32_t i = 0; i < p->fft; i += 2U) {
            const uint64_t sum =
                combined(p, mk_fft_power_at(&sums[i]), mk_fft_power_at(&frame[i]));
            sums[i] = (int32_t)(uint32_t)sum;
            sums[i + 1U] = (int32_t)(uint32_t)(sum >> 32);
        }
        start += p->hop;
    }
}
#endif

static void spectrum(const mk_spectral_params *p, int32_t *x, uint32_t n, mk_powers *powers)
{
#if MK_SPECTRAL_FRAMES
    if (p->frames > 1U) {
        many_frames(p, x, n, powers);
        return;
    }
#endif
    zero(x, n, p->fft);
    powers->dc = transform(p, x);
    powers->at = x;
}

#if MK_SPECTRAL_MOMENTS
static uint64_t power_of(const mk_powers *powers, uint32_t half, uint32_t i)
{
    return (i < half) ? mk_fft_power_at(&powers->at[2U * i]) : powers->dc;
}

static uint64_t mean_power(const mk_powers *powers, uint32_t half)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i <= half; i++) {
        sum += power_of(powers, half, i) >> 8;
    }
    return mk_wide_whole(mk_wide_over(mk_wide_from(sum, 8), mk_wide_from(half + 1U, 0)));
}

/* From 14 bits of each power's distance to the mean. */
static void put_moments(const mk_powers *powers, uint32_t half, mk_features *out)
{
    const uint64_t mean = mean_power(powers, half);
    uint64_t top = 0;
    for (uint32_t i = 0; i <= half; i++) {
        const uint64_t power = power_of(powers, half, i);
        const uint64_t far = (power < mean) ? (mean - power) : (power - mean);
        top = (far > top) ? far : top;
    }
    uint32_t down = 0;
    while ((top >> down) >= 32768U) {
        down++;
    }
    mk_sums_q sums;
    sums.s2 = 0;
    sums.s3 = 0;
    sums.s4 = 0;
    for (uint32_t i = 0; i <= half; i++) {
        const uint64_t power = power_of(powers, half, i);
        const int32_t twice = (power < mean) ? -(int32_t)(uint32_t)((mean - power) >> down)
                                             : (int32_t)(uint32_t)((power - mean) >> down);
        mk_add_q(&sums, &twice, 1, 0);
    }
    mk_shape_q shape;
    mk_shape_from_sums_q(&sums, half + 1U, &shape);
    mk_put_q(out, shape.skewness);
    mk_put_q(out, shape.kurtosis);
}
#endif

static int32_t log_of(uint64_t value, int32_t offset)
{
    const mk_wide number = mk_wide_from(value, 0);
    return (number.m == 0U) ? MK_LOG_OF_ZERO : (mk_wide_log2(number) + offset);
}

/* Power of the quantization noise, in the units of this window's powers. */
static uint64_t noise_of(const mk_spectral_params *p, int32_t up)
{
    const int32_t shift = p->noise_exponent + (2 * up);
    if (shift >= 0) {
        return (uint64_t)p->noise << (uint32_t)shift;
    }
    return (shift > -64) ? ((uint64_t)p->noise >> (uint32_t)(-shift)) : 0U;
}

/* Position of bin k, counted in powers, from that of the bin before; 0 for the last one. */
static inline uint32_t next_position(const mk_spectral_params *p, uint32_t position, uint32_t k,
                                     uint32_t half)
{
#if MK_FFT_MIXED
    if (p->places != NULL) {
        return (uint32_t)p->places[k] >> 1;
    }
#endif
    (void)p;
    (void)k;
    return mk_fft_next(position, half);
}

static void put_bands(const mk_spectral_params *p, int32_t offset, const mk_powers *powers,
                      mk_features *out)
{
    const uint32_t half = (uint32_t)p->fft >> 1;
    const uint64_t noise = noise_of(p, powers->up);
    uint32_t position = 0;
    uint32_t k = 1;
    offset -= (2 * powers->up) * 65536;
    for (; k < p->first; k++) {
        position = next_position(p, position, k, half);
    }
    for (uint32_t band = 0; band < p->bands; band++) {
        uint32_t end = k + p->width;
        int32_t bins = 0; /* log2 of their number */
#if MK_SPECTRAL_EDGES
        if (p->edges != NULL) {
            end = p->edges[band];
            bins = log_of(end - k, 0);
        }
#endif
        uint64_t power = 0;
        for (; k < end; k++) {
            position = next_position(p, position, k, half);
            power += mk_fft_power_at(&powers->at[2U * position]) + noise;
        }
        mk_put_q(out, log_of(power, offset - bins));
    }
}
#endif

static void put_statistics(const mk_shape_q *shape, int32_t up, mk_features *out)
{
    mk_wide square = shape->square;
    square.e += 2 * (14 - up);
    mk_put_q(out, mk_wide_to(mk_wide_root(square), 0));
    mk_put_q(out, shape->skewness);
    mk_put_q(out, shape->kurtosis);
}

/* The window of channel c, filtered, to x. Returns its length behind the decimation. */
static uint32_t take(const mk_spectral_params *p, const mk_history *h, uint32_t c, int32_t *x)
{
    uint32_t n = h->length;
    read_counts(h, c, p->shift, x);
#if MK_SPECTRAL_DECIMATE
    n = decimate(p, x, n);
#endif
#if MK_SPECTRAL_FILTER
    for (uint32_t s = 0; s < p->sections; s++) {
        mk_biquad_q(x, n, &p->section[s * MK_SECTION_Q]);
    }
#endif
    return n;
}

void mk_spectral_finish(const mk_spectral_params *p, void *state, const mk_history *h,
                        void *scratch, mk_features *out)
{
    int32_t *const x = (int32_t *)scratch;
    (void)state;
    for (uint32_t c = 0; c < p->channels; c++) {
        const uint32_t n = take(p, h, c, x);
        mk_shape_q shape;
        const int32_t up = mk_center_q(x, n, p->most, &shape);
        if (p->statistics != 0U) {
            put_statistics(&shape, up, out);
        }
#if MK_SPECTRAL_FFT
#if MK_SPECTRAL_WAVELET || MK_SPECTRAL_PLAIN
        if (p->fft != 0U)
#endif
        {
            mk_powers powers;
            powers.up = up;
            spectrum(p, x, n, &powers);
#if MK_SPECTRAL_MOMENTS
            if (p->moments != 0U) {
                put_moments(&powers, (uint32_t)p->fft >> 1, out);
            }
#endif
            put_bands(p, p->offset[c * p->offset_step], &powers, out);
        }
#endif
#if MK_SPECTRAL_WAVELET
        if (p->taps != 0U) {
            mk_spectral_wavelet(p, x, n, up, out);
        }
#endif
    }
}
