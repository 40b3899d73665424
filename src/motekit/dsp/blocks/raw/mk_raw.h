/* Every sample of the window as a feature, frame after frame.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_RAW_H
#define MK_RAW_H

#include "mk_block.h"
#include "mk_config.h"

/* 1: some use puts samples as they come; windows that overlap are read from the ring. */
#ifndef MK_RAW_STREAM
#define MK_RAW_STREAM 0
#endif
#ifndef MK_RAW_WHOLE
#define MK_RAW_WHOLE (!MK_RAW_STREAM)
#endif

#if MK_RAW_STREAM
#include "mk_work.h"
#endif

typedef struct {
    uint16_t channels; /* of the block */
#if !MK_FIXED
    const float *scale; /* units per count, per channel */
#endif
} mk_raw_params;

#if MK_RAW_STREAM
void mk_raw_init(const mk_raw_params *p, void *state);
void mk_raw_step(const mk_raw_params *p, void *state, const mk_sample *frame,
                 const mk_work *work);
#endif

void mk_raw_finish(const mk_raw_params *p, void *state, const mk_history *h, void *scratch,
                   mk_features *out);

#endif
