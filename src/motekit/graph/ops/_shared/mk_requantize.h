/* From int32 accumulators to quantized outputs in fixed point, as LiteRT's reference kernels do
 * it. A factor is multiplier * 2^(shift - 31), multiplier 0 to 2^31 - 1.
 * Right shifts of negative numbers are arithmetic on every compiler we support. */
#ifndef MK_REQUANTIZE_H
#define MK_REQUANTIZE_H

#include <stdint.h>

/* x * multiplier / 2^right, rounded once, halves upwards. right = 31 - shift, 1 to 62. */
static inline int32_t mk_multiply_single(int32_t x, int32_t multiplier, int32_t right)
{
    const int64_t half = (int64_t)((uint64_t)1 << (uint32_t)(right - 1));
    return (int32_t)(((int64_t)x * multiplier + half) >> (uint32_t)right);
}

/* High word of 2ab, rounded to nearest, halves upwards. Not for a = b = INT32_MIN. */
static inline int32_t mk_doubling_high_mul(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + 0x40000000) >> 31U);
}

/* x / 2^exponent, rounded to nearest, halves away from zero. exponent is 0 to 31. */
static inline int32_t mk_rounding_shift(int32_t x, uint32_t exponent)
{
    const int32_t mask = (int32_t)(((uint32_t)1 << exponent) - 1U);
    const int32_t threshold = (int32_t)((uint32_t)mask >> 1U) + ((x < 0) ? 1 : 0);
    return (x >> exponent) + (((x & mask) > threshold) ? 1 : 0);
}

/* x * multiplier * 2^(shift - 31), rounded twice: after the product, and after the right shift
 * that a negative shift asks for. shift is -31 to 30. */
static inline int32_t mk_multiply_double(int32_t x, int32_t multiplier, int32_t shift)
{
    const uint32_t left = (shift > 0) ? (uint32_t)shift : 0U;
    const uint32_t right = (shift < 0) ? (uint32_t)(-shift) : 0U;
    const int32_t moved = (int32_t)((uint32_t)x << left);
    return mk_rounding_shift(mk_doubling_high_mul(moved, multiplier), right);
}

static inline int32_t mk_clamp(int32_t x, int32_t low, int32_t high)
{
    const int32_t floored = (x < low) ? low : x;
    return (floored > high) ? high : floored;
}

#endif
