/* Second-order sections of filters whose zeros lie on z = 1 or z = -1.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_BIQUAD_H
#define MK_BIQUAD_H

#include <stdint.h>

/* section: b1, a1, a2 of (1 + b1/z + 1/z^2) / (1 - a1/z - a2/z^2): mind the signs of a1 and a2.
 * The gain of a cascade is applied to its input by the caller. */
#define MK_SECTION_FLOATS 3U

/* One section over n samples in place, direct form II transposed. state: the two delays, read
 * and written. Returns the sum of the output. */
float mk_biquad_f32(float *x, uint32_t n, const float section[3], float state[2]);

/* The same in integers, from rest. section: b1, a1 in 2^-30ths, a2 in 2^-31ths, and the bits the
 * input is shifted to the right: such that no |y| reaches 2^30 (the plan of a block sees to it).
 * The state is rounded down to 2 of x's units. */
void mk_biquad_q(int32_t *x, uint32_t n, const int32_t section[4]);

#endif
