/* Every sample of the window as a feature, frame after frame.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_RAW_H
#define MK_RAW_H

#include "mk_block.h"

typedef struct {
    uint16_t channels; /* of the block */
#if !MK_FIXED
    const float *scale; /* units per count, per channel */
#endif
} mk_raw_params;

void mk_raw_finish(const mk_raw_params *p, void *state, const mk_history *h, void *scratch,
                   mk_features *out);

#endif
