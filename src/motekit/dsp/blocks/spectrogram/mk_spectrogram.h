/* Levels of FFT bins of frames: mk_audio.h by another name.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_SPECTROGRAM_H
#define MK_SPECTROGRAM_H

#include "mk_audio.h"

typedef mk_audio_params mk_spectrogram_params;

#define mk_spectrogram_init mk_audio_init
#define mk_spectrogram_step mk_audio_step
#define mk_spectrogram_finish mk_audio_finish

#endif
