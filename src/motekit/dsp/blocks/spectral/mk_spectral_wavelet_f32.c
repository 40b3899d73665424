/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_spectral_wavelet.h"

#include "mk_log.h"
#include "mk_moments.h"

typedef float mk_value;

static float filtered(const float *x, uint32_t taps, const float *filter)
{
    float sum = 0.0F;
    for (uint32_t i = 0; i < taps; i++) {
        sum += x[i] * filter[i];
    }
    return sum;
}

#include "mk_spectral_wavelet.inc"

/* `from` to `to`, the mean taken away and the powers added up. */
static mk_sums_f32 some_sums(const mk_component *c, uint32_t from, uint32_t to, float mean)
{
    mk_sums_f32 sums = {0.0F, 0.0F, 0.0F, 0.0F};
    for (uint32_t i = from; i < to; i++) {
        const float d = c->at[i * c->step] - mean;
        const float d2 = d * d;
        sums.s1 += d;
        sums.s2 += d2;
        sums.s3 += d2 * d;
        sums.s4 += d2 * d2;
    }
    return sums;
}

/* Sums about a value near the mean, in chunks of MK_SUM_CHUNK. */
static mk_sums_f32 sums_of(const mk_component *c, float mean)
{
    mk_sums_f32 sums = {0.0F, 0.0F, 0.0F, 0.0F};
    for (uint32_t from = 0; from < c->n; from += MK_SUM_CHUNK) {
        const uint32_t left = c->n - from;
        const uint32_t to = from + ((left < MK_SUM_CHUNK) ? left : MK_SUM_CHUNK);
        mk_sums_add_f32(&sums, some_sums(c, from, to, mean));
    }
    return sums;
}

static uint32_t bin_of(float above, float per_bin)
{
    const uint32_t bin = (uint32_t)(above * per_bin);
    return (bin < MK_WAVELET_BINS) ? bin : (MK_WAVELET_BINS - 1U);
}

/* Of the histogram of ordered values, whose bins are runs; natural logarithm. */
static float entropy(const mk_component *c)
{
    const float *const at = c->at;
    const float low = at[0];
    const float per_bin = (float)MK_WAVELET_BINS / (at[(c->n - 1U) * c->step] - low);
    float sum = 0.0F;
    uint32_t i = 0;
    while (i < c->n) {
        const uint32_t bin = bin_of(at[i * c->step] - low, per_bin);
        const uint32_t from = i;
        while ((i < c->n) && (bin_of(at[i * c->step] - low, per_bin) == bin)) {
            i++;
        }
        const float count = (float)(i - from);
        sum += count * mk_log10f(count);
    }
    const float n = (float)c->n;
    return (mk_log10f(n) - (sum / n)) * 2.30258509F;
}

static void put_ranks(const mk_component *c, float scale, mk_features *out)
{
    for (uint32_t i = 0; i < MK_WAVELET_RANKS; i++) {
        const uint32_t at = mk_wavelet_rank(c->n, mk_wavelet_ranks[i]);
        mk_put_f32(out, c->at[at * c->step] * scale);
    }
}

static void tell(const mk_component *c, float scale, mk_features out)
{
    const float n = (float)c->n;
    const float near_mean = sums_of(c, 0.0F).s1 / n;
    const mk_shape_f32 shape = mk_shape_from_sums_f32(sums_of(c, near_mean), c->n);
    const float mean = near_mean + shape.shift;
    const float least = mean * MK_CONSTANT;
    const int varies = (shape.variance > (least * least)) ? 1 : 0;
    const float variance = (varies != 0) ? shape.variance : 0.0F;
    const float at_zero = (float)crossings(c, 0.0F) / n;
    const float at_mean = (varies != 0) ? ((float)crossings(c, mean) / n) : 0.0F;
    sort(c);
    mk_put_f32(&out, (varies != 0) ? entropy(c) : 0.0F);
    mk_put_f32(&out, at_zero);
    mk_put_f32(&out, at_mean);
    put_ranks(c, scale, &out);
    mk_put_f32(&out, mean * scale);
    mk_put_f32(&out, __builtin_sqrtf(variance) * scale);
    mk_put_f32(&out, ((variance * (n / (n - 1.0F))) * scale) * scale);
    mk_put_f32(&out, __builtin_sqrtf((mean * mean) + variance) * scale);
    mk_put_f32(&out, (varies != 0) ? shape.skewness : 0.0F);
    mk_put_f32(&out, (varies != 0) ? shape.kurtosis : 0.0F);
}

void mk_spectral_wavelet(const mk_spectral_params *p, uint32_t c, float *x, uint32_t n,
                         mk_features *out)
{
    const float scale = p->channel[c * p->channel_step];
    for (uint32_t level = p->levels; level > 0U; level--) {
        n = split(p, x, n);
        const mk_component detail = {&x[1], n, 2};
        tell(&detail, scale, mk_features_at(out, MK_WAVELET_TOLD * level));
        for (uint32_t i = 1; i < n; i++) {
            x[i] = x[2U * i];
        }
    }
    const mk_component rest = {x, n, 1};
    tell(&rest, scale, *out);
    *out = mk_features_at(out, MK_WAVELET_TOLD * (p->levels + 1U));
}
