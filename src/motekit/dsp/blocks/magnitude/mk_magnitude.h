/* Length of a vector, frame by frame; no state.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_MAGNITUDE_H
#define MK_MAGNITUDE_H

#include "mk_block.h"

typedef struct {
    uint16_t axes; /* 2 or 3 */
} mk_magnitude_params;

uint32_t mk_magnitude_step(const mk_magnitude_params *p, void *state, const mk_sample *frame,
                           mk_sample *made);

#endif
