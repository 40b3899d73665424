/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_pipeline.h"

#include <stddef.h>

#include "mk_decide.h"
#include "mk_history.h"

#if defined(__GNUC__)
#define MK_NOINLINE __attribute__((noinline))
#else
#define MK_NOINLINE
#endif

typedef struct {
    mk_sample sample[MK_CHANNELS];
} mk_frame;

/* The ring holds the window that is being computed and the frames that arrive meanwhile. */
static mk_frame ring[MK_RING_FRAMES];

/* Frame counters wrap; only differences of at most MK_SLACK are used. */
static struct {
    volatile uint32_t overruns; /* frames dropped; written by the producer only */
    uint32_t windows;
    volatile uint16_t pushed;   /* frames accepted; written by the producer only */
    volatile uint16_t taken;    /* frames used; written by the consumer only */
    volatile uint16_t break_at; /* value of `pushed` at the latest drop */
    uint16_t seen_overruns;     /* low half of the overruns the consumer knows of */
    uint16_t write_slot;        /* ring frame the producer fills next */
    uint16_t read_slot;         /* ring frame the consumer uses next */
    uint16_t missing;           /* frames until the next window is complete, at least 1 */
} stream;

static int16_t features[MK_FEATURES];

/* The next frame begins a new stream. */
static void restart(void)
{
    stream.missing = MK_WINDOW;
#if MK_STREAMING
    mk_blocks_start();
#endif
    mk_decide_reset();
}

void mk_init(void)
{
    stream.pushed = 0;
    stream.taken = 0;
    stream.overruns = 0;
    stream.seen_overruns = 0;
    stream.windows = 0;
    stream.write_slot = 0;
    stream.read_slot = 0;
    restart();
}

int mk_push(const mk_sample frame[MK_CHANNELS])
{
    const uint16_t pushed = stream.pushed;
    if ((uint16_t)(pushed - stream.taken) >= MK_SLACK) {
        stream.break_at = pushed; /* before `overruns`: the consumer reads them the other way */
        stream.overruns = stream.overruns + 1U;
        return -1;
    }
    const uint32_t slot = stream.write_slot;
    ring[slot] = *(const mk_frame *)(const void *)frame;
    stream.write_slot = (uint16_t)((slot + 1U == MK_RING_FRAMES) ? 0U : (slot + 1U));
    stream.pushed = (uint16_t)(pushed + 1U);
    return 0;
}

/* Use `count` frames. */
static void take(uint32_t count)
{
    const uint32_t slot = stream.read_slot + count;
    stream.read_slot = (uint16_t)((slot >= MK_RING_FRAMES) ? (slot - MK_RING_FRAMES) : slot);
    stream.taken = (uint16_t)(stream.taken + count);
}

/* A frame was dropped since the last look. No window may span the gap, so the frames in front of
 * it are passed over and the stream starts anew behind it. */
static MK_NOINLINE void mind_gap(uint16_t overruns)
{
    stream.seen_overruns = overruns;
    const uint16_t ahead = (uint16_t)(stream.break_at - stream.taken);
    if (ahead <= MK_SLACK) { /* else a later drop was met already */
        take(ahead);
    }
    restart();
}

static void compute(const mk_history *history, mk_result *result)
{
    mk_dsp(history, features);
#if MK_CLASSES > 0
    mk_network(features, result->scores);
    result->decision = mk_decide(result->scores);
#endif
#if MK_HAS_ANOMALY
    result->anomaly = mk_anomaly(features);
    result->anomalous = (uint8_t)((result->anomaly > MK_ANOMALY_THRESHOLD) ? 1U : 0U);
#endif
    stream.windows++;
    result->window = stream.windows;
}

/* The window that ends in front of read_slot. Not inlined: most calls of mk_process take one frame
 * and never come here, so they should not save its registers. */
static MK_NOINLINE int complete(mk_result *result)
{
    mk_history history = {ring[0].sample, MK_RING_FRAMES, 0U, 0U, MK_CHANNELS, NULL};
#if MK_HISTORY
    const uint32_t start = (uint32_t)stream.read_slot + MK_RING_FRAMES - MK_WINDOW;
    history.start = (uint16_t)((start >= MK_RING_FRAMES) ? (start - MK_RING_FRAMES) : start);
    history.length = MK_WINDOW;
#endif
    compute(&history, result);
    return 1;
}

int mk_process(mk_result *result)
{
    const uint16_t overruns = (uint16_t)stream.overruns;
    if (overruns != stream.seen_overruns) {
        mind_gap(overruns);
    }
    uint32_t waiting = (uint16_t)(stream.pushed - stream.taken);
    if (waiting > stream.missing) {
        waiting = stream.missing;
    }
#if MK_STREAMING
    for (uint32_t i = 0; i < waiting; i++) {
        mk_blocks_step(ring[stream.read_slot].sample);
        take(1U);
    }
#else
    take(waiting);
#endif
    /* The producer may now be MK_SLACK frames ahead of the window's end, which is what the ring
     * has room for beside the window. */
    stream.missing = (uint16_t)(stream.missing - waiting);
    if (stream.missing != 0U) {
        return 0;
    }
    stream.missing = MK_STRIDE;
    return complete(result);
}

uint32_t mk_overruns(void)
{
    return stream.overruns;
}

void mk_classify(const mk_sample *window, mk_result *result)
{
    const mk_history history = {window, MK_WINDOW, 0U, (MK_HISTORY != 0) ? MK_WINDOW : 0U,
                                MK_CHANNELS, NULL};
    mk_init();
#if MK_STREAMING
    for (uint32_t i = 0; i < MK_WINDOW; i++) {
        mk_blocks_step(&window[i * MK_CHANNELS]);
    }
#endif
    compute(&history, result);
    mk_init();
}

const int16_t *mk_last_features(void)
{
    return features;
}
