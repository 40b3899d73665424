/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_spectral_wavelet.h"

#include "mk_fix.h"
#include "mk_moments.h"
#include "mk_wide.h"

typedef int32_t mk_value;

/* Taps in 2^-31sts; what cutting off takes away, half a unit a tap, is given back. */
static int32_t filtered(const int32_t *x, uint32_t taps, const int32_t *filter)
{
    int32_t sum = 0;
    for (uint32_t i = 0; i < taps; i++) {
        sum += mk_mulhi(x[i], filter[i]);
    }
    return (2 * sum) + (int32_t)taps;
}

#include "mk_spectral_wavelet.inc"

/* Towards zero, and one of the values where they are alike. */
static int32_t mean_of(const mk_component *c)
{
    int64_t sum = 0;
    int32_t low = c->at[0];
    int32_t high = low;
    for (uint32_t i = 0; i < c->n; i++) {
        const int32_t v = c->at[i * c->step];
        sum += v;
        low = (v < low) ? v : low;
        high = (v > high) ? v : high;
    }
    const mk_wide size = mk_wide_from((sum < 0) ? (uint64_t)(-sum) : (uint64_t)sum, 0);
    int32_t mean = mk_wide_to(mk_wide_over(size, mk_wide_from(c->n, 0)), 0);
    mean = (sum < 0) ? -mean : mean;
    mean = (mean < low) ? low : mean; /* a quotient is cut off */
    return (mean > high) ? high : mean;
}

/* Moments of ordered values about their mean, from 15 bits of each one's distance to it. */
static void shape_of(const mk_component *c, int32_t mean, mk_shape_q *shape)
{
    const uint32_t bits =
        (uint32_t)(mean - c->at[0]) | (uint32_t)(c->at[(c->n - 1U) * c->step] - mean);
    uint32_t down = 0;
    uint32_t up = 0;
    while ((bits >> down) > 32767U) {
        down++;
    }
    while ((up < 14U) && ((bits << up) < 16384U)) {
        up++;
    }
    mk_sums_q sums = {0, 0, 0};
    for (uint32_t i = 0; i < c->n; i++) {
        const int32_t d = (c->at[i * c->step] - mean) * (int32_t)(1UL << up);
        mk_add_q(&sums, &d, 1, down);
    }
    mk_shape_from_sums_q(&sums, c->n, shape);
    shape->square.e += 2 * (((int32_t)down + 1) - (int32_t)up);
}

static int32_t log_of(uint32_t value)
{
    return mk_wide_log2(mk_wide_from(value, 0));
}

/* Of the histogram of ordered values, whose bins are runs: log2 in 2^-16ths. */
static int32_t entropy(const mk_component *c)
{
    const uint32_t span = (uint32_t)(c->at[(c->n - 1U) * c->step] - c->at[0]);
    uint64_t edge = 0; /* of the bin, times their number */
    uint64_t sum = 0;
    uint32_t count = 0;
    uint32_t bin = 0;
    if (span == 0U) {
        return 0;
    }
    for (uint32_t i = 0; i < c->n; i++) {
        const uint32_t above = (uint32_t)(c->at[i * c->step] - c->at[0]);
        const uint64_t place = mk_multiply(above, MK_WAVELET_BINS);
        uint32_t next = bin;
        while ((place >= (edge + span)) && (next < (MK_WAVELET_BINS - 1U))) {
            edge += span;
            next++;
        }
        if (next != bin) {
            sum += mk_multiply(count, (count == 0U) ? 0U : (uint32_t)log_of(count));
            count = 0;
            bin = next;
        }
        count++;
    }
    sum += mk_multiply(count, (uint32_t)log_of(count));
    return log_of(c->n) - mk_wide_to(mk_wide_over(mk_wide_from(sum, 0), mk_wide_from(c->n, 0)), 0);
}

static void put_level(int32_t v, int32_t up, mk_features *out)
{
    mk_put_q(out, (up < 0) ? (v * (int32_t)(1UL << (uint32_t)(-up))) : (v >> (uint32_t)up));
}

static void put_root(mk_wide square, int32_t up, mk_features *out)
{
    mk_wide root = mk_wide_root(square);
    root.e -= up;
    mk_put_q(out, mk_wide_to(root, 0));
}

static void tell(const mk_spectral_params *p, const mk_component *c, int32_t up, mk_features out)
{
    const int32_t mean = mean_of(c);
    const uint32_t at_zero = crossings(c, 0);
    const uint32_t at_mean = crossings(c, mean);
    mk_shape_q shape;
    sort(c);
    shape_of(c, mean, &shape);
    mk_put_q(&out, entropy(c));
    mk_put_q(&out, (int32_t)at_zero);
    mk_put_q(&out, (int32_t)at_mean);
    for (uint32_t i = 0; i < MK_WAVELET_RANKS; i++) {
        put_level(c->at[mk_wavelet_rank(c->n, mk_wavelet_ranks[i]) * c->step], up, &out);
    }
    put_level(mean, up, &out);
    put_root(shape.square, up, &out);
    mk_wide variance = mk_wide_times(shape.square, mk_wide_from(c->n, 0));
    variance = mk_wide_over(variance, mk_wide_from(c->n - 1U, 0));
    mk_put_q(&out, mk_wide_to(variance, (int32_t)p->variance_point + (2 * up)));
    const uint32_t size = (uint32_t)((mean < 0) ? -mean : mean);
    put_root(mk_wide_from(mk_square(size) + mk_wide_whole(shape.square), 0), up, &out);
    mk_put_q(&out, shape.skewness);
    mk_put_q(&out, shape.kurtosis);
}

void mk_spectral_wavelet(const mk_spectral_params *p, int32_t *x, uint32_t n, int32_t up,
                         mk_features *out)
{
    for (uint32_t level = p->levels; level > 0U; level--) {
        n = split(p, x, n);
        const mk_component detail = {&x[1], n, 2};
        tell(p, &detail, up, mk_features_at(out, MK_WAVELET_TOLD * level));
        for (uint32_t i = 1; i < n; i++) {
            x[i] = x[2U * i];
        }
    }
    const mk_component rest = {x, n, 1};
    tell(p, &rest, up, *out);
    *out = mk_features_at(out, MK_WAVELET_TOLD * (p->levels + 1U));
}
