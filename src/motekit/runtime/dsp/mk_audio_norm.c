/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_audio.h"

#include <stddef.h>

#include "mk_tune.h"

#if MK_AUDIO_NORM

/* A walk over n frames that turns back at either end. */
typedef struct {
    uint32_t at;
    uint32_t n;
    uint32_t down; /* 1: towards the first frame */
} mk_walk;

static void walk_to(mk_walk *walk, int32_t at)
{
    const int32_t n = (int32_t)walk->n;
    int32_t place = at % (2 * n);
    place = (place < 0) ? (place + (2 * n)) : place;
    walk->down = (place >= n) ? 1U : 0U;
    walk->at = (uint32_t)((walk->down != 0U) ? (((2 * n) - 1) - place) : place);
}

static inline uint32_t walk_on(mk_walk *walk)
{
    const uint32_t at = walk->at;
    if (walk->down == 0U) {
        if ((at + 1U) == walk->n) {
            walk->down = 1;
        } else {
            walk->at = at + 1U;
        }
    } else if (at == 0U) {
        walk->down = 0;
    } else {
        walk->at = at - 1U;
    }
    return at;
}

/* Exact sums over the width of a window that moves along a series. */
typedef struct {
    mk_walk ahead;
    mk_walk behind;
    int64_t sum;
    int64_t squares;
} mk_sliding;

static void slide_in(mk_sliding *s, int32_t v, int64_t times)
{
    s->sum += v * times;
    s->squares += ((int64_t)v * v) * times;
}

/* Around the first frame: whole turns over the series and back, and what is left of the width. */
static MK_NOINLINE void slide_start(mk_sliding *s, const int32_t *v, uint32_t n, uint32_t width)
{
    const uint32_t turns = width / (2U * n);
    s->sum = 0;
    s->squares = 0;
    s->ahead.n = n;
    walk_to(&s->ahead, -(int32_t)(width / 2U));
    s->behind = s->ahead;
    if (turns > 0U) {
        for (uint32_t i = 0; i < n; i++) {
            slide_in(s, v[i], 2 * (int64_t)turns);
        }
    }
    for (uint32_t i = width - (turns * 2U * n); i > 0U; i--) {
        slide_in(s, v[walk_on(&s->ahead)], 1);
    }
}

static inline void slide_on(mk_sliding *s, const int32_t *v)
{
    const int32_t in = v[walk_on(&s->ahead)];
    const int32_t gone = v[walk_on(&s->behind)];
    s->sum += (int64_t)in - gone;
    s->squares += ((int64_t)in * in) - ((int64_t)gone * gone);
}

/* d, which lies behind v: each value less the mean of the `width` values around it, rounded. */
static MK_NOINLINE void remove_means(mk_sliding *s, const int32_t *v, int32_t *d, uint32_t width)
{
    const uint32_t n = (uint32_t)(d - v);
    slide_start(s, v, n, width);
    for (uint32_t t = 0; t < n; t++) {
        const int64_t far = ((int64_t)v[t] * (int32_t)width) - s->sum;
        const uint32_t size = (uint32_t)(uint64_t)((far < 0) ? -far : far);
        const int32_t whole = (int32_t)((size + (width / 2U)) / width);
        d[t] = (far < 0) ? -whole : whole;
        slide_on(s, v);
    }
}

/* Each d over the deviation around it, to the places of coefficient k. */
static MK_NOINLINE void put_series(const mk_audio_params *p, mk_sliding *s, const int32_t *d,
                                   uint32_t k, const mk_features *out)
{
    mk_features place = *out;
    place.q += k;
    place.norm += k;
#if MK_RAW
    place.raw = (place.raw == NULL) ? NULL : &place.raw[k];
#endif
    slide_start(s, d, p->frames, p->norm);
    for (uint32_t t = 0; t < p->frames; t++) {
        const int64_t square = (s->squares * (int32_t)p->norm) - (s->sum * s->sum);
        mk_audio_put_normal(&place, d[t], p->norm, (uint64_t)square);
        slide_on(s, d);
        /* the one put moved on by one */
        place.q += p->values - 1U;
        place.norm += p->values - 1U;
#if MK_RAW
        place.raw = (place.raw == NULL) ? NULL : &place.raw[p->values - 1U];
#endif
    }
}

void mk_audio_normalise(const mk_audio_params *p, const mk_audio_store *store, uint32_t slot,
                        int32_t *v, const mk_features *out)
{
    const uint32_t n = p->frames;
    const uint32_t values = p->values;
    const uint32_t ring = (p->slots != 0U) ? ((uint32_t)p->slots * values) : 0xFFFFFFFFU;
    int32_t *const d = &v[n];
    mk_sliding s; /* one for both passes: it is large */
    for (uint32_t k = 0; k < values; k++) {
        uint32_t at = (slot * values) + k;
        for (uint32_t t = 0; t < n; t++) {
            v[t] = mk_audio_kept(store, at);
            at += values;
            at = (at >= ring) ? (at - ring) : at;
        }
        remove_means(&s, v, d, p->norm);
        put_series(p, &s, d, k, out);
    }
}
#endif
