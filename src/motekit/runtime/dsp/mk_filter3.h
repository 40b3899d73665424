/* A window through three second-order sections at once, straight from the ring.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_FILTER3_H
#define MK_FILTER3_H

#include "mk_history.h"

/* section: as in mk_biquad.h, three of them, b1 the same in all. From rest. dst receives the
 * window of one channel, times gain, filtered. Returns the sum of dst. */
float mk_filter3_f32(const mk_history *h, uint32_t channel, float gain, const float section[9],
                     float *dst);

#endif
