/* How often a channel changes its sign within the window.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_ZERO_CROSSINGS_H
#define MK_ZERO_CROSSINGS_H

#include "mk_block.h"

typedef struct {
    uint16_t channels; /* of the block */
    uint16_t weight;   /* what one crossing counts, 1 .. 100 */
} mk_zero_crossings_params;

void mk_zero_crossings_finish(const mk_zero_crossings_params *p, void *state, const mk_history *h,
                              void *scratch, mk_features *out);

#endif
