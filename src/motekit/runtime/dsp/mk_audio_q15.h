/* Frames of 16 bits for mk_audio_q.c, where MK_AUDIO_Q15 is 1: half the memory of a frame, fewer
 * cycles, less precision. See motekit.dsp.audio.narrow.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_AUDIO_Q15_H
#define MK_AUDIO_Q15_H

#include "mk_audio.h"

/* Powers that the blocks weigh have so many bits behind those of mk_fft_power_q15. */
#define MK_AUDIO_Q15_MORE 16U

/* The samples of a frame, which may wait in x from their place on, to words of two for
 * mk_fft_power_q15, in units of 2^-(15 + exponent) counts. Returns the exponent. */
int32_t mk_audio_load_q15(const mk_audio_params *p, const mk_audio_sample *samples,
                          mk_sample before, uint32_t *x);

#endif
