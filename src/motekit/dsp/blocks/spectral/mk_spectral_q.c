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
#if MK_SPECTRAL_STREAM
#include "mk_exact.h"
#endif

#include <stddef.h>

/* -10 in 2^-16ths of log2(10): the logarithm of a power of exactly zero. */
#define MK_LOG_OF_ZERO (-2177043)

#if MK_SPECTRAL_FFT
/* Powers in their bit-reversed order, two words each; bin length/2 first. */
typedef struct {
    const int32_t *at;
    uint64_t dc;
    int32_t up; /* exponent the samples were scaled up by */
} mk_powers;

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
#endif

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

#if MK_SPECTRAL_WHOLE
#include "mk_spectral_whole_q.inc"
#endif
#if MK_SPECTRAL_STREAM
#include "mk_spectral_stream_q.inc"
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
