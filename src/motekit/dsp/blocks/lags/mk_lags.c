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

#if MK_LAGS_STREAM
/* The state: a clock, then for each channel the sums and the latest samples. */
typedef struct {
    uint16_t count; /* frames seen */
    uint16_t place; /* of the next one among the latest samples */
} mk_lags_clock;

static inline uint32_t row_words(const mk_lags_params *p)
{
    return p->count + ((((uint32_t)p->longest * (uint32_t)sizeof(mk_sample)) + 3U) / 4U);
}

static inline mk_lag_sum *row_of(const mk_lags_params *p, void *state, uint32_t c)
{
    return &((mk_lag_sum *)state)[1U + (c * row_words(p))];
}

void mk_lags_init(const mk_lags_params *p, void *state)
{
    mk_lags_clock *const clock = (mk_lags_clock *)state;
    clock->count = 0;
    clock->place = 0;
    for (uint32_t c = 0; c < p->channels; c++) {
        mk_lag_sum *const sums = row_of(p, state, c);
        for (uint32_t i = 0; i < p->count; i++) {
            sums[i] = 0;
        }
    }
}

void mk_lags_step(const mk_lags_params *p, void *state, const mk_sample *frame)
{
    mk_lags_clock *const clock = (mk_lags_clock *)state;
    const uint32_t place = clock->place;
    for (uint32_t c = 0; c < p->channels; c++) {
        mk_lag_sum *const sums = row_of(p, state, c);
        mk_sample *const latest = (mk_sample *)(void *)&sums[p->count];
        for (uint32_t i = 0; i < p->count; i++) {
            const uint32_t lag = p->lags[i];
            if (clock->count >= lag) {
                const uint32_t wrap = (place < lag) ? p->longest : 0U;
                sums[i] += far(frame[c], latest[(place + wrap) - lag]);
            }
        }
        latest[place] = frame[c];
    }
    clock->place = (uint16_t)(((place + 1U) == p->longest) ? 0U : (place + 1U));
    clock->count++;
}
#endif

mk_lags_channel mk_lags_take(const mk_lags_params *p, const void *state, const mk_history *h,
                             uint32_t c, void *scratch)
{
    mk_lags_channel channel = {NULL, NULL, h->length};
#if MK_LAGS_STREAM
    if (p->longest != 0U) {
        const mk_lag_sum *const rows = &((const mk_lag_sum *)state)[1];
        channel.sums = &rows[c * row_words(p)];
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
    mk_lag_sum sum = 0;
#if MK_LAGS_WHOLE
    const mk_sample *old = channel->x;
    const mk_sample *const end = &old[channel->length];
    for (const mk_sample *now = &old[p->lags[i]]; now != end; now++) {
        sum += far(*now, *old);
        old++;
    }
#else
    (void)p;
#endif
    return sum;
}
