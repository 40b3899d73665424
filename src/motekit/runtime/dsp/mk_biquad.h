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

/* One section over n samples in place, in integers, in a form whose coefficients keep
 * their precision at low cutoffs: y = v + b v1 + v2 + level y1 + slope (y1 - y2), where
 * v = x >> shift. section: level and slope rounded to integers; what they lack, in 2^-16ths of
 * 2^-shift each; their two shifts; shift; b (2 or -2). The plan of a block sees to it that no |y|
 * reaches 2^28. state: what it remembers, read and written; zeros at rest. */
#define MK_SECTION_Q 8U
#define MK_DELAYS_Q 4U
void mk_biquad_q(int32_t *x, uint32_t n, const int16_t section[8], int32_t state[4]);

#endif
