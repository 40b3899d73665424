/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_wide.h"

#include "mk_fix.h"

mk_wide mk_wide_from(uint64_t value, int32_t e)
{
    uint32_t high = (uint32_t)(value >> 32);
    uint32_t low = (uint32_t)value;
    mk_wide out = {0, 0};
    e += 32;
    if (high == 0U) {
        high = low;
        low = 0;
        e -= 32;
    }
    if (high == 0U) {
        return out;
    }
    for (uint32_t step = 16; step > 0U; step >>= 1) {
        if ((high >> (32U - step)) == 0U) {
            high = (high << step) | (low >> (32U - step));
            low <<= step;
            e -= (int32_t)step;
        }
    }
    out.m = high;
    out.e = e;
    return out;
}

mk_wide mk_wide_times(mk_wide a, mk_wide b)
{
    return mk_wide_from(mk_multiply(a.m, b.m), a.e + b.e);
}

mk_wide mk_wide_over(mk_wide a, mk_wide b)
{
    /* Long division of a.m by b.m: one bit before the point, 31 behind it. */
    uint32_t rest = a.m;
    uint32_t carry = 0;
    uint32_t quotient = 0;
    for (uint32_t i = 0; i < 32U; i++) {
        quotient <<= 1;
        if ((carry != 0U) || (rest >= b.m)) {
            rest -= b.m;
            quotient |= 1U;
        }
        carry = rest >> 31;
        rest <<= 1;
    }
    return mk_wide_from(quotient, (a.e - b.e) - 31);
}

mk_wide mk_wide_root(mk_wide a)
{
    /* The root of a 32-bit number whose exponent is even, bit by bit: 16 bits. */
    const uint32_t odd = (uint32_t)a.e & 1U;
    uint32_t rest = a.m >> odd;
    uint32_t root = 0;
    for (uint32_t bit = (uint32_t)1 << 30; bit != 0U; bit >>= 2) {
        const uint32_t trial = root + bit;
        root >>= 1;
        if (rest >= trial) {
            rest -= trial;
            root += bit;
        }
    }
    if (root == 0U) {
        const mk_wide none = {0, 0};
        return none;
    }
    /* 14 more bits: the rest is at most twice the root. */
    const uint32_t more = (rest << 14) / (root << 1);
    return mk_wide_from((root << 14) + more, ((a.e + (int32_t)odd) / 2) - 14);
}

int32_t mk_wide_to(mk_wide a, int32_t e)
{
    const int32_t shift = a.e - e;
    if ((a.m == 0U) || (shift <= -32)) {
        return 0;
    }
    if (shift >= 0) {
        return INT32_MAX;
    }
    return (int32_t)(a.m >> (uint32_t)(-shift));
}

uint64_t mk_wide_whole(mk_wide a)
{
    if (a.e >= 0) {
        return (uint64_t)a.m << (uint32_t)a.e;
    }
    return (a.e > -32) ? (uint64_t)(a.m >> (uint32_t)(-a.e)) : 0U;
}

int32_t mk_wide_log2(mk_wide a)
{
    /* log2(1 + t) / t in 2^-29ths, within 2.1e-6; t in 2^-15ths. */
    const int32_t t = (int32_t)((a.m >> 16) & 0x7FFFU);
    int32_t p = -14204190;
    p = (mk_mul16(p, t) * 2) + 66277388;
    p = (mk_mul16(p, t) * 2) - 150075764;
    p = (mk_mul16(p, t) * 2) + 246032204;
    p = (mk_mul16(p, t) * 2) - 385624656;
    p = (mk_mul16(p, t) * 2) + 774464822;
    return ((a.e + 31) * 65536) + ((mk_mul16(p, t) + 2048) >> 12);
}
