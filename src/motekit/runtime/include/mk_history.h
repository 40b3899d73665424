/* The window, seen in the pipeline's ring of samples. A view: it owns nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_HISTORY_H
#define MK_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "mk_types.h"

/* Frames are interleaved: sample of channel c in ring frame f is ring[f * channels + c]. */
typedef struct mk_history {
    const mk_sample *ring;
    uint16_t capacity; /* frames in the ring */
    uint16_t start;    /* ring frame of the window's oldest sample, < capacity */
    uint16_t length;   /* frames in the window, <= capacity; 0 for a block without history */
    uint16_t channels; /* channels of the ring, not of the block */
    const uint8_t *map; /* ring channel of each of the block's channels; NULL: the same ones */
} mk_history;

/* A stretch of one channel without a wrap: at[0], at[channels], at[2 * channels] ... */
typedef struct {
    const mk_sample *at;
    uint32_t count; /* may be 0 */
} mk_run;

/* The window of one channel (of the block's) as two runs, the older one first. The inline form is
 * for those who call it once. */
static inline void mk_history_split(const mk_history *h, uint32_t channel, mk_run runs[2])
{
    const uint32_t column = (h->map == NULL) ? channel : h->map[channel];
    const uint32_t ahead = (uint32_t)h->capacity - h->start;
    const uint32_t first = (h->length < ahead) ? h->length : ahead;
    runs[0].at = &h->ring[((uint32_t)h->start * h->channels) + column];
    runs[0].count = first;
    runs[1].at = &h->ring[column];
    runs[1].count = h->length - first;
}

void mk_history_runs(const mk_history *h, uint32_t channel, mk_run runs[2]);

/* length samples of one channel, oldest first, each times gain. Returns their sum (but for
 * one rounding, where samples are integers). */
float mk_history_read_f32(const mk_history *h, uint32_t channel, float gain, float *dst);

#if !MK_SAMPLE_F32
/* length samples of one channel, oldest first. */
void mk_history_read_i16(const mk_history *h, uint32_t channel, int16_t *dst);
#endif

#endif
