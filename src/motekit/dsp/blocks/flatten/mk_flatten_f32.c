/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_flatten.h"

#include "mk_moments.h"
#include "mk_sort.h"

#include <stddef.h>

#if MK_SAMPLE_F32
typedef float mk_total;
#else
typedef int32_t mk_total; /* exact: at most 65535 samples */
#endif

typedef struct {
    mk_total sum;
    mk_sample smallest;
    mk_sample largest;
    float near_mean; /* the mean, but for rounding */
} mk_level;

static void level_of(const mk_history *h, uint32_t c, mk_level *level)
{
    mk_run runs[2];
    mk_history_runs(h, c, runs);
    mk_total sum = 0;
    mk_sample smallest = *runs[0].at;
    mk_sample largest = smallest;
    for (uint32_t r = 0; r < 2U; r++) {
        const mk_sample *at = runs[r].at;
        for (uint32_t n = runs[r].count; n > 0U; n--) {
            const mk_sample v = *at;
            at += h->channels;
            sum += v;
            smallest = (v < smallest) ? v : smallest;
            largest = (v > largest) ? v : largest;
        }
    }
    level->sum = sum;
    level->smallest = smallest;
    level->largest = largest;
    level->near_mean = (float)sum / (float)h->length;
}

/* Take count samples into sums. */
static void add_samples(mk_sums_f32 *sums, const mk_sample *at, uint32_t step, uint32_t count,
                        float near_mean)
{
    mk_sums_f32 total = *sums;
    for (; count > 0U; count--) {
        const float d = (float)*at - near_mean;
        const float d2 = d * d;
        at += step;
        total.s1 += d;
        total.s2 += d2;
        total.s3 += d2 * d;
        total.s4 += d2 * d2;
    }
    *sums = total;
}

/* In chunks of MK_SUM_CHUNK samples, wherever the ring wraps. */
static mk_sums_f32 sums_of(const mk_history *h, uint32_t c, float near_mean)
{
    mk_run runs[2];
    mk_history_runs(h, c, runs);
    mk_sums_f32 sums = {0.0F, 0.0F, 0.0F, 0.0F};
    mk_sums_f32 chunk = sums;
    uint32_t room = MK_SUM_CHUNK;
    for (uint32_t r = 0; r < 2U; r++) {
        const mk_sample *at = runs[r].at;
        uint32_t left = runs[r].count;
        while (left > 0U) {
            const uint32_t count = (left < room) ? left : room;
            add_samples(&chunk, at, h->channels, count, near_mean);
            at += count * h->channels;
            left -= count;
            room -= count;
            if (room == 0U) {
                mk_sums_add_f32(&sums, chunk);
                chunk.s1 = 0.0F;
                chunk.s2 = 0.0F;
                chunk.s3 = 0.0F;
                chunk.s4 = 0.0F;
                room = MK_SUM_CHUNK;
            }
        }
    }
    mk_sums_add_f32(&sums, chunk);
    return sums;
}

#if MK_FLATTEN_STEPS
static uint32_t above_mean(mk_sample v, const mk_level *level, uint32_t n)
{
#if MK_SAMPLE_F32
    (void)n;
    return (v > level->near_mean) ? 1U : 0U;
#else
    return (((int32_t)v * (int32_t)n) > level->sum) ? 1U : 0U;
#endif
}

static void put_steps(const mk_flatten_params *p, const mk_history *h, uint32_t c,
                      const mk_level *level, mk_features *out)
{
    mk_run runs[2];
    mk_history_runs(h, c, runs);
    const uint32_t n = h->length;
    mk_sample before = *runs[0].at;
    uint32_t zeros = 0;
    uint32_t was_above = above_mean(before, level, n);
    uint32_t crossings = 0;
    float way = 0.0F;
    for (uint32_t r = 0; r < 2U; r++) {
        const mk_sample *at = runs[r].at;
        for (uint32_t i = runs[r].count; i > 0U; i--) {
            const mk_sample v = *at;
            at += h->channels;
            const uint32_t is_above = above_mean(v, level, n);
            crossings += was_above ^ is_above;
            was_above = is_above;
            zeros += ((v > (mk_sample)0) != (before > (mk_sample)0)) ? 1U : 0U;
            const float step = (float)v - (float)before;
            way += (step < 0.0F) ? -step : step;
            before = v;
        }
    }
    if ((p->wanted & MK_FLATTEN_CROSSINGS) != 0U) {
        mk_put_f32(out, (float)crossings * p->per_second);
    }
    if ((p->wanted & MK_FLATTEN_ACTIVITY) != 0U) {
        mk_put_f32(out, (way / (float)(n - 1U)) * p->scale[c]);
    }
    if ((p->wanted & MK_FLATTEN_ZERO_CROSSINGS) != 0U) {
        mk_put_f32(out, (float)zeros * p->per_second);
    }
}
#endif

