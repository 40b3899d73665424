/* From sums of 16-bit values times 8-bit weights to 16-bit outputs, as LiteRT's reference kernels
 * do it. Zero points are 0.
 * Right shifts of negative numbers are arithmetic on every compiler we support. */
#ifndef MK_SCALE16_H
#define MK_SCALE16_H

#include <stdint.h>

#include "mk_requantize.h"

typedef struct {
    const int32_t *multiplier; /* one, or one a channel; of 15 bits for sums of 64 bits, else 31 */
    const int8_t *shift;       /* as many; a right shift of 8 to 46 for sums of 64 bits, else
                                * as for mk_multiply_double */
    int16_t low, high;         /* of the output */
    uint8_t per_channel;       /* 0: one multiplier for all, 1: one each */
    uint8_t narrow;            /* sums count as 32-bit ones, and are rounded twice */
} mk_scale16;

static inline int16_t mk_scale16_output(const mk_scale16 *s, uint32_t channel, int64_t sum)
{
    const uint32_t c = (s->per_channel != 0U) ? channel : 0U;
    int32_t scaled;
    if (s->narrow != 0U) {
        scaled = mk_multiply_double((int32_t)sum, s->multiplier[c], s->shift[c]);
    } else {
        const uint32_t right = (uint32_t)s->shift[c];
        const int64_t half = (int64_t)((uint64_t)1 << (right - 1U));
        scaled = (int32_t)((sum * s->multiplier[c] + half) >> right);
    }
    return (int16_t)mk_clamp(scaled, s->low, s->high);
}

#define MK_DOT16_PART 256U /* products of at most 2^22 whose sum fits 32 bits */

/* start + the products of n values and weights. */
static inline int64_t mk_dot16(const int16_t *a, const int8_t *b, uint32_t n, int64_t start)
{
    int64_t sum = start;
    uint32_t left = n;
    while (left > 0U) {
        const uint32_t count = (left < MK_DOT16_PART) ? left : MK_DOT16_PART;
        int32_t part = 0;
        for (uint32_t i = 0U; i < count; i++) {
            part += (int32_t)a[i] * b[i];
        }
        sum += part;
        a = &a[count];
        b = &b[count];
        left -= count;
    }
    return sum;
}

#endif
