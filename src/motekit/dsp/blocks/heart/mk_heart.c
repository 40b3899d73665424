/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_heart.h"

#include "mk_count.h"
#include "mk_fix.h"
#include "mk_pair.h"
#include "mk_svf.h"

#define MK_LOWEST 30U /* percent of the median height that a beat must have */
#define MK_HOLDS 70U  /* percent of the window that intervals must explain to be believed alone */

/* Behind it lie the band-pass's states, times and heights of the beats, the latest samples of the
 * pass band, and the bits of the rhythm. */
typedef struct {
    mk_pair excess;  /* short sum times the long length less long sum times the short length */
    mk_pair mean;    /* running mean of the square, times 2^shift */
    uint32_t seen;   /* samples, those behind the end of the window included */
    uint32_t best_at;
    uint16_t run;    /* samples of the rise under way */
    uint16_t slot;   /* of the ring, for the next sample */
    uint16_t beats;
    int16_t best;    /* highest sample of the rise under way, and its neighbours */
    int16_t before;
    int16_t after;
    uint16_t bits; /* of the rhythm */
    uint16_t wait; /* samples until the next one */
} mk_heart_state;

static mk_svf_state *filter_of(mk_heart_state *s)
{
    return (mk_svf_state *)(void *)&s[1];
}

static uint32_t *beats_of(const mk_heart_params *p, mk_heart_state *s)
{
    return (uint32_t *)(void *)&filter_of(s)[2U * p->sections];
}

static int16_t *heights_of(const mk_heart_params *p, mk_heart_state *s)
{
    return (int16_t *)(void *)&beats_of(p, s)[p->most];
}

static int16_t *ring_of(const mk_heart_params *p, mk_heart_state *s)
{
    return &heights_of(p, s)[(p->most + 1U) & ~1U];
}

/* Samples in the ring: the long average's, and the one that leaves it. */
static uint32_t ring_size(const mk_heart_params *p)
{
    return (2U * p->half_beat) + 2U;
}

static uint32_t *bits_of(const mk_heart_params *p, mk_heart_state *s)
{
    return (uint32_t *)(void *)&ring_of(p, s)[ring_size(p)];
}

void mk_heart_init(const mk_heart_params *p, void *state)
{
    mk_heart_state *const s = (mk_heart_state *)state;
    int16_t *const ring = ring_of(p, s);
    s->excess = mk_pair_of(0);
    s->mean = mk_pair_of(0);
    s->seen = 0;
    s->best_at = 0;
    s->run = 0;
    s->slot = 0;
    s->beats = 0;
    s->best = 0;
    s->before = 0;
    s->after = 0;
    s->bits = 0;
    s->wait = 0;
    for (uint32_t i = 0; i < ring_size(p); i++) {
        ring[i] = 0;
    }
}

/* The sample that came `ago` samples before the latest one. */
static int16_t sample(const mk_heart_params *p, mk_heart_state *s, uint32_t ago)
{
    const uint32_t back = ago + 1U;
    const uint32_t slot = (s->slot >= back) ? (s->slot - back) : ((s->slot + ring_size(p)) - back);
    return ring_of(p, s)[slot];
}

static int32_t square(int16_t v)
{
    return (v > 0) ? ((int32_t)v * v) : 0;
}

/* Where the parabola through three samples is highest, from the middle one. */
static int32_t vertex(int32_t before, int32_t best, int32_t after)
{
    const int32_t curve = 2 * (((2 * best) - before) - after);
    if (curve <= 0) {
        return 0;
    }
    const int32_t way = (256 * (after - before)) / curve;
    return (way > 128) ? 128 : ((way < -128) ? -128 : way);
}

/* The rise under way ended before `centre`. */
static void end_rise(const mk_heart_params *p, mk_heart_state *s, uint32_t centre)
{
    uint32_t *const beats = beats_of(p, s);
    int16_t *const heights = heights_of(p, s);
    const uint32_t run = s->run;
    const uint32_t count = s->beats;
    s->run = 0;
    if ((run < p->least) || (run == centre)) { /* too short, or cut off by the window */
        return;
    }
    const int32_t way = vertex(s->before, s->best, s->after);
    const uint32_t at = (uint32_t)((int32_t)(s->best_at * 256U) + way);
    if ((count > 0U) && ((at - beats[count - 1U]) < p->apart)) {
        if (s->best > heights[count - 1U]) {
            beats[count - 1U] = at;
            heights[count - 1U] = s->best;
        }
        return;
    }
    if (count < p->most) {
        beats[count] = at;
        heights[count] = s->best;
        s->beats++;
    }
}

