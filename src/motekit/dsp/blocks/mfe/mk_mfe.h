/* Levels of mel bands of frames: mk_audio.h by another name.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_MFE_H
#define MK_MFE_H

#include "mk_audio.h"

typedef mk_audio_params mk_mfe_params;

#define mk_mfe_init mk_audio_init
#define mk_mfe_step mk_audio_step
#define mk_mfe_finish mk_audio_finish

#endif
