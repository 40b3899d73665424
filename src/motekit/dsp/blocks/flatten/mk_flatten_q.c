/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_flatten.h"

#include "mk_fix.h"
#include "mk_moments.h"
#include "mk_sort.h"
#include "mk_wide.h"

#define MK_POINT 15 /* binary places of levels: mean, extremes, RMS, deviation */

typedef struct {
    int32_t sum;
    int32_t smallest;
    int32_t largest;
    int32_t whole;    /* of the mean, towards zero */
    int32_t fraction; /* of the mean, 2^-15ths, towards zero */
    uint32_t down;    /* deviations lose so many bits to fit 16 */
} mk_level;

/* Deviation of a sample from the mean, 2^-15ths: it just fits 32 bits. */
static int32_t deviation(const mk_level *level, int32_t sample)
{
    return ((sample - level->whole) * (1 << MK_POINT)) - level->fraction;
}

/* The same with 15 bits and a sign. */
static int32_t short_deviation(const mk_level *level, int32_t sample)
{
    const int32_t d = deviation(level, sample);
    return (level->down == 0U) ? d : (((d >> (level->down - 1U)) + 1) >> 1);
}

static void level_of(const mk_history *h, uint32_t c, mk_level *level)
{
    mk_run runs[2];
    mk_history_runs(h, c, runs);
    int32_t sum = 0;
    int32_t smallest = *runs[0].at;
    int32_t largest = smallest;
    for (uint32_t r = 0; r < 2U; r++) {
        const mk_sample *at = runs[r].at;
        for (uint32_t n = runs[r].count; n > 0U; n--) {
            const int32_t v = *at;
            at += h->channels;
            sum += v;
            smallest = (v < smallest) ? v : smallest;
            largest = (v > largest) ? v : largest;
        }
    }
    const int32_t n = h->length;
    level->sum = sum;
    level->smallest = smallest;
    level->largest = largest;
    level->whole = sum / n;
    level->fraction = ((sum - (level->whole * n)) * (1 << MK_POINT)) / n;
    level->down = 0;
    const uint32_t below = (uint32_t)(-deviation(level, smallest));
    const uint32_t above = (uint32_t)deviation(level, largest);
    while (((below | above) >> level->down) > 32767U) {
        level->down++;
    }
}

static void sums_of(const mk_history *h, uint32_t c, const mk_level *level, mk_sums_q *sums)
{
    int32_t some[16];
    uint32_t count = 0;
    mk_run runs[2];
    mk_history_runs(h, c, runs);
    for (uint32_t r = 0; r < 2U; r++) {
        const mk_sample *at = runs[r].at;
        for (uint32_t n = runs[r].count; n > 0U; n--) {
            some[count] = short_deviation(level, *at);
            at += h->channels;
            count++;
            if (count == 16U) {
                mk_add_q(sums, some, count, 0);
                count = 0;
            }
        }
    }
    mk_add_q(sums, some, count, 0);
}

#if MK_FLATTEN_STEPS
static void put_steps(const mk_flatten_params *p, const mk_history *h, uint32_t c,
                      const mk_level *level, mk_features *out)
{
    mk_run runs[2];
    mk_history_runs(h, c, runs);
    const int32_t n = h->length;
    int32_t before = *runs[0].at;
    uint32_t was_above = ((before * n) > level->sum) ? 1U : 0U;
    uint32_t crossings = 0;
    uint32_t zeros = 0;
    uint32_t way = 0;
    for (uint32_t r = 0; r < 2U; r++) {
        const mk_sample *at = runs[r].at;
        for (uint32_t i = runs[r].count; i > 0U; i--) {
            const int32_t v = *at;
            const uint32_t is_above = ((v * n) > level->sum) ? 1U : 0U;
            at += h->channels;
            crossings += was_above ^ is_above;
            was_above = is_above;
            zeros += ((v > 0) != (before > 0)) ? 1U : 0U;
            way += (uint32_t)((v < before) ? (before - v) : (v - before));
            before = v;
        }
    }
    if ((p->wanted & MK_FLATTEN_CROSSINGS) != 0U) {
        mk_put_q(out, (int32_t)crossings);
    }
    if ((p->wanted & MK_FLATTEN_ACTIVITY) != 0U) {
        mk_put_q(out, (int32_t)(way >> 1));
    }
    if ((p->wanted & MK_FLATTEN_ZERO_CROSSINGS) != 0U) {
        mk_put_q(out, (int32_t)zeros);
    }
}
#endif

#if MK_FLATTEN_RANKS
/* room: of one channel of the window. */
static void put_ranks(const mk_flatten_params *p, const mk_history *h, uint32_t c, void *room,
                      mk_features *out)
{
    mk_sample *const x = (mk_sample *)room;
    mk_history_read_i16(h, c, x);
    mk_sort(x, h->length);
    for (uint32_t i = 0; i < p->count; i++) {
        const mk_sample low = x[p->ranks[i]];
        const mk_sample high = x[p->ranks[i] + 1U];
        const int32_t way = ((int32_t)high - low) * (int32_t)p->parts[i];
        mk_put_q(out, (low * (1 << MK_POINT)) + way);
    }
}
#endif

