/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_audio.h"

#include <stddef.h>

#define MK_AUDIO_HEAD 12U /* bytes of mk_audio_state, up to whole words, with all its parts */
#define MK_SAMPLE_BYTES ((uint32_t)sizeof(mk_sample))

static mk_audio_sample *sample_at(void *state, uint32_t at)
{
    return (mk_audio_sample *)(void *)&((uint8_t *)state)[at];
}

/* The first frame of a window comes next, and nothing of it is there. */
static void start_window(const mk_audio_params *p, mk_audio_state *s)
{
    s->at = (uint16_t)(p->end_at - (p->used * MK_SAMPLE_BYTES));
#if MK_AUDIO_SKIP
    s->skip = 0;
#endif
    s->frame = 0;
    s->since = 0;
    s->slot = 0;
}

void mk_audio_init(const mk_audio_params *p, void *state)
{
    start_window(p, (mk_audio_state *)state);
}

#if MK_AUDIO_PCEN
static mk_pcen_mean *mean_of(const mk_audio_params *p, void *state)
{
    return (mk_pcen_mean *)(void *)&((uint8_t *)state)[p->mean_at];
}
#endif

#if MK_AUDIO_NORM || MK_AUDIO_KEPT
/* Numbers that are kept of a frame. */
static inline uint32_t kept_of(const mk_audio_params *p)
{
#if MK_AUDIO_PCEN
    return (p->pcen != NULL) ? p->filters : p->values;
#else
    return p->values;
#endif
}

/* Where values are kept: those of overlapping windows in the state; others where the features
 * will be, only their lowest bits in the state. */
static mk_audio_store store_of(const mk_audio_params *p, void *state, int16_t *places)
{
    uint8_t *const kept = &((uint8_t *)state)[p->kept_at];
    mk_audio_store store = {places, kept};
#if MK_AUDIO_KEPT
    if (p->slots != 0U) {
        store.high = (int16_t *)(void *)kept;
        store.low = &kept[2U * (uint32_t)p->slots * kept_of(p)];
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
        sink->store.high += slot * kept_of(p);
        sink->store.low += slot * kept_of(p);
    }
#endif
#if MK_AUDIO_PCEN
    sink->mean = (p->pcen != NULL) ? mean_of(p, s) : NULL;
    sink->first = (s->frame == 0U) ? 1U : 0U;
#endif
}

/* n words down by `by`, four at a time while there are as many. */
static void move_words(mk_audio_word *to, uint32_t by, uint32_t n)
{
    const mk_audio_word *from = &to[by];
    for (; n >= 4U; n -= 4U) {
        const mk_audio_word a = from[0];
        const mk_audio_word b = from[1];
        const mk_audio_word c = from[2];
        const mk_audio_word d = from[3];
        from += 4;
        to[0] = a;
        to[1] = b;
        to[2] = c;
        to[3] = d;
        to += 4;
    }
    for (; n > 0U; n--) {
        *to = *from;
        to++;
        from++;
    }
}

/* Make room for the next frame: what it shares with this one moves to its beginning. */
static void next_frame(const mk_audio_params *p, mk_audio_state *s)
{
    const uint32_t hop = p->hop * MK_SAMPLE_BYTES;
    uint32_t at = p->end_at - hop;
#if MK_AUDIO_SKIP
    s->skip = p->skip;
    at += p->skip * MK_SAMPLE_BYTES;
#endif
    s->at = (uint16_t)at;
    if (p->own == 0U) {
        /* with the sample in front of it, which lies in the first word */
        const uint32_t left = (p->end_at - MK_AUDIO_HEAD) - hop;
        if ((hop & 3U) == 0U) {
            move_words((mk_audio_word *)(void *)sample_at(s, MK_AUDIO_HEAD), hop >> 2, left >> 2);
        } else {
            mk_audio_sample *const to = sample_at(s, MK_AUDIO_HEAD);
            for (uint32_t i = 0; i < (left / MK_SAMPLE_BYTES); i++) {
                to[i] = to[i + p->hop];
            }
        }
    }
}

void mk_audio_take(const mk_audio_params *p, mk_audio_state *s, const mk_work *work)
{
    mk_audio_sample *const samples = sample_at(s, p->end_at - (p->used * MK_SAMPLE_BYTES));
    mk_audio_sink sink;
    mk_sample before = samples[-1];
#if MK_AUDIO_EMPHASIS
    if (s->since == 0U) {
        before = samples[0];
    }
    s->since = (uint16_t)(((s->since + 1U) == p->restart) ? 0U : (s->since + 1U));
#endif
    void *const own = &((uint8_t *)(void *)s)[MK_AUDIO_HEAD];
    const mk_sample last = samples[p->used - 1U];
    if ((p->slots != 0U) || (s->frame < p->frames)) {
        aim(p, s, work, &sink);
        mk_audio_frame(p, samples, before, (p->own != 0U) ? own : work->scratch, &sink);
        if (p->slots == 0U) {
            s->frame++;
        } else {
            s->slot = (uint16_t)(((s->slot + 1U) == p->slots) ? 0U : (s->slot + 1U));
        }
    }
    next_frame(p, s);
    if ((p->own != 0U) && (p->hop == p->used)) {
        samples[-1] = last;
    }
}

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

#if MK_AUDIO_PCEN && MK_AUDIO_KEPT
/* Smoothing begins with the first frame of each window, so that a window is like no other. */
static void put_again(const mk_audio_params *p, mk_audio_state *s, const mk_audio_store *store,
                      void *scratch, const mk_features *out)
{
    mk_pcen_mean *const mean = mean_of(p, s);
    void *const row = (p->own != 0U) ? (void *)&mean[p->filters] : scratch;
    mk_audio_sink sink;
    sink.store.high = NULL;
    sink.store.low = NULL;
    sink.out = *out;
    sink.mean = mean;
    sink.first = 1;
    uint32_t at = (uint32_t)s->slot * p->filters;
    const uint32_t end = (uint32_t)p->slots * p->filters;
    for (uint32_t n = p->frames; n > 0U; n--) {
        mk_audio_again(p, store, at, row, &sink);
        sink.first = 0;
        at += p->filters;
        at = (at == end) ? 0U : at;
    }
}
#endif

void mk_audio_finish(const mk_audio_params *p, void *state, const mk_history *h, void *scratch,
                     mk_features *out)
{
    (void)h;
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
            mk_audio_normalise(p, &store, (p->slots != 0U) ? s->slot : 0U, work, out);
            normal = 1;
        }
#endif
#if MK_AUDIO_PCEN && MK_AUDIO_KEPT
        if (p->pcen != NULL) {
            put_again(p, s, &store, scratch, out);
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
        start_window(p, s);
    }
    out->q += count;
    out->norm += count;
#if MK_RAW
    if (out->raw != NULL) {
        out->raw += count;
    }
#endif
}
