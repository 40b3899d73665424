/* Mel-frequency cepstral coefficients of frames: mk_audio.h by another name.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_MFCC_H
#define MK_MFCC_H

#include "mk_audio.h"

typedef mk_audio_params mk_mfcc_params;

#define mk_mfcc_init mk_audio_init
#define mk_mfcc_step mk_audio_step
#define mk_mfcc_finish mk_audio_finish

#endif
