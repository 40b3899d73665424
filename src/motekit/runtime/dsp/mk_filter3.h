/* A window through three second-order sections at once, straight from the ring.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_FILTER3_H
#define MK_FILTER3_H

#include "mk_history.h"

/* taps: gain; b1 of all sections; a1 of each; a2 of each (see mk_biquad.h). From rest. dst
 * receives the window of one channel, times gain, filtered. Returns the sum of dst. */
float mk_filter3_f32(const mk_history *h, uint32_t channel, const float taps[8], float *dst);

#endif
