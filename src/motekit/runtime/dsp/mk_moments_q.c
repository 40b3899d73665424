/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_moments.h"

#define MK_TOP_BITS 28 /* magnitudes after mk_center_q */

/* s3 and s4 are sums in 2^point and 2^(2 point). */
static void shape_of(const mk_sums_q *sums, uint32_t n, int32_t point, mk_shape_q *shape)
{
    const mk_wide count = mk_wide_from(n, 0);
    const mk_wide s2 = mk_wide_from(sums->s2, 0);
    shape->square = s2;
    shape->skewness = 0;
    shape->kurtosis = 0;
    if (s2.m == 0U) {
        return;
    }
    /* s3 * 2^point / (s2 * root(s2 / n)), and s4 * 2^(2 point) * n / s2^2 */
    const int64_t s3 = sums->s3;
    const mk_wide third = mk_wide_from((s3 < 0) ? (uint64_t)(-s3) : (uint64_t)s3, point);
    const mk_wide fourth = mk_wide_times(mk_wide_from(sums->s4, 2 * point), count);
    shape->square = mk_wide_over(s2, count);
    const mk_wide cube = mk_wide_times(s2, mk_wide_root(shape->square));
    const int32_t skewness = mk_wide_to(mk_wide_over(third, cube), -16);
    shape->skewness = (s3 < 0) ? -skewness : skewness;
    shape->kurtosis = mk_wide_to(mk_wide_over(fourth, mk_wide_times(s2, s2)), -14) - (3 * 16384);
}

void mk_shape_from_sums_q(const mk_sums_q *sums, uint32_t n, mk_shape_q *shape)
{
    shape_of(sums, n, 14, shape);
}

void mk_shape_from_exact_q(const mk_sums_q *sums, uint32_t n, mk_shape_q *shape)
{
    shape_of(sums, n, 0, shape);
}

void mk_add_q(mk_sums_q *sums, const int32_t *x, uint32_t n, uint32_t down)
{
    while (n > 0U) {
        /* So many terms of 28 bits fit 31 bits. */
        const uint32_t chunk = (n < 7U) ? n : 7U;
        uint32_t s2 = 0;
        int32_t s3 = 0;
        uint32_t s4 = 0;
        for (uint32_t i = chunk; i > 0U; i--) {
            const int32_t e = ((*x >> down) + 1) >> 1;
            const int32_t e2 = e * e;
            const int32_t r2 = (e2 + 8192) >> 14;
            x++;
            s2 += (uint32_t)e2;
            s3 += r2 * e;
            s4 += (uint32_t)(r2 * r2);
        }
        sums->s2 += s2;
        sums->s3 += s3;
        sums->s4 += s4;
        n -= chunk;
    }
}

/* Subtract the mean, rounded towards zero. Returns the bits of all magnitudes, or-ed. */
static uint32_t remove_mean(int32_t *x, uint32_t n)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += x[i];
    }
    const uint64_t size = (sum < 0) ? (uint64_t)(-sum) : (uint64_t)sum;
    const int32_t mean = mk_wide_to(mk_wide_over(mk_wide_from(size, 0), mk_wide_from(n, 0)), 0);
    const int32_t shift = (sum < 0) ? -mean : mean;
    uint32_t bits = 0;
    for (uint32_t i = 0; i < n; i++) {
        const int32_t d = x[i] - shift;
        x[i] = d;
        bits |= (uint32_t)((d < 0) ? -d : d);
    }
    return bits;
}

int32_t mk_scale_q(int32_t *x, uint32_t n, uint32_t bits, int32_t most)
{
    int32_t up = MK_TOP_BITS;
    while ((up > -2) && ((bits >> (uint32_t)(MK_TOP_BITS - up)) != 0U)) {
        up--;
    }
    up = (up > most) ? most : up;
    const uint32_t left = (up > 0) ? (uint32_t)up : 0U;
    const uint32_t right = (up < 0) ? (uint32_t)(-up) : 0U;
    for (uint32_t i = 0; i < n; i++) {
        x[i] = (int32_t)((uint32_t)x[i] << left) >> right;
    }
    return up;
}

int32_t mk_center_q(int32_t *x, uint32_t n, int32_t most, mk_shape_q *shape)
{
    const int32_t up = mk_scale_q(x, n, remove_mean(x, n), most);
    mk_sums_q sums;
    sums.s2 = 0;
    sums.s3 = 0;
    sums.s4 = 0;
    mk_add_q(&sums, x, n, MK_TOP_BITS - 15);
    mk_shape_from_sums_q(&sums, n, shape);
    return up;
}
