/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_lags.h"

#include <stddef.h>

static mk_lag_sum far(mk_sample a, mk_sample b)
{
#if MK_SAMPLE_F32
    const float d = a - b;
    return (d < 0.0F) ? -d : d;
#else
    const int32_t d = (int32_t)a - b;
    return (uint32_t)((d < 0) ? -d : d);
#endif
}

/* Sum of the way from x[t - lag] to x[t], t from `from` up to `end`; from >= lag. */
static mk_lag_sum way(const mk_sample *x, uint32_t from, uint32_t end, uint32_t lag)
{
    const mk_sample *old = &x[from - lag];
    mk_lag_sum sum = 0;
    for (const mk_sample *now = &x[from]; now != &x[end]; now++) {
        sum += far(*now, *old);
        old++;
    }
    return sum;
}

#if MK_LAGS_STREAM
#define MK_LAGS_CHUNK 16U /* samples that are added up at a time */

/* The state: a clock, then for each channel the sums and the latest samples. */
typedef struct {
    uint16_t done; /* of the latest samples, those in the sums */
    uint16_t fill; /* the latest samples */
} mk_lags_clock;

static inline uint32_t row_words(const mk_lags_params *p)
{
    const uint32_t bytes = ((uint32_t)p->longest + MK_LAGS_CHUNK) * (uint32_t)sizeof(mk_sample);
    return p->count + ((bytes + 3U) / 4U);
}

static inline mk_lag_sum *row_of(const mk_lags_params *p, void *state, uint32_t c)
{
    return &((mk_lag_sum *)state)[1U + (c * row_words(p))];
}

void mk_lags_init(const mk_lags_params *p, void *state)
{
    mk_lags_clock *const clock = (mk_lags_clock *)state;
    clock->done = 0;
    clock->fill = 0;
    for (uint32_t c = 0; c < p->channels; c++) {
        mk_lag_sum *const sums = row_of(p, state, c);
        for (uint32_t i = 0; i < p->count; i++) {
            sums[i] = 0;
        }
    }
}

/* Add up what is new in a channel. */
static void add_up(const mk_lags_params *p, const mk_lags_clock *clock, mk_lag_sum *sums)
{
    const mk_sample *const latest = (const mk_sample *)(const void *)&sums[p->count];
    for (uint32_t i = 0; i < p->count; i++) {
        const uint32_t lag = p->lags[i];
        const uint32_t from = (clock->done > lag) ? clock->done : lag;
        if (from < clock->fill) {
            sums[i] += way(latest, from, clock->fill, lag);
        }
    }
}

void mk_lags_step(const mk_lags_params *p, void *state, const mk_sample *frame)
{
    mk_lags_clock *const clock = (mk_lags_clock *)state;
    const uint32_t full = ((clock->fill + 1U) == (p->longest + MK_LAGS_CHUNK)) ? 1U : 0U;
    for (uint32_t c = 0; c < p->channels; c++) {
        mk_lag_sum *const sums = row_of(p, state, c);
        ((mk_sample *)(void *)&sums[p->count])[clock->fill] = frame[c];
    }
    clock->fill++;
    if (full == 0U) {
        return;
    }
    for (uint32_t c = 0; c < p->channels; c++) {
        mk_lag_sum *const sums = row_of(p, state, c);
        mk_sample *const latest = (mk_sample *)(void *)&sums[p->count];
        add_up(p, clock, sums);
        for (uint32_t i = 0; i < p->longest; i++) {
            latest[i] = latest[MK_LAGS_CHUNK + i];
        }
    }
    clock->fill = p->longest;
    clock->done = p->longest;
}
#endif

mk_lags_channel mk_lags_take(const mk_lags_params *p, void *state, const mk_history *h,
                             uint32_t c, void *scratch)
{
    mk_lags_channel channel = {NULL, NULL, h->length};
#if MK_LAGS_STREAM
    if (p->longest != 0U) {
        mk_lag_sum *const sums = row_of(p, state, c);
        add_up(p, (const mk_lags_clock *)state, sums);
        channel.sums = sums;
        channel.length = p->length;
        return channel;
    }
#else
    (void)p;
#endif
    (void)state;
#if MK_LAGS_WHOLE
    channel.x = (const mk_sample *)scratch;
#if MK_SAMPLE_F32
    (void)mk_history_read_f32(h, c, 1.0F, (mk_sample *)scratch);
#else
    mk_history_read_i16(h, c, (mk_sample *)scratch);
#endif
#else
    (void)c;
    (void)scratch;
#endif
    return channel;
}

mk_lag_sum mk_lags_way(const mk_lags_params *p, const mk_lags_channel *channel, uint32_t i)
{
#if MK_LAGS_STREAM
    if (channel->sums != NULL) {
        return channel->sums[i];
    }
#endif
#if MK_LAGS_WHOLE
    return way(channel->x, p->lags[i], channel->length, p->lags[i]);
#else
    (void)p;
    return 0;
#endif
}
