/* The window, seen in the pipeline's ring of samples. A view: it owns nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_HISTORY_H
#define MK_HISTORY_H

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

/* The window of one channel (of the block's) as two runs, the older one first. */
void mk_history_runs(const mk_history *h, uint32_t channel, mk_run runs[2]);

/* length samples of one channel, oldest first, each times gain. Returns their sum. */
float mk_history_read_f32(const mk_history *h, uint32_t channel, float gain, float *dst);

#if !MK_SAMPLE_F32
/* length samples of one channel, oldest first. */
void mk_history_read_i16(const mk_history *h, uint32_t channel, int16_t *dst);
#endif

#endif
