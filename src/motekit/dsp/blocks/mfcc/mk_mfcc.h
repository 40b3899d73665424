/* Mel-frequency cepstral coefficients: what they are is in mk_audio.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_MFCC_H
#define MK_MFCC_H

#include "mk_audio.h"

typedef mk_audio_params mk_mfcc_params;

void mk_mfcc_init(const mk_mfcc_params *p, void *state);
void mk_mfcc_step(const mk_mfcc_params *p, void *state, const mk_sample *frame,
                  const mk_work *work);
void mk_mfcc_finish(const mk_mfcc_params *p, void *state, const mk_history *h, void *scratch,
                    mk_features *out);

#endif
