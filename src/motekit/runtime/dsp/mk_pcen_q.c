/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_pcen.h"

#include "mk_fix.h"
#include "mk_tune.h"

#define MK_OFFSET 0x800000 /* brings 24 bits without a sign to 23 bits and a sign */
#define MK_EXPONENT 128    /* kept exponents begin at -MK_EXPONENT */

static mk_wide wide_at(const mk_pcen_number *c)
{
    const mk_wide out = {(uint32_t)c[0], c[1]};
    return out;
}

/* a + b, cut off to 32 bits; of the smaller one 31 bits behind the larger one's last are lost. */
static MK_NOINLINE mk_wide plus(mk_wide a, mk_wide b)
{
    if (a.m == 0U) {
        return b;
    }
    if (b.m == 0U) {
        return a;
    }
    const int32_t apart = a.e - b.e;
    const mk_wide large = (apart >= 0) ? a : b;
    const mk_wide small = (apart >= 0) ? b : a;
    const uint32_t down = (uint32_t)((apart >= 0) ? apart : -apart);
    const uint32_t less = (down < 32U) ? (small.m >> down) : 0U;
    return mk_wide_from((uint64_t)large.m + less, large.e);
}

/* 2^(x / 2^16), within 1e-7 of it. */
static MK_NOINLINE mk_wide power_of_two(int32_t x)
{
    /* 2^t in 2^-30ths, from 1 up to less than 2; t in 2^-31sts */
    const int32_t t = (int32_t)(((uint32_t)x & 0xFFFFU) << 15);
    int32_t p = 2004832;
    p = (mk_mulhi(p, t) * 2) + 9681923;
    p = (mk_mulhi(p, t) * 2) + 59914735;
    p = (mk_mulhi(p, t) * 2) + 257874602;
    p = (mk_mulhi(p, t) * 2) + 744265555;
    p = (mk_mulhi(p, t) * 2) + 1073741824;
    const mk_wide out = {(uint32_t)p << 1, (x >> 16) - 31};
    return out;
}

int32_t mk_pcen_q(const mk_pcen_number *c, mk_pcen_mean *mean, mk_wide energy, uint32_t first)
{
    mk_wide now = energy;
    if (first == 0U) {
        now = plus(mk_wide_times(*mean, wide_at(&c[2])), mk_wide_times(energy, wide_at(&c[0])));
    }
    *mean = now;
    mk_wide ratio = {0, 0};
    if (energy.m != 0U) {
        /* logarithms lie between -128 and 128, in 2^-16ths */
        const int32_t level = mk_wide_log2(plus(now, wide_at(&c[4])));
        ratio = power_of_two((mk_wide_log2(energy) - mk_mulhi(level * 64, c[8])) + c[9]);
    }
    const mk_wide sum = plus(ratio, wide_at(&c[6]));
    if (sum.m == 0U) {
        return -c[12];
    }
    const mk_wide value = power_of_two(mk_mulhi(mk_wide_log2(sum) * 64, c[10]));
    return mk_wide_to(value, c[11]) - c[12];
}

int32_t mk_pcen_pack_q(mk_wide energy)
{
    int32_t packed = 0;
    if (energy.m != 0U) {
        packed = ((energy.e + MK_EXPONENT) * 65536) + (int32_t)((energy.m >> 15) & 0xFFFFU);
    }
    return packed - MK_OFFSET;
}

mk_wide mk_pcen_unpack_q(int32_t kept)
{
    const uint32_t packed = (uint32_t)(kept + MK_OFFSET);
    mk_wide out = {0, 0};
    if (packed != 0U) {
        out.m = 0x80000000U | ((packed & 0xFFFFU) << 15);
        out.e = (int32_t)(packed >> 16) - MK_EXPONENT;
    }
    return out;
}
