/* Non-negative numbers of any size with 32 significant bits, for the few divisions, roots and
 * logarithms at the end of a window. The meaning is motekit.dsp.wide.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_WIDE_H
#define MK_WIDE_H

#include <stdint.h>

/* m * 2^e; the top bit of m is set, or m is 0. */
typedef struct {
    uint32_t m;
    int32_t e;
} mk_wide;

/* value * 2^e, less significant bits cut off. */
mk_wide mk_wide_from(uint64_t value, int32_t e);

/* a * b and a / b (b > 0), cut off to 32 and 31 bits; the root of a, within 2^-28 of it. */
mk_wide mk_wide_times(mk_wide a, mk_wide b);
mk_wide mk_wide_over(mk_wide a, mk_wide b);
mk_wide mk_wide_root(mk_wide a);

/* floor(a / 2^e), at most 2^31 - 1. */
int32_t mk_wide_to(mk_wide a, int32_t e);

/* floor(a) for a < 2^64. */
uint64_t mk_wide_whole(mk_wide a);

/* log2(a) * 2^16 for a > 0, within 4 of it. */
int32_t mk_wide_log2(mk_wide a);

#endif
