/* The second half of a softmax: from a sum of exponentials to probabilities. */
#ifndef MK_SOFTMAX_SCALE_H
#define MK_SOFTMAX_SCALE_H

#include <stdint.h>

#include "mk_fixed.h"

/* 1 / sum as a Q0.31 factor and the right shift that goes with it. */
typedef struct {
    int32_t factor;
    uint32_t shift;
} mk_softmax_scale;

/* sum: Q12.19, at least 1. */
static inline mk_softmax_scale mk_softmax_scale_of(uint32_t sum)
{
    mk_softmax_scale scale = {0, 35U};
    int32_t half;
    int32_t x;
    while (sum < 0x80000000U) {
        sum <<= 1U;
        scale.shift--;
    }
    half = (int32_t)(sum >> 1U); /* (1 + f) / 2 in Q0.31 where sum = 1 + f, f in [0, 1) */
    x = 1515870810 + mk_high_mul(half, -1010580540); /* 48/17 - 32/17 half, Q2.29 */
    for (uint32_t i = 0U; i < 3U; i++) {
        x += mk_high_mul(x, (1 << 29) - mk_high_mul(half, x)) * 4;
    }
    scale.factor = (x >= (1 << 30)) ? INT32_MAX : (x * 2);
    return scale;
}

/* Stored output of an exponential in Q0.31. */
static inline int8_t mk_softmax_output(const mk_softmax_scale *scale, int32_t exponential)
{
    const uint32_t product = (uint32_t)mk_high_mul(scale->factor, exponential);
    const uint32_t value = (product + ((uint32_t)1 << (scale->shift - 1U))) >> scale->shift;
    return (int8_t)((value > 255U) ? 127 : ((int32_t)value - 128));
}

static inline int32_t mk_softmax_max(const int8_t *in, uint32_t size)
{
    int32_t max = in[0];
    for (uint32_t i = 1U; i < size; i++) {
        max = (in[i] > max) ? in[i] : max;
    }
    return max;
}

#endif
