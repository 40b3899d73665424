/* Fully connected layer for cores with the DSP extension. Elsewhere the same arithmetic in C, so
 * that a host build of the program computes the same.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "mk_fully_connected_simd.h"
#include "mk_requantize.h"

#if defined(__ARM_FEATURE_SIMD32)
#include <arm_acle.h>

/* Four int8 from any address, as one word. */
static inline uint32_t mk_word(const int8_t *at)
{
    uint32_t word;
    __builtin_memcpy(&word, at, sizeof word);
    return word;
}

/* sum + the four products of the int8 in two words. */
static inline int32_t mk_mac4(int32_t sum, uint32_t x_even, uint32_t x_odd, uint32_t w)
{
    const int32_t even = __smlad((int32_t)x_even, (int32_t)__sxtb16((int32_t)w), sum);
    const uint32_t turned = (w >> 8U) | (w << 24U);
    return __smlad((int32_t)x_odd, (int32_t)__sxtb16((int32_t)turned), even);
}
#endif

/* Adds the products of n inputs with two rows of weights to sums[0] and sums[1]. */
static inline void mk_two_dots(const int8_t *x, const int8_t *const rows[2], uint32_t n,
                               int32_t sums[2])
{
    const int8_t *a = rows[0];
    const int8_t *b = rows[1];
    int32_t sum_a = sums[0];
    int32_t sum_b = sums[1];
    uint32_t left = n;
#if defined(__ARM_FEATURE_SIMD32)
    for (; left >= 4U; left -= 4U) {
        const uint32_t word = mk_word(x);
        const uint32_t even = (uint32_t)__sxtb16((int32_t)word);
        const uint32_t odd = (uint32_t)__sxtb16((int32_t)((word >> 8U) | (word << 24U)));
        sum_a = mk_mac4(sum_a, even, odd, mk_word(a));
        sum_b = mk_mac4(sum_b, even, odd, mk_word(b));
        x += 4;
        a += 4;
        b += 4;
    }
#endif
    for (; left > 0U; left--) {
        sum_a += (int32_t)*x * *a;
        sum_b += (int32_t)*x * *b;
        x++;
        a++;
        b++;
    }
    sums[0] = sum_a;
    sums[1] = sum_b;
}

static inline int8_t mk_output(const mk_fully_connected_params *p, uint32_t o, int32_t sum)
{
    const uint32_t channel = (p->per_channel != 0U) ? o : 0U;
    const int32_t scaled = mk_multiply_single(sum, p->multiplier[channel], p->right[channel]);
    return (int8_t)mk_clamp(scaled + p->out_zero, p->out_min, p->out_max);
}

void mk_fully_connected_simd(const mk_fully_connected_params *p, const int8_t *in, int8_t *out)
{
    const uint32_t n = p->in_features;
    const uint32_t last = (uint32_t)p->out_features - 1U;
    for (uint32_t row = 0U; row < p->rows; row++) {
        for (uint32_t o = 0U; o <= last; o += 2U) {
            const uint32_t next = (o < last) ? (o + 1U) : o; /* an odd last row is taken twice */
            const int8_t *const rows[2] = {&p->weights[o * n], &p->weights[next * n]};
            int32_t sums[2] = {p->bias[o], p->bias[next]};
            mk_two_dots(in, rows, n, sums);
            out[o] = mk_output(p, o, sums[0]);
            out[next] = mk_output(p, next, sums[1]);
        }
        in = &in[n];
        out = &out[p->out_features];
    }
}
