#include "mk_real.h"

typedef struct {
    uint64_t high, low;
} mk_real_wide;

static mk_real_wide mk_real_product(uint64_t a, uint64_t b)
{
    const uint64_t half = 0xFFFFFFFFU;
    const uint64_t low = (a & half) * (b & half);
    const uint64_t middle = (a & half) * (b >> 32U) + (a >> 32U) * (b & half) + (low >> 32U);
    const mk_real_wide product = {
        (a >> 32U) * (b >> 32U) + (middle >> 32U), (middle << 32U) | (low & half)};
    return product;
}

/* Adds 2^exponent, 0 to 126. */
static mk_real_wide mk_real_plus(mk_real_wide x, uint32_t exponent)
{
    const uint64_t bit = (uint64_t)1 << (exponent & 63U);
    if (exponent > 63U) {
        x.high += bit;
    } else {
        x.low += bit;
        x.high += (x.low < bit) ? 1U : 0U;
    }
    return x;
}

static uint32_t mk_real_bits(mk_real_wide x)
{
    uint64_t rest = (x.high != 0U) ? x.high : x.low;
    uint32_t bits = (x.high != 0U) ? 64U : 0U;
    for (uint32_t step = 32U; step > 0U; step >>= 1U) {
        if ((rest >> step) != 0U) {
            rest >>= step;
            bits += step;
        }
    }
    return bits + (uint32_t)rest;
}

int32_t mk_multiply_real(int64_t x, int64_t mantissa, uint32_t right)
{
    const uint64_t size = (x < 0) ? (0U - (uint64_t)x) : (uint64_t)x;
    mk_real_wide sum = mk_real_product(size, (uint64_t)mantissa);
    const uint32_t bits = mk_real_bits(sum);
    uint64_t whole;
    int32_t result;
    if (bits > 53U) {
        /* What rounding to 53 bits lifts to a half is less than that much below it, or as much:
         * a half below 2^31 has an even last bit. */
        sum = mk_real_plus(sum, bits - 54U);
    }
    sum = mk_real_plus(sum, right - 1U);
    if (right > 63U) {
        whole = sum.high >> (right - 64U);
    } else {
        whole = ((sum.high >> right) != 0U) ? UINT64_MAX
                                            : ((sum.high << (64U - right)) | (sum.low >> right));
    }
    result = (whole > (uint64_t)INT32_MAX) ? INT32_MAX : (int32_t)whole;
    return (x < 0) ? -result : result;
}
