/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_audio.h"

#include <stddef.h>

#define MK_AUDIO_HEAD ((uint32_t)((sizeof(mk_audio_state) + 3U) / 4U) * 4U)

/* In a frame of its own the samples wait at the end, where the transform comes last. */
static inline mk_audio_sample *waiting(const mk_audio_params *p, void *state)
{
    return (mk_audio_sample *)(void *)&((uint8_t *)state)[p->samples_at];
}

static void start_window(mk_audio_state *s)
{
    s->fill = 0;
    s->frame = 0;
    s->since = 0;
    s->slot = 0;
}

void mk_audio_init(const mk_audio_params *p, void *state)
{
    (void)p;
    start_window((mk_audio_state *)state);
    ((mk_audio_state *)state)->before = 0;
}

#if MK_AUDIO_NORM || MK_AUDIO_KEPT
/* Where values are kept: those of overlapping windows in the state; others where the features
 * will be, only their lowest bits in the state. */
static mk_audio_store store_of(const mk_audio_params *p, void *state, int16_t *places)
{
    uint8_t *const kept = &((uint8_t *)state)[p->kept_at];
    mk_audio_store store = {places, kept};
#if MK_AUDIO_KEPT
    if (p->slots != 0U) {
        store.high = (int16_t *)(void *)kept;
        store.low = &kept[2U * (uint32_t)p->slots * p->values];
    }
#else
    (void)p;
#endif
    return store;
}

void mk_audio_keep(mk_audio_sink *sink, int32_t value)
{
    *sink->store.high = (int16_t)(value >> 8);
    *sink->store.low = (uint8_t)((uint32_t)value & 0xFFU);
    sink->store.high++;
    sink->store.low++;
}

int32_t mk_audio_kept(const mk_audio_store *store, uint32_t at)
{
    return ((int32_t)store->high[at] * 256) + store->low[at];
}

/* Whether values are kept until the window is complete. */
static int keeps(const mk_audio_params *p)
{
    int yes = 0;
#if MK_AUDIO_NORM
    yes = (p->norm != 0U) ? 1 : yes;
#endif
#if MK_AUDIO_KEPT
    yes = (p->slots != 0U) ? 1 : yes;
#endif
    return yes;
}
#endif

/* The places of the next frame's values. */
static void aim(const mk_audio_params *p, mk_audio_state *s, const mk_work *work,
                mk_audio_sink *sink)
{
    const uint32_t at = (uint32_t)s->frame * p->values;
    sink->out = work->out;
    sink->out.q += at;
    sink->out.norm += at;
#if MK_RAW
    if (sink->out.raw != NULL) {
        sink->out.raw += at;
    }
#endif
    sink->store.high = NULL;
    sink->store.low = NULL;
#if MK_AUDIO_NORM || MK_AUDIO_KEPT
    if (keeps(p) != 0) {
        sink->store = store_of(p, s, work->out.q);
        const uint32_t slot = (p->slots != 0U) ? s->slot : s->frame;
        sink->store.high += slot * p->values;
        sink->store.low += slot * p->values;
    }
#endif
}

/* A frame is complete. */
static void take_frame(const mk_audio_params *p, mk_audio_state *s, const mk_work *work)
{
    mk_audio_sample *const samples = waiting(p, s);
    mk_audio_sink sink;
    mk_sample before = s->before;
#if MK_AUDIO_EMPHASIS
    if (s->since == 0U) {
        before = samples[0];
    }
    s->since = (uint16_t)(((s->since + 1U) == p->restart) ? 0U : (s->since + 1U));
#endif
    s->fill = (int16_t)((int32_t)p->used - (int32_t)p->hop);
    void *frame = work->scratch;
    if (p->own != 0U) {
        frame = &((uint8_t *)(void *)s)[MK_AUDIO_HEAD];
        s->before = samples[p->used - 1U];
    } else {
        s->before = samples[p->hop - 1U];
    }
    if ((p->slots != 0U) || (s->frame < p->frames)) {
        aim(p, s, work, &sink);
        mk_audio_frame(p, samples, before, frame, &sink);
    }
    if (p->slots != 0U) {
        s->slot = (uint16_t)(((s->slot + 1U) == p->slots) ? 0U : (s->slot + 1U));
    } else if (s->frame < p->frames) {
        s->frame++;
    } else {
        /* what lies behind the last frame of a window */
    }
    for (int32_t i = 0; i < s->fill; i++) {
        samples[i] = samples[i + p->hop];
    }
}

void mk_audio_step(const mk_audio_params *p, void *state, const mk_sample *frame,
                   const mk_work *work)
{
    mk_audio_state *const s = (mk_audio_state *)state;
    const int32_t fill = s->fill;
    s->fill = (int16_t)(fill + 1);
    if (fill < 0) {
        s->before = *frame;
    } else {
        waiting(p, s)[fill] = *frame;
        if ((fill + 1) == (int32_t)p->used) {
            take_frame(p, s, work);
        }
    }
}

#if MK_AUDIO_NORM
/* A walk over frames that turns back at either end. */
typedef struct {
    uint32_t at;
    uint32_t down; /* 1: towards the first frame */
} mk_walk;

static void walk_from(mk_walk *walk, int32_t at, uint32_t n)
{
    const int32_t period = 2 * (int32_t)n;
    int32_t place = at % period;
    place = (place < 0) ? (place + period) : place;
    walk->down = (place >= (int32_t)n) ? 1U : 0U;
    walk->at = (uint32_t)((walk->down != 0U) ? ((period - 1) - place) : place);
}

