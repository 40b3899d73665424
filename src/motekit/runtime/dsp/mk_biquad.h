/* Second-order sections of filters whose zeros lie on z = 1 or z = -1.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_BIQUAD_H
#define MK_BIQUAD_H

#include <stdint.h>

#include "mk_config.h"

#ifndef MK_BIQUAD_FINE
#define MK_BIQUAD_FINE 0 /* 1: some section has MK_FINE */
#endif

/* section: b1, a1, a2 of (1 + b1/z + 1/z^2) / (1 - a1/z - a2/z^2): mind the signs of a1 and a2.
 * The gain of a cascade is applied to its input by the caller. */
#define MK_SECTION_FLOATS 3U

/* One section over n samples in place, direct form II transposed. state: the two delays, read
 * and written. Returns the sum of the output. */
float mk_biquad_f32(float *x, uint32_t n, const float section[3], float state[2]);

/* One section over n samples in place, in integers, in a form whose coefficients keep their
 * precision at low cutoffs: y = v + b v1 + v2 + level y1 + slope (y1 - y2), where v = x >> shift.
 * section: level and slope rounded to integers; what they lack, in 2^-16ths of 2^-shift each; their
 * two shifts; shift; b (2 or -2). With MK_FINE added to it, shift is of the whole sum of v, and what
 * is cut off of any sum counts for the next sample. The plan of a block sees to it that no |x| or
 * |y| reaches 2^28. state: what it remembers, read and written; zeros at rest. */
#define MK_SECTION_Q 8U
#define MK_DELAYS_Q 5U
#define MK_FINE 64U
void mk_biquad_q(int32_t *x, uint32_t n, const int16_t section[8], int32_t state[5]);

#endif