#if MK_FLATTEN_RANKS
/* room: of one channel of the window. */
static void put_ranks(const mk_flatten_params *p, const mk_history *h, uint32_t c, void *room,
                      mk_features *out)
{
    mk_sample *const x = (mk_sample *)room;
#if MK_SAMPLE_F32
    (void)mk_history_read_f32(h, c, 1.0F, x);
#else
    mk_history_read_i16(h, c, x);
#endif
    mk_sort(x, h->length);
    for (uint32_t i = 0; i < p->count; i++) {
        const mk_sample low = x[p->ranks[i]];
        const mk_sample high = x[p->ranks[i] + 1U];
        const float way = ((float)high - (float)low) * p->parts[i];
        mk_put_f32(out, ((float)low + way) * p->scale[c]);
    }
}
#endif

#if MK_FLATTEN_AREA
static float area(const mk_flatten_params *p, const mk_history *h)
{
    float all = 0.0F;
    for (uint32_t c = 0; c < p->channels; c++) {
        mk_total sum = 0;
        mk_run runs[2];
        mk_history_runs(h, c, runs);
        for (uint32_t r = 0; r < 2U; r++) {
            const mk_sample *at = runs[r].at;
            for (uint32_t n = runs[r].count; n > 0U; n--) {
                const mk_sample v = *at;
                at += h->channels;
                sum += (v < (mk_sample)0) ? -v : v;
            }
        }
        all += (float)sum * p->scale[c];
    }
    return all / (float)h->length;
}
#endif

#if MK_FLATTEN_CORRELATION
/* What correlation needs of a channel; these lie in the scratch. */
typedef struct {
    float near_mean;
    float s2; /* of the distances to near_mean */
} mk_spread;

static float correlation(const mk_history *h, uint32_t a, uint32_t b, const mk_spread *spread)
{
    mk_run runs_a[2];
    mk_run runs_b[2];
    mk_history_runs(h, a, runs_a);
    mk_history_runs(h, b, runs_b);
    const float mean_a = spread[a].near_mean;
    const float mean_b = spread[b].near_mean;
    float ab = 0.0F;
    for (uint32_t r = 0; r < 2U; r++) {
        const mk_sample *at_a = runs_a[r].at;
        const mk_sample *at_b = runs_b[r].at;
        for (uint32_t n = runs_a[r].count; n > 0U; n--) {
            ab += ((float)*at_a - mean_a) * ((float)*at_b - mean_b);
            at_a += h->channels;
            at_b += h->channels;
        }
    }
    if (!((spread[a].s2 > 0.0F) && (spread[b].s2 > 0.0F))) {
        return 0.0F;
    }
    return (ab / __builtin_sqrtf(spread[a].s2)) / __builtin_sqrtf(spread[b].s2);
}
#endif

static void put_channel(const mk_flatten_params *p, const mk_history *h, uint32_t c,
                        void *scratch, mk_features *out)
{
    const float scale = p->scale[c];
    mk_level level;
    level_of(h, c, &level);
    const mk_sums_f32 sums = sums_of(h, c, level.near_mean);
    const mk_shape_f32 shape = mk_shape_from_sums_f32(sums, h->length);
#if MK_FLATTEN_CORRELATION
    mk_spread *const spread = (mk_spread *)scratch;
    void *const room = &spread[p->channels];
    if ((p->wanted & MK_FLATTEN_PAIRS) != 0U) {
        spread[c].near_mean = level.near_mean;
        spread[c].s2 = sums.s2;
    }
#else
    void *const room = scratch;
#endif
    (void)room;
    const float mean = level.near_mean + shape.shift;
    const float square = (mean * mean) + shape.variance;
    const float values[7] = {
        mean * scale,
        (float)level.smallest * scale,
        (float)level.largest * scale,
        __builtin_sqrtf(square) * scale,
        __builtin_sqrtf(shape.variance) * scale,
        shape.skewness,
        shape.kurtosis};
    for (uint32_t i = 0; i < 7U; i++) {
        if ((p->wanted & (1U << i)) != 0U) {
            mk_put_f32(out, values[i]);
        }
    }
#if MK_FLATTEN_STEPS
    put_steps(p, h, c, &level, out);
#endif
#if MK_FLATTEN_ENERGY
    if ((p->wanted & MK_FLATTEN_SQUARE) != 0U) {
        mk_put_f32(out, (square * scale) * scale);
    }
#endif
#if MK_FLATTEN_RANKS
    put_ranks(p, h, c, room, out);
#endif
}

void mk_flatten_finish(const mk_flatten_params *p, void *state, const mk_history *h,
                       void *scratch, mk_features *out)
{
    (void)state;
    for (uint32_t c = 0; c < p->channels; c++) {
        put_channel(p, h, c, scratch, out);
    }
#if MK_FLATTEN_CORRELATION
    if ((p->wanted & MK_FLATTEN_PAIRS) != 0U) {
        for (uint32_t a = 0; a < p->channels; a++) {
            for (uint32_t b = a + 1U; b < p->channels; b++) {
                mk_put_f32(out, correlation(h, a, b, (const mk_spread *)scratch));
            }
        }
    }
#endif
#if MK_FLATTEN_AREA
    if ((p->wanted & MK_FLATTEN_MAGNITUDES) != 0U) {
        mk_put_f32(out, area(p, h));
    }
#endif
}
