/* What both arithmetics share: where a frame stands in its window, and the latest samples.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_FILTER_RING_H
#define MK_FILTER_RING_H

#include "mk_filter.h"

/* The start of the state; behind it lie the sections' states, or the latest samples of every
 * channel, frame after frame. */
typedef struct {
    uint16_t begun; /* 1 after the first frame */
    uint16_t wait;  /* frames until one comes out */
    uint16_t at;    /* oldest of the latest samples */
    uint16_t unused;
} mk_filter_place;

/* Whether this frame comes out. */
static inline uint32_t mk_filter_comes(const mk_filter_params *p, mk_filter_place *place)
{
    if (place->wait > 0U) {
        place->wait--;
        return 0;
    }
    place->wait = (uint16_t)(p->keep_every - 1U);
    return 1;
}

#if MK_FILTER_FIR || MK_FILTER_MEDIAN
/* Put a frame in place of the oldest one. */
static inline void mk_filter_take(const mk_filter_params *p, mk_filter_place *place,
                                  const mk_sample *frame)
{
    mk_sample *ring = (mk_sample *)(void *)&place[1];
    const uint32_t channels = p->channels;
    if (place->begun == 0U) {
        for (uint32_t i = 0; i < p->size; i++) {
            for (uint32_t c = 0; c < channels; c++) {
                ring[(i * channels) + c] = (p->steady != 0U) ? frame[c] : (mk_sample)0;
            }
        }
    }
    for (uint32_t c = 0; c < channels; c++) {
        ring[(place->at * channels) + c] = frame[c];
    }
    place->at = (uint16_t)(((place->at + 1U) == p->size) ? 0U : (place->at + 1U));
}
#endif

#if MK_FILTER_MEDIAN
#define MK_FILTER_MEDIAN_MOST 15U

/* The median of the latest samples of a channel. */
static inline mk_sample mk_filter_median(const mk_filter_params *p, const mk_filter_place *place,
                                         uint32_t channel)
{
    const mk_sample *at = &((const mk_sample *)(const void *)&place[1])[channel];
    mk_sample sorted[MK_FILTER_MEDIAN_MOST] = {0};
    for (uint32_t i = 0; i < p->size; i++) {
        const mk_sample v = *at;
        uint32_t to = i;
        at += p->channels;
        while ((to > 0U) && (sorted[to - 1U] > v)) {
            sorted[to] = sorted[to - 1U];
            to--;
        }
        sorted[to] = v;
    }
    return sorted[p->size / 2U];
}
#endif

#endif
