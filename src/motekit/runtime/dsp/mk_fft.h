/* Power spectrum of real windows, in place.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_FFT_H
#define MK_FFT_H

#include <stdint.h>

/* length: a power of two, 8 .. 16384. twiddle: cos(2 pi k / length), sin(2 pi k / length) for
 * k = 0 .. length/4 - 1. */
typedef struct {
    const float *twiddle;
    uint32_t length;
} mk_fft_f32;

/* x: length samples, replaced by 4 |X[k]|^2 for k = 0 .. length/2, where X is the discrete
 * Fourier transform. Bin 0 is in x[1], bin length/2 in x[0]; bin k between them in x[2 * p],
 * where p is the (log2(length) - 1)-bit reversal of k. Starting at p = 0, mk_fft_next walks
 * through bins 1, 2 .. length/2. */
void mk_fft_power_f32(const mk_fft_f32 *fft, float *x);

/* Bit-reversed successor: reversal of k + 1 from the reversal p of k. half: length / 2. */
uint32_t mk_fft_next(uint32_t p, uint32_t half);

/* twiddle: as above, in 2^-30ths. */
typedef struct {
    const int32_t *twiddle;
    uint32_t length;
} mk_fft_q;

/* x: length samples, |x| <= 2^28, replaced by floor-rounded |4 X[k] / length|^2 for
 * k = 1 .. length/2, 64 bits each: low word, high word; in the order of mk_fft_power_f32, bin
 * length/2 first. The sum of them all is below 2^59. Returns the power of bin 0. */
uint64_t mk_fft_power_q(const mk_fft_q *fft, int32_t *x);

/* The power that lies in two words. */
uint64_t mk_fft_power_at(const int32_t *at);

#endif
