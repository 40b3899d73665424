/* Inclination of the mean vector, length of the vector and of its changes, as samples come.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_ORIENTATION_H
#define MK_ORIENTATION_H

#include "mk_block.h"

#define MK_ORIENTATION_AXES 3U

/* Bits of mk_orientation_params.wanted; features come in this order. */
#define MK_ORIENTATION_INCLINATION 1U
#define MK_ORIENTATION_MAGNITUDE 2U
#define MK_ORIENTATION_JERK 4U

typedef struct {
    uint16_t length; /* of the window */
    uint16_t wanted;
#if !MK_FIXED
    float scale; /* units per count */
    float rate;  /* samples a second */
#endif
} mk_orientation_params;

void mk_orientation_init(const mk_orientation_params *p, void *state);
void mk_orientation_step(const mk_orientation_params *p, void *state, const mk_sample *frame);
void mk_orientation_finish(const mk_orientation_params *p, void *state, const mk_history *h,
                           void *scratch, mk_features *out);

#endif
