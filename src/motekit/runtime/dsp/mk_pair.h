/* 64 bits in two words, for states, which are aligned to 4 bytes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_PAIR_H
#define MK_PAIR_H

#include <stdint.h>

typedef struct {
    uint32_t low;
    uint32_t high;
} mk_pair;

static inline uint64_t mk_pair_value(mk_pair v)
{
    return ((uint64_t)v.high << 32) | v.low;
}

static inline mk_pair mk_pair_of(uint64_t v)
{
    const mk_pair pair = {(uint32_t)v, (uint32_t)(v >> 32)};
    return pair;
}

#endif
