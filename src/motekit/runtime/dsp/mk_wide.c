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
    while ((high & 0x80000000U) == 0U) {
        high = (high << 1) | (low >> 31);
        low <<= 1;
        e--;
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
    mk_wide out = {0, 0};
    if (a.m == 0U) {
        return out;
    }
    /* Long division of a.m by b.m: one bit before the point, 31 behind it, and one more so that
     * 32 remain when the first is 0. */
    uint32_t rest = a.m;
    uint32_t carry = 0;
    uint64_t quotient = 0;
    for (uint32_t i = 0; i < 33U; i++) {
        quotient <<= 1;
        if ((carry != 0U) || (rest >= b.m)) {
            rest -= b.m;
            quotient |= 1U;
        }
        carry = rest >> 31;
        rest <<= 1;
    }
    return mk_wide_from(quotient, (a.e - b.e) - 32);
}

mk_wide mk_wide_root(mk_wide a)
{
    mk_wide out = {0, 0};
    if (a.m == 0U) {
        return out;
    }
    /* The root of a 64-bit number whose exponent is even, bit by bit: 32 bits. */
    const int32_t odd = a.e & 1;
    uint64_t rest = (uint64_t)a.m << (32 - ((odd != 0) ? 1 : 0));
    const int32_t e = a.e - 32 + odd;
    uint64_t root = 0;
    for (uint64_t bit = (uint64_t)1 << 62; bit != 0U; bit >>= 2) {
        const uint64_t trial = root + bit;
        root >>= 1;
        if (rest >= trial) {
            rest -= trial;
            root += bit;
        }
    }
    return mk_wide_from(root, e / 2);
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
    /* log2(1 + t) / t in 2^30ths, within 2.1e-6 for t from 0 to 1. */
    const int32_t t = (int32_t)(a.m & 0x7FFFFFFFU);
    int32_t p = -28408381;
    p = (mk_mulhi(p, t) * 2) + 132554775;
    p = (mk_mulhi(p, t) * 2) - 300151529;
    p = (mk_mulhi(p, t) * 2) + 492064407;
    p = (mk_mulhi(p, t) * 2) - 771249312;
    p = (mk_mulhi(p, t) * 2) + 1548929643;
    return ((a.e + 31) * 65536) + ((mk_mulhi(p, t) + 4096) >> 13);
}
