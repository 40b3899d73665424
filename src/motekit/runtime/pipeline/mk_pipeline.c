/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_pipeline.h"

#include <stddef.h>

#include "mk_decide.h"
#include "mk_history.h"

/* Small rather than fast. */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((minsize)), apply_to = function)
#endif

#if defined(__GNUC__)
#define MK_NOINLINE __attribute__((noinline))
#else
#define MK_NOINLINE
#endif

typedef struct {
    mk_sample sample[MK_CHANNELS];
} mk_frame;

/* Holds what is still needed of the window (all of it where a block reads it as a whole, nothing
 * where blocks compute as samples arrive) and MK_SLACK frames more. */
static mk_frame ring[MK_RING_FRAMES];

/* Frames are counted; counters wrap, and only differences of at most MK_WINDOW + MK_SLACK are
 * used. */
static struct {
    volatile uint32_t overruns; /* frames dropped; written by the producer only */
    uint32_t windows;
    volatile uint16_t pushed;   /* frames accepted; written by the producer only */
    volatile uint16_t oldest;   /* frame that must stay in the ring; by the consumer only */
    volatile uint16_t break_at; /* value of `pushed` at the latest drop; by the producer only */
    uint16_t seen_overruns;     /* low half of the overruns the consumer has dealt with */
    uint16_t write_slot;        /* ring frame the producer fills next */
    uint16_t oldest_slot;       /* ring frame of `oldest` */
#if !MK_HISTORY
    uint16_t start; /* first frame of the next window, long released */
#elif MK_STREAMING
    uint16_t stepped; /* frame that the blocks see next */
#endif
#if MK_STRIDE > MK_WINDOW
    uint16_t pause; /* frames to pass over before the next window begins */
#endif
} stream;

/* First frame of the next window. */
static uint16_t window_start(void)
{
#if MK_HISTORY
    return stream.oldest;
#else
    return stream.start;
#endif
}

#if MK_STREAMS /* blocks put features while the window is in progress */
int16_t mk_window_features[MK_FEATURES];
#else
static int16_t mk_window_features[MK_FEATURES];
#endif

/* `oldest` is the first frame of a stream. */
static void begin(void)
{
#if !MK_HISTORY
    stream.start = stream.oldest;
#elif MK_STREAMING
    stream.stepped = stream.oldest;
#endif
#if MK_STRIDE > MK_WINDOW
    stream.pause = 0;
#endif
#if MK_STREAMING
    mk_blocks_start();
#endif
    mk_decide_reset();
}

void mk_init(void)
{
    stream.overruns = 0;
    stream.windows = 0;
    stream.pushed = 0;
    stream.oldest = 0;
    stream.seen_overruns = 0;
    stream.write_slot = 0;
    stream.oldest_slot = 0;
    begin();
}

int mk_push(const mk_sample frame[MK_CHANNELS])
{
    const uint16_t pushed = stream.pushed;
    if ((uint16_t)(pushed - stream.oldest) >= MK_RING_FRAMES) {
        stream.break_at = pushed; /* before `overruns`: the consumer reads them the other way */
        stream.overruns = stream.overruns + 1U;
        return -1;
    }
    const uint32_t slot = stream.write_slot;
#if defined(__ARM_FEATURE_UNALIGNED)
    ring[slot] = *(const mk_frame *)(const void *)frame; /* by words */
#else
    for (uint32_t c = 0; c < MK_CHANNELS; c++) {
        ring[slot].sample[c] = frame[c];
    }
#endif
    stream.write_slot = (uint16_t)(((slot + 1U) == MK_RING_FRAMES) ? 0U : (slot + 1U));
    stream.pushed = (uint16_t)(pushed + 1U);
    return 0;
}

/* The producer may overwrite `count` frames more; at most MK_RING_FRAMES. */
static void release(uint32_t count)
{
    const uint32_t slot = stream.oldest_slot + count;
    stream.oldest_slot =
        (uint16_t)((slot >= MK_RING_FRAMES) ? (slot - MK_RING_FRAMES) : slot);
    stream.oldest = (uint16_t)(stream.oldest + count);
}

/* Frames were dropped since the last look. No window may span the gap, so the stream starts anew
 * behind it. */