/* The sample in the middle of the averages belongs to a rise. */
static void in_rise(const mk_heart_params *p, mk_heart_state *s, uint32_t centre)
{
    const int16_t v = sample(p, s, p->half_beat);
    if ((s->run == 0U) || (v > s->best)) {
        s->best = v;
        s->best_at = centre;
        s->before = sample(p, s, p->half_beat + 1U);
        s->after = sample(p, s, p->half_beat - 1U);
    }
    s->run++;
}

/* Whether the short average lies above the long one, once in `every` samples. */
static void keep_rhythm(const mk_heart_params *p, mk_heart_state *s, uint32_t above)
{
    if (p->every == 0U) {
        return;
    }
    if (s->wait > 0U) {
        s->wait--;
        return;
    }
    uint32_t *const word = &bits_of(p, s)[s->bits / 32U];
    const uint32_t place = s->bits % 32U;
    *word = ((place == 0U) ? 0U : *word) | (above << place);
    s->bits++;
    s->wait = (uint16_t)(p->every - 1U);
}

/* One sample of the pass band, or a 0 behind the end of the window. */
static void take(const mk_heart_params *p, mk_heart_state *s, int16_t y)
{
    const uint32_t half = p->half_beat;
    const int32_t peak = (2 * (int32_t)p->half_peak) + 1;
    const int32_t beat = (2 * (int32_t)half) + 1;
    ring_of(p, s)[s->slot] = y;
    s->slot = (uint16_t)(((s->slot + 1U) == ring_size(p)) ? 0U : (s->slot + 1U));
    const int32_t enters = square(sample(p, s, half - p->half_peak));
    const int32_t leaves = square(sample(p, s, half + p->half_peak + 1U));
    const int32_t change = square(y) - square(sample(p, s, (2U * half) + 1U));
    const int64_t excess = (int64_t)mk_pair_value(s->excess) + mk_multiply_signed(enters - leaves, beat)
        - mk_multiply_signed(change, peak);
    int64_t mean = (int64_t)mk_pair_value(s->mean);
    mean += square(y) - (mean >> p->shift);
    s->excess = mk_pair_of((uint64_t)excess);
    s->mean = mk_pair_of((uint64_t)mean);
    const uint32_t seen = s->seen;
    s->seen = seen + 1U;
    if (seen < half) {
        return;
    }
    keep_rhythm(p, s, (excess > 0) ? 1U : 0U);
    const int32_t level = (int32_t)(mean >> p->shift);
    if (excess > mk_multiply_signed(level, (int32_t)p->offset)) {
        in_rise(p, s, seen - half);
    } else if (s->run > 0U) {
        end_rise(p, s, seen - half);
    } else {
        /* between the beats */
    }
}

void mk_heart_step(const mk_heart_params *p, void *state, const mk_sample *frame)
{
    mk_heart_state *const s = (mk_heart_state *)state;
    const mk_svf_cascade_q band = {p->rows, p->sections, p->up, p->mix};
#if MK_SAMPLE_F32
    const int16_t count = mk_to_count(frame[0] * p->per_count);
#else
    const int16_t count = frame[0];
#endif
    if (s->seen == 0U) {
        mk_svf_start_q(&band, filter_of(s), count);
    }
    int16_t y = mk_count_of(mk_svf_q(&band, filter_of(s), count), (int32_t)p->up);
    if (p->invert != 0U) {
        y = (int16_t)((y == INT16_MIN) ? INT16_MAX : -y);
    }
    take(p, s, y);
}

/* The median of count words; they end up in order. */
static uint32_t median_of(uint32_t *x, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        const uint32_t v = x[i];
        uint32_t to = i;
        while ((to > 0U) && (x[to - 1U] > v)) {
            x[to] = x[to - 1U];
            to--;
        }
        x[to] = v;
    }
    return x[count / 2U];
}

static uint32_t apart(uint32_t a, uint32_t b)
{
    return (a > b) ? (a - b) : (b - a);
}

/* Whether an interval counts. */
static uint32_t counts(const mk_heart_params *p, uint32_t gap, uint32_t median)
{
    if ((gap < p->shortest) || (gap > p->longest)) {
        return 0;
    }
    const uint64_t off = mk_multiply(apart(gap, median), 100U);
    return (off <= mk_multiply(median, p->tolerance)) ? 1U : 0U;
}

