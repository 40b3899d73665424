/* Power spectrum of real windows, in place.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_FFT_H
#define MK_FFT_H

#include <stdint.h>

#include "mk_bits.h"
#include "mk_config.h"

#ifndef MK_FFT_ODD
#define MK_FFT_ODD 0 /* 1: some length is 4, 16, 64, 256 .. times 4 */
#endif

#ifndef MK_FFT_FUSED
#define MK_FFT_FUSED 0 /* 1: passes in one where there is assembly for it: quicker, more code */
#endif

#ifndef MK_FFT_SAMPLES
#define MK_FFT_SAMPLES 0 /* 1: mk_fft_samples_f32 is wanted, where there is assembly for it */
#endif

#if MK_FFT_SAMPLES
#include "mk_tune.h"
#endif

#ifndef MK_FFT_MIXED
#define MK_FFT_MIXED 0 /* 1: some length has factors of 3 or 5 */
#endif

#ifndef MK_FFT_DC
#define MK_FFT_DC 0 /* 1: somebody reads bin 0 of mk_fft_power_f32 */
#endif

#ifndef MK_FFT_TWOS
#define MK_FFT_TWOS 0 /* 1: some frame of sound has a power of two as its length */
#endif

/* length: a power of two, 8 .. 16384; with an odd power of two of complex values (length / 2)
 * only where MK_FFT_ODD is 1. twiddle: length/4 cosines and sines, the m-th of 2 pi times the
 * mirrored binary fraction of m: 0, 1/8, 1/16, 3/16, 1/32, 5/32 ... of a turn. */
typedef struct {
    const float *twiddle;
    uint32_t length;
} mk_fft_f32;

/* Whether the number of complex values, half of a power of two, is an odd power itself. */
static inline int mk_fft_is_odd(uint32_t length)
{
    return ((length & 0x55555555U) != 0U) ? 1 : 0;
}

/* Where bin k of 0 .. half lies after a transform, in floats or words: twice its reversal, and 1
 * for bin half. down: mk_fft_down(half). */
static inline uint32_t mk_fft_place(uint32_t k, uint32_t down)
{
    return mk_reverse_bits(k) >> down;
}

/* half, the length divided by 2, is a power of two. */
static inline uint32_t mk_fft_down(uint32_t half)
{
    uint32_t down = 31;
    while ((half >>= 1) != 0U) {
        down--;
    }
    return down;
}

/* The reversal of k + 1, in half's bits, from that of k; 0 after half - 1. Quicker where
 * mk_reverse_bits is many instructions. */
static inline uint32_t mk_fft_next(uint32_t reversal, uint32_t half)
{
    uint32_t bit = half >> 1;
    while ((reversal & bit) != 0U) {
        reversal ^= bit;
        bit >>= 1;
    }
    return reversal | bit;
}

/* x: length samples, replaced by 4 |X[k]|^2 for k = 0 .. length/2, where X is the discrete
 * Fourier transform, at x[mk_fft_place(k)]; bin 0 only where MK_FFT_DC is 1. */
void mk_fft_power_f32(const mk_fft_f32 *fft, float *x);

#if MK_FFT_SAMPLES
/* The same of samples less `emphasis` times the one before them, of lengths from 32 on of which
 * mk_fft_is_odd. samples: aligned to 4, not where x is. */
typedef int16_t mk_fft_sample MK_MAY_ALIAS;
void mk_fft_samples_f32(const mk_fft_f32 *fft, const mk_fft_sample *samples, float before,
                        float emphasis, float *x);
#endif

/* twiddle: as above, in 2^-31sts, all shorter by 2e-9. */
typedef struct {
    const int32_t *twiddle;
    uint32_t length;
} mk_fft_q;

/* x: length samples, |x| <= 2^28, replaced by floor-rounded |4 X[k] / length|^2 for
 * k = 1 .. length/2, 64 bits each: low word, high word; at the even places of mk_fft_power_f32,
 * bin length/2 at the first. The sum of them all is below 2^59. Returns the power of bin 0. */
uint64_t mk_fft_power_q(const mk_fft_q *fft, int32_t *x);

/* The power that lies in two words. */
uint64_t mk_fft_power_at(const int32_t *at);

#if MK_FFT_MIXED
/* Lengths that are even and a product of 2, 3 and 5, at least 8: see motekit.dsp.mixed. */
typedef struct {
    const void *twiddle;    /* float, or int32 in 2^-31sts */
    const uint16_t *places; /* where bin 0 .. length/2 lies afterwards, in floats or words */
    uint32_t length;
} mk_fft_mixed;

/* As mk_fft_power_f32 and mk_fft_power_q, bin 0 included in float, but for the places; in fixed
 * point with amplitudes 3/4 as large for each factor of 3, 5/8 for each of 5. */
void mk_fft_mixed_f32(const mk_fft_mixed *fft, float *x);
uint64_t mk_fft_mixed_q(const mk_fft_mixed *fft, int32_t *x);
#endif

#endif