#if MK_FLATTEN_AREA
static int32_t area(const mk_flatten_params *p, const mk_history *h)
{
    uint64_t all = 0;
    for (uint32_t c = 0; c < p->channels; c++) {
        uint32_t sum = 0;
        mk_run runs[2];
        mk_history_runs(h, c, runs);
        for (uint32_t r = 0; r < 2U; r++) {
            const mk_sample *at = runs[r].at;
            for (uint32_t n = runs[r].count; n > 0U; n--) {
                const int32_t v = *at;
                at += h->channels;
                sum += (uint32_t)((v < 0) ? -v : v);
            }
        }
        all += mk_multiply(sum, p->weights[c]);
    }
    const mk_wide mean = mk_wide_over(mk_wide_from(all, 0), mk_wide_from(h->length, 0));
    return mk_wide_to(mean, p->down);
}
#endif

#if MK_FLATTEN_CORRELATION
/* In 2^-30ths. levels: of all channels; they lie in the scratch. */
static int32_t correlation(const mk_history *h, uint32_t a, uint32_t b, const mk_level *levels)
{
    mk_run runs_a[2];
    mk_run runs_b[2];
    mk_history_runs(h, a, runs_a);
    mk_history_runs(h, b, runs_b);
    uint64_t aa = 0;
    uint64_t bb = 0;
    int64_t ab = 0;
    for (uint32_t r = 0; r < 2U; r++) {
        const mk_sample *at_a = runs_a[r].at;
        const mk_sample *at_b = runs_b[r].at;
        for (uint32_t n = runs_a[r].count; n > 0U; n--) {
            const int32_t da = short_deviation(&levels[a], *at_a);
            const int32_t db = short_deviation(&levels[b], *at_b);
            at_a += h->channels;
            at_b += h->channels;
            aa += (uint32_t)(da * da);
            bb += (uint32_t)(db * db);
            ab += da * db;
        }
    }
    const mk_wide square = mk_wide_times(mk_wide_from(aa, 0), mk_wide_from(bb, 0));
    if (square.m == 0U) {
        return 0;
    }
    const mk_wide size = mk_wide_from((ab < 0) ? (uint64_t)(-ab) : (uint64_t)ab, 0);
    const int32_t out = mk_wide_to(mk_wide_over(size, mk_wide_root(square)), -30);
    return (ab < 0) ? -out : out;
}
#endif

static void put_channel(const mk_flatten_params *p, const mk_history *h, uint32_t c,
                        void *scratch, mk_features *out)
{
    mk_level level;
    mk_sums_q sums;
    mk_shape_q shape;
    sums.s2 = 0;
    sums.s3 = 0;
    sums.s4 = 0;
    level_of(h, c, &level);
#if MK_FLATTEN_CORRELATION
    mk_level *const levels = (mk_level *)scratch;
    void *const room = &levels[p->channels];
    if ((p->wanted & MK_FLATTEN_PAIRS) != 0U) {
        levels[c] = level;
    }
#else
    void *const room = scratch;
#endif
    (void)room;
    sums_of(h, c, &level, &sums);
    mk_shape_from_sums_q(&sums, h->length, &shape);
    const int32_t mean = (level.whole * (1 << MK_POINT)) + level.fraction;
    shape.square.e += (int32_t)(2U * (level.down + 1U));
    const uint64_t square =
        (uint64_t)((int64_t)mean * mean) + mk_wide_whole(shape.square);
    const int32_t values[7] = {
        mean,
        level.smallest * (1 << MK_POINT),
        level.largest * (1 << MK_POINT),
        mk_wide_to(mk_wide_root(mk_wide_from(square, 0)), 0),
        mk_wide_to(mk_wide_root(shape.square), 0),
        shape.skewness,
        shape.kurtosis};
    for (uint32_t i = 0; i < 7U; i++) {
        if ((p->wanted & (1U << i)) != 0U) {
            mk_put_q(out, values[i]);
        }
    }
#if MK_FLATTEN_STEPS
    put_steps(p, h, c, &level, out);
#endif
#if MK_FLATTEN_ENERGY
    if ((p->wanted & MK_FLATTEN_SQUARE) != 0U) {
        mk_put_q(out, (int32_t)((square + ((uint64_t)1 << 29)) >> 30));
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
                mk_put_q(out, correlation(h, a, b, (const mk_level *)scratch));
            }
        }
    }
#endif
#if MK_FLATTEN_AREA
    if ((p->wanted & MK_FLATTEN_MAGNITUDES) != 0U) {
        mk_put_q(out, area(p, h));
    }
#endif
}