static void walk_on(mk_walk *walk, uint32_t n)
{
    if (walk->down == 0U) {
        if ((walk->at + 1U) == n) {
            walk->down = 1;
        } else {
            walk->at++;
        }
    } else if (walk->at == 0U) {
        walk->down = 0;
    } else {
        walk->at--;
    }
}

/* What normalising one coefficient needs. */
typedef struct {
    mk_audio_store store;
    uint32_t at;   /* of the coefficient in the first frame */
    uint32_t step; /* from a frame to the next */
    uint32_t slot; /* of the first frame */
    uint32_t slots;
    uint32_t n; /* frames */
    int32_t width;
} mk_series;

static int32_t value_of(const mk_series *v, uint32_t frame)
{
    uint32_t slot = v->slot + frame;
    slot = (slot >= v->slots) ? (slot - v->slots) : slot;
    return mk_audio_kept(&v->store, v->at + (slot * v->step));
}

/* d: each value less the mean of the `width` values around it, rounded. Sums are exact. */
static void remove_means(const mk_series *v, int32_t *d)
{
    mk_walk ahead;
    mk_walk behind;
    walk_from(&ahead, -(v->width / 2), v->n);
    behind = ahead;
    int64_t sum = 0;
    for (int32_t i = 0; i < v->width; i++) {
        sum += value_of(v, ahead.at);
        walk_on(&ahead, v->n);
    }
    for (uint32_t t = 0; t < v->n; t++) {
        const int64_t far = ((int64_t)value_of(v, t) * v->width) - sum;
        const uint32_t size = (uint32_t)(uint64_t)((far < 0) ? -far : far);
        const int32_t whole = (int32_t)((size + ((uint32_t)v->width / 2U)) / (uint32_t)v->width);
        d[t] = (far < 0) ? -whole : whole;
        sum += (int64_t)value_of(v, ahead.at) - value_of(v, behind.at);
        walk_on(&ahead, v->n);
        walk_on(&behind, v->n);
    }
}

static void put_series(const mk_series *v, const int32_t *d, const mk_features *out)
{
    mk_walk ahead;
    mk_walk behind;
    walk_from(&ahead, -(v->width / 2), v->n);
    behind = ahead;
    int64_t sum = 0;
    int64_t squares = 0;
    for (int32_t i = 0; i < v->width; i++) {
        sum += d[ahead.at];
        squares += (int64_t)d[ahead.at] * d[ahead.at];
        walk_on(&ahead, v->n);
    }
    for (uint32_t t = 0; t < v->n; t++) {
        const uint32_t at = v->at + (t * v->step);
        mk_features place = *out;
        place.q += at;
        place.norm += at;
#if MK_RAW
        if (place.raw != NULL) {
            place.raw += at;
        }
#endif
        mk_audio_put_normal(&place, d[t], (uint32_t)v->width,
                            (uint64_t)((squares * v->width) - (sum * sum)));
        const int32_t in = d[ahead.at];
        const int32_t gone = d[behind.at];
        sum += (int64_t)in - gone;
        squares += ((int64_t)in * in) - ((int64_t)gone * gone);
        walk_on(&ahead, v->n);
        walk_on(&behind, v->n);
    }
}

static void put_normalised(const mk_audio_params *p, const mk_audio_state *s,
                           const mk_audio_store *store, int32_t *work, const mk_features *out)
{
    mk_series v;
    v.store = *store;
    v.step = p->values;
    v.slot = (p->slots != 0U) ? s->slot : 0U;
    v.slots = (p->slots != 0U) ? p->slots : p->frames;
    v.n = p->frames;
    v.width = (int32_t)p->norm;
    for (v.at = 0; v.at < p->values; v.at++) {
        remove_means(&v, work);
        put_series(&v, work, out);
    }
}
#endif

#if MK_AUDIO_KEPT
static void put_kept(const mk_audio_params *p, const mk_audio_state *s,
                     const mk_audio_store *store, const mk_features *out)
{
    mk_features next = *out;
    uint32_t at = (uint32_t)s->slot * p->values;
    const uint32_t end = (uint32_t)p->slots * p->values;
    for (uint32_t n = (uint32_t)p->frames * p->values; n > 0U; n--) {
        mk_audio_put(p, &next, mk_audio_kept(store, at));
        at++;
        at = (at == end) ? 0U : at;
    }
}
#endif

void mk_audio_finish(const mk_audio_params *p, void *state, void *scratch, mk_features *out)
{
    mk_audio_state *const s = (mk_audio_state *)state;
    const uint32_t count = (uint32_t)p->frames * p->values;
#if MK_AUDIO_NORM || MK_AUDIO_KEPT
    if (keeps(p) != 0) {
        const mk_audio_store store = store_of(p, state, out->q);
        int normal = 0;
#if MK_AUDIO_NORM
        if (p->norm != 0U) {
            void *const own = &((uint8_t *)state)[MK_AUDIO_HEAD];
            int32_t *const work = (int32_t *)((p->own != 0U) ? own : scratch);
            put_normalised(p, s, &store, work, out);
            normal = 1;
        }
#endif
#if MK_AUDIO_KEPT
        if (normal == 0) {
            put_kept(p, s, &store, out);
        }
#else
        (void)normal;
#endif
    }
#endif
    (void)scratch;
    if (p->slots == 0U) {
        start_window(s);
    }
    out->q += count;
    out->norm += count;
#if MK_RAW
    if (out->raw != NULL) {
        out->raw += count;
    }
#endif
}