static void mind_gap(uint16_t overruns)
{
    const uint16_t gap = stream.break_at;
    const uint16_t whole = (uint16_t)(gap - window_start());
    if ((whole >= MK_WINDOW) && (whole <= MK_WINDOW + MK_SLACK)) {
        return; /* the next window lies in front of the gap: it comes first */
    }
    stream.seen_overruns = overruns;
    const uint16_t ahead = (uint16_t)(gap - stream.oldest);
    if (ahead <= MK_RING_FRAMES) { /* else a later drop was met already */
        release(ahead);
    }
    begin();
}

static void compute(const mk_history *history, mk_result *result)
{
    mk_dsp(history, mk_window_features);
#if MK_CLASSES > 0
    mk_network(mk_window_features, result->scores);
    result->decision = mk_decide(result->scores);
#endif
#if MK_HAS_ANOMALY
    result->anomaly = mk_anomaly(mk_window_features);
    result->anomalous = (uint8_t)((result->anomaly > MK_ANOMALY_THRESHOLD) ? 1U : 0U);
#endif
#if MK_HAS_VALUE
    result->value = mk_regress(mk_window_features);
#endif
    stream.windows++;
    result->window = stream.windows;
}

/* Windows that leave gaps: drop the frames between two of them. Returns how many are to come. */
static uint16_t pass_over(void)
{
#if MK_STRIDE > MK_WINDOW
    while ((stream.pause > 0U) && (stream.oldest != stream.pushed)) {
        release(1U);
        stream.pause--;
#if !MK_HISTORY
        stream.start = stream.oldest;
#elif MK_STREAMING
        stream.stepped = stream.oldest;
#endif
    }
    return stream.pause;
#else
    return 0;
#endif
}

#if MK_STREAMING
/* Give waiting frames to the blocks, up to the end of the window; returns how many of the
 * window's frames they have seen. */
static uint16_t window_frames(void)
{
    if (pass_over() > 0U) {
        return 0;
    }
#if MK_HISTORY
    uint16_t seen = (uint16_t)(stream.stepped - stream.oldest);
    while ((seen < MK_WINDOW) && (stream.stepped != stream.pushed)) {
        const uint32_t slot = (uint32_t)stream.oldest_slot + seen;
        mk_blocks_step(ring[(slot >= MK_RING_FRAMES) ? (slot - MK_RING_FRAMES) : slot].sample);
        stream.stepped = (uint16_t)(stream.stepped + 1U);
        seen++;
    }
#else
    uint16_t seen = (uint16_t)(stream.oldest - stream.start);
    while ((seen < MK_WINDOW) && (stream.oldest != stream.pushed)) {
        mk_blocks_step(ring[stream.oldest_slot].sample);
        release(1U);
        seen++;
    }
#endif
    return seen;
}
#else
/* How many frames of the next window are there. */
static uint16_t window_frames(void)
{
    return (pass_over() > 0U) ? 0U : (uint16_t)(stream.pushed - stream.oldest);
}
#endif

/* Frames were dropped, or the next window is there. Not inlined: most calls of mk_process take one
 * frame and never come here, so they should not save its registers. */
static MK_NOINLINE int attend(mk_result *result)
{
    const uint16_t overruns = (uint16_t)stream.overruns;
    if (overruns != stream.seen_overruns) {
        mind_gap(overruns);
    }
    if (window_frames() < MK_WINDOW) {
        return 0;
    }
    const mk_history history = {ring[0].sample, MK_RING_FRAMES, stream.oldest_slot,
                                (MK_HISTORY != 0) ? MK_WINDOW : 0U, MK_CHANNELS, NULL};
    compute(&history, result);
#if MK_STRIDE > MK_WINDOW
    stream.pause = MK_STRIDE - MK_WINDOW;
#if MK_HISTORY
    release(MK_WINDOW);
#else
    stream.start = stream.oldest;
#endif
#elif MK_HISTORY
    release(MK_STRIDE); /* only now may the producer reach into the window */
#else
    stream.start = (uint16_t)(stream.start + MK_STRIDE);
#endif
    return 1;
}

int mk_process(mk_result *result)
{
    if (((uint16_t)stream.overruns == stream.seen_overruns) && (window_frames() < MK_WINDOW)) {
        return 0;
    }
    return attend(result);
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
    return mk_window_features;
}

#if defined(__clang__)
#pragma clang attribute pop
#endif
