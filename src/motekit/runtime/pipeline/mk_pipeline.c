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

/* The ring holds the window that is being computed and the frames that arrive meanwhile. */
static mk_sample ring[MK_RING_FRAMES * MK_CHANNELS];

/* Frame counters wrap; only differences of at most MK_SLACK and equality are used. */
static struct {
    volatile uint32_t overruns; /* frames dropped; written by the producer only */
    uint32_t windows;
    volatile uint16_t pushed;   /* frames accepted; written by the producer only */
    volatile uint16_t taken;    /* frames used; written by the consumer only */
    volatile uint16_t break_at; /* value of `pushed` at the latest drop */
    uint16_t seen_overruns;     /* low half of the overruns the consumer knows of */
    uint16_t write_slot;        /* ring frame the producer fills next */
    uint16_t read_slot;         /* ring frame the consumer uses next */
    uint16_t missing;           /* frames until the next window is complete */
    uint8_t broken;             /* 1: a gap lies ahead, no window may be completed before it */
} stream;

static int16_t features[MK_FEATURES];

static void restart(void)
{
    stream.missing = MK_WINDOW;
    stream.broken = 0;
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

static uint16_t next_slot(uint16_t slot)
{
    return (uint16_t)((slot + 1U == MK_RING_FRAMES) ? 0U : (slot + 1U));
}

int mk_push(const mk_sample frame[MK_CHANNELS])
{
    const uint16_t pushed = stream.pushed;
    if ((uint16_t)(pushed - stream.taken) >= MK_SLACK) {
        stream.break_at = pushed; /* before `overruns`: the consumer reads them the other way */
        stream.overruns = stream.overruns + 1U;
        return -1;
    }
    mk_sample *slot = &ring[(uint32_t)stream.write_slot * MK_CHANNELS];
    for (uint32_t c = 0; c < MK_CHANNELS; c++) {
        slot[c] = frame[c];
    }
    stream.write_slot = next_slot(stream.write_slot);
    stream.pushed = (uint16_t)(pushed + 1U);
    return 0;
}

/* A frame was dropped since the last look: what comes before the gap can no longer be trusted to
 * be without one, so no window is completed until the stream starts anew behind it. */
static MK_NOINLINE void mind_gap(uint16_t overruns)
{
    if (overruns != stream.seen_overruns) {
        stream.seen_overruns = overruns;
        stream.broken = 1;
    }
    if (stream.taken == stream.break_at) {
        restart();
    }
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
    mk_history history = {ring, MK_RING_FRAMES, 0U, 0U, MK_CHANNELS, NULL};
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
    while (stream.taken != stream.pushed) {
        const uint16_t overruns = (uint16_t)stream.overruns;
        if ((overruns != stream.seen_overruns) || (stream.broken != 0U)) {
            mind_gap(overruns);
        }
#if MK_STREAMING
        mk_blocks_step(&ring[(uint32_t)stream.read_slot * MK_CHANNELS]);
#endif
        stream.read_slot = next_slot(stream.read_slot);
        /* From here on the producer may be MK_SLACK frames ahead of the window's end, which is
         * what the ring has room for beside the window. */
        stream.taken = (uint16_t)(stream.taken + 1U);
        stream.missing--;
        if (stream.missing == 0U) {
            stream.missing = MK_STRIDE;
            if (stream.broken == 0U) {
                return complete(result);
            }
        }
    }
    return 0;
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
