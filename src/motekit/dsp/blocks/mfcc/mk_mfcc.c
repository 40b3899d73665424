/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_mfcc.h"

void mk_mfcc_init(const mk_mfcc_params *p, void *state)
{
    mk_audio_init(p, state);
}

void mk_mfcc_step(const mk_mfcc_params *p, void *state, const mk_sample *frame,
                  const mk_work *work)
{
    mk_audio_step(p, state, frame, work);
}

void mk_mfcc_finish(const mk_mfcc_params *p, void *state, const mk_history *h, void *scratch,
                    mk_features *out)
{
    (void)h;
    mk_audio_finish(p, state, scratch, out);
}
