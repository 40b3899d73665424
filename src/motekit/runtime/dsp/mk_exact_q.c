/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_exact.h"

#include "mk_fix.h"

/* Sums get coarser, so that e keeps its bits. */
static void coarsen(mk_exact_q *all, uint32_t by)
{
    const uint32_t third = ((3U * by) < 63U) ? (3U * by) : 63U;
    const uint64_t s4 = ((4U * by) < 64U) ? (mk_words_get(all->s4) >> (4U * by)) : 0U;
    all->s1 >>= by;
    mk_words_put(all->s2, mk_words_get(all->s2) >> (2U * by));
    mk_words_put(all->s3, (uint64_t)((int64_t)mk_words_get(all->s3) >> third));
    mk_words_put(all->s4, s4);
    all->down += by;
}

void mk_exact_add_q(mk_exact_q *all, uint32_t before, const int32_t *x, uint32_t n, uint32_t most)
{
    if ((before == 0U) && (n > 0U)) {
        all->first = x[0];
    }
    uint32_t bits = 0;
    for (uint32_t i = 0; i < n; i++) {
        const int32_t d = x[i] - all->first;
        bits |= (uint32_t)((d < 0) ? -d : d);
    }
    uint32_t by = 0;
    while ((bits >> (all->down + by)) >= ((uint32_t)1 << most)) {
        by++;
    }
    if (by > 0U) {
        coarsen(all, by);
    }
    const uint32_t down = all->down;
    const int32_t first = all->first;
    int32_t s1 = all->s1;
    uint64_t s2 = mk_words_get(all->s2);
    int64_t s3 = (int64_t)mk_words_get(all->s3);
    uint64_t s4 = mk_words_get(all->s4);
    for (uint32_t i = 0; i < n; i++) {
        const int32_t d = x[i] - first;
        const int32_t e = (down == 0U) ? d : (((d >> (down - 1U)) + 1) >> 1);
        const uint32_t e2 = (uint32_t)(e * e);
        s1 += e;
        s2 += e2;
        s3 += mk_multiply_signed((int32_t)e2, e);
        s4 += mk_square(e2);
    }
    all->s1 = s1;
    mk_words_put(all->s2, s2);
    mk_words_put(all->s3, (uint64_t)s3);
    mk_words_put(all->s4, s4);
}

uint64_t mk_exact_over(uint64_t value, uint32_t n)
{
    uint64_t whole = 0;
    uint32_t rest = 0;
    for (uint32_t i = 0; i < 4U; i++) { /* digits of 16 bits: divisions of 32 bits */
        rest = (rest << 16) | (uint32_t)(value >> 48);
        value <<= 16;
        whole = (whole << 16) | (rest / n);
        rest %= n;
    }
    return whole;
}

static int64_t signed_over(int64_t value, uint32_t n)
{
    const uint64_t size = mk_exact_over((value < 0) ? (uint64_t)(-value) : (uint64_t)value, n);
    return (value < 0) ? -(int64_t)size : (int64_t)size;
}

void mk_exact_shape_q(const mk_exact_q *all, uint32_t n, mk_shape_q *shape)
{
    const int32_t half = (int32_t)(n >> 1);
    const int32_t near = (all->s1 + ((all->s1 < 0) ? -half : half)) / (int32_t)n;
    const int64_t r = (int64_t)all->s1 - ((int64_t)near * (int32_t)n); /* what near misses */
    /* Moved to near modulo 2^64, which is exact: the results fit. */
    const uint64_t m = (uint64_t)(int64_t)near;
    const uint64_t s1 = (uint64_t)(int64_t)all->s1;
    const uint64_t s2 = mk_words_get(all->s2);
    const uint64_t s3 = mk_words_get(all->s3);
    const uint64_t n1 = s1 - (n * m);
    const uint64_t n2 = s2 - (m * (s1 + n1));
    const uint64_t n3 = s3 - (m * ((3U * s2) - (m * ((3U * s1) - (n * m)))));
    const uint64_t n4 = mk_words_get(all->s4) -
                        (m * ((4U * s3) - (m * ((6U * s2) - (m * ((4U * s1) - (n * m)))))));
    const int64_t square = (int64_t)mk_exact_over((uint64_t)(r * r), n);
    const int64_t third = signed_over((int64_t)n3, n);
    const int64_t second = (int64_t)mk_exact_over(n2, n);
    mk_sums_q sums;
    sums.s2 = n2 - (uint64_t)square;
    sums.s3 = (int64_t)n3 - signed_over(3 * (r * (int64_t)n2), n);
    sums.s4 = (uint64_t)(((int64_t)n4 - (4 * (r * third))) + (6 * (square * second)));
    mk_shape_from_exact_q(&sums, n, shape);
}