static void add_up(const mk_heart_params *p, const uint32_t *beats, uint32_t median,
                   mk_heart_sums *sums)
{
    uint32_t before = 0; /* the interval before, 0 if it does not count */
    for (uint32_t i = 1; i < sums->beats; i++) {
        const uint32_t gap = beats[i] - beats[i - 1U];
        if (counts(p, gap, median) == 0U) {
            before = 0;
            continue;
        }
        sums->n++;
        sums->total += gap;
        sums->squares += mk_square(gap);
        if (before != 0U) {
            const uint32_t step = apart(gap, before);
            sums->pairs++;
            sums->differences += mk_square(step);
            sums->far += (step > p->fifty) ? 1U : 0U;
        }
        before = gap;
    }
}

/* Leave out beats much lower than most. Returns the sum of the heights. */
static int32_t keep_tall(const mk_heart_params *p, mk_heart_state *s, uint32_t *scratch)
{
    uint32_t *const beats = beats_of(p, s);
    int16_t *const heights = heights_of(p, s);
    const uint32_t count = s->beats;
    for (uint32_t i = 0; i < count; i++) {
        scratch[i] = (heights[i] > 0) ? (uint32_t)heights[i] : 0U;
    }
    const uint32_t least = median_of(scratch, count) * MK_LOWEST;
    int32_t sum = 0;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t height = (heights[i] > 0) ? (uint32_t)heights[i] : 0U;
        if ((height * 100U) >= least) {
            beats[kept] = beats[i];
            kept++;
            sum += (int32_t)height;
        }
    }
    s->beats = (uint16_t)kept;
    return sum;
}

/* What follows from the beats. */
static void end_beats(const mk_heart_params *p, mk_heart_state *s, uint32_t *scratch,
                      mk_heart_sums *sums)
{
    const uint32_t *const beats = beats_of(p, s);
    sums->squares = 0;
    sums->differences = 0;
    sums->n = 0;
    sums->total = 0;
    sums->pairs = 0;
    sums->far = 0;
    sums->height = (s->beats > 0U) ? keep_tall(p, s, scratch) : 0;
    sums->beats = s->beats;
    if (s->beats < 2U) {
        return;
    }
    for (uint32_t i = 1; i < s->beats; i++) {
        scratch[i - 1U] = beats[i] - beats[i - 1U];
    }
    add_up(p, beats, median_of(scratch, (uint32_t)s->beats - 1U), sums);
}

/* Whether the beats explain most of the window. */
static uint32_t suffice(const mk_heart_params *p, const mk_heart_sums *sums)
{
    return (mk_multiply(sums->total, 100U) >= mk_multiply(p->length, MK_HOLDS)) ? 1U : 0U;
}

/* Whether beats that do not suffice say the same as the spectrum within one bin. */
static uint32_t agree(const mk_heart_params *p, const mk_heart_sums *sums)
{
    if (sums->peak.at == 0U) {
        return 1;
    }
    /* Both rates, times the same. */
    const uint32_t span = (uint32_t)p->part * p->every;
    const uint64_t beats = (uint64_t)(sums->n * span) << 16;
    const uint64_t spectrum = mk_multiply(sums->peak.at, sums->total);
    const uint64_t off = (beats > spectrum) ? (beats - spectrum) : (spectrum - beats);
    return ((sums->n > 0U) && (off <= ((uint64_t)sums->total << 8))) ? 1U : 0U;
}

void mk_heart_end(const mk_heart_params *p, void *state, uint32_t *scratch, mk_heart_sums *sums)
{
    mk_heart_state *const s = (mk_heart_state *)state;
    for (uint32_t i = p->half_beat; i > 0U; i--) {
        take(p, s, 0);
    }
    /* A rise under way at the end of the window is cut off: no beat. */
    end_beats(p, s, scratch, sums);
    sums->peak.at = 0;
    sums->peak.near = 0;
    sums->peak.total = 0;
    const uint32_t enough = suffice(p, sums);
    const uint32_t asked = p->wanted & (MK_HEART_SPECTRAL_RATE | MK_HEART_PERIODICITY);
    if ((p->every != 0U) && ((enough == 0U) || (asked != 0U))) {
        mk_heart_spectrum(p, bits_of(p, s), scratch, &sums->peak);
    }
    sums->spectral = ((enough == 0U) && (agree(p, sums) == 0U)) ? 1U : 0U;
}
