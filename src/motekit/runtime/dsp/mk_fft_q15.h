/* Power spectrum of real windows of 16 bits, in place: half the memory of mk_fft_power_q, and
 * products that are one instruction on a core without a long multiply. Before each pass the
 * whole is shifted by what it needs, no more: the exponent comes out with the powers.
 * Signal to error of the amplitudes, all bins together, at least (measured against float64):
 *     length    16  64  128  256  512  1024  4096
 *     noise     79  75   74   73   72    71    69 dB
 *     tones     77  73   72   70   67    65    58 dB
 * So what lies this far below the loudest part of a window is lost; mk_fft_power_q keeps it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_FFT_Q15_H
#define MK_FFT_Q15_H

#include <stdint.h>

/* length: a power of two, 16 .. 16384. twiddle: length/4 words, cosine in the low half, sine in
 * the high half, in 32767ths, of the angles of mk_fft_f32. */
typedef struct {
    const uint32_t *twiddle;
    uint32_t length;
} mk_fft_q15;

/* Two numbers of 16 bits, the earlier one in the low half. */
static inline uint32_t mk_both(int32_t low, int32_t high)
{
    return ((uint32_t)high << 16) | ((uint32_t)low & 0xFFFFU);
}

/* x: length/2 words of two samples each, |sample| <= 32767, the largest one near that, replaced by
 * the powers |2 X[k] / 2^shift|^2 for k = 1 .. length/2, amplitudes rounded: that of bin k at
 * x[mk_fft_place(k) / 2], that of bin length/2 at x[0]. Returns the power of bin 0. */
uint32_t mk_fft_power_q15(const mk_fft_q15 *fft, uint32_t *x, int32_t *shift);

#endif
