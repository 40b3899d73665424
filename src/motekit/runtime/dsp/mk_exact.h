/* Moments of a signal that is seen part by part and not kept, in integers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_EXACT_H
#define MK_EXACT_H

#include <stdint.h>

#include "mk_moments.h"

/* Exact sums of the powers of e, the distance of a sample to the first one in 2^down, rounded: the
 * first one lies in the range of the others, so e has at most a bit less than the distance to the
 * mean. Sums of 64 bits in two words each, low one first. All are 0 at first. */
typedef struct {
    int32_t first;
    uint32_t down;
    int32_t s1;
    uint32_t s2[2];
    uint32_t s3[2];
    uint32_t s4[2];
} mk_exact_q;

static inline uint64_t mk_words_get(const uint32_t words[2])
{
    return ((uint64_t)words[1] << 32) | words[0];
}

static inline void mk_words_put(uint32_t words[2], uint64_t value)
{
    words[0] = (uint32_t)value;
    words[1] = (uint32_t)(value >> 32);
}

/* floor(value / n), n below 2^16. */
uint64_t mk_exact_over(uint64_t value, uint32_t n);

/* Take in n more samples, with `before` of them there already; distances are below 2^30. most: bits
 * of e; n of all samples times 2^(4 most) is at most 2^63. */
void mk_exact_add_q(mk_exact_q *all, uint32_t before, const int32_t *x, uint32_t n, uint32_t most);

/* The moments of n samples, n below 2^16. The square mean is in steps of 2^down. */
void mk_exact_shape_q(const mk_exact_q *all, uint32_t n, mk_shape_q *shape);

#endif
