/* The program around the mathematics: samples in, decisions out.
 *
 * One producer (a sensor interrupt, or a task) calls mk_push; one consumer (the main loop) calls
 * mk_process. Both must run on one core. No heap, no locks: the producer owns `pushed`, the
 * consumer owns `taken`, and each only reads the other's counter.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_PIPELINE_H
#define MK_PIPELINE_H

#include <stdint.h>

#include "mk_config.h"
#include "mk_types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* mk_result.decision when no class was decided on. */
#define MK_NO_DECISION (-1)

typedef struct {
    uint32_t window; /* how many windows were completed since mk_init, this one included */
#if MK_HAS_ANOMALY
    int32_t anomaly;   /* Q8.8 distance outside the known clusters; below 0 is inside */
    uint8_t anomalous; /* 1 when anomaly > MK_ANOMALY_THRESHOLD */
#endif
#if MK_CLASSES > 0
    int8_t decision;           /* class index, or MK_NO_DECISION */
    int8_t scores[MK_CLASSES]; /* probability = (score + 128) / 256 */
#endif
#if MK_HAS_VALUE
    int8_t value; /* stands for MK_VALUE_OFFSET + MK_VALUE_SCALE * value */
#endif
} mk_result;

/* Forget everything: no samples, no history of scores, no overruns. Call once before the first
 * mk_push, with the sensor interrupt off. */
void mk_init(void);

/* Take one frame (one sample of every channel, in the order of MK_CHANNEL_NAMES, as the sensor
 * gives it). Safe from an interrupt while mk_process runs. Returns 0, or -1 when MK_SLACK frames
 * were waiting already: the frame is dropped, counted, and no window will span the gap. */
MK_PART int mk_push(const mk_sample frame[MK_CHANNELS]);

/* Use the frames that have come in. Returns 1 and fills *result when they complete a window, 0
 * when they do not. Call until it returns 0. */
MK_PART int mk_process(mk_result *result);

/* Frames that mk_push had to drop since mk_init. */
uint32_t mk_overruns(void);

/* One whole window at once, MK_WINDOW frames of MK_CHANNELS samples. Shares memory with
 * mk_process and restarts it, as after mk_init. */
void mk_classify(const mk_sample *window, mk_result *result);

/* Q8.8 features of the last window, MK_FEATURES of them: for logs and drift statistics. Where
 * blocks compute as samples arrive, they last until the next call of mk_process. */
const int16_t *mk_last_features(void);

/* What the program was trained from and with: the first half of a SHA-256. */
#define MK_IDENTITY_BYTES 16
extern const uint8_t mk_identity[MK_IDENTITY_BYTES];

/* --- what the generated file defines ------------------------------------------------------- */

struct mk_history;

#if MK_STREAMING
/* Put the state of every block back to the start of a stream. */
void mk_blocks_start(void);

/* Give one frame to the blocks that compute as samples arrive. */
MK_PART void mk_blocks_step(const mk_sample *frame);
#endif

#if MK_STREAMS
extern int16_t mk_window_features[MK_FEATURES];
#endif

/* Window -> MK_FEATURES features in Q8.8. */
MK_PART void mk_dsp(const struct mk_history *history, int16_t *features);

#if MK_CLASSES > 0
/* Features -> int8 class scores. */
MK_PART void mk_network(const int16_t *features, int8_t *scores);
#endif

#if MK_HAS_VALUE
/* Features -> stored value. */
MK_PART int8_t mk_regress(const int16_t *features);
#endif

#if MK_HAS_ANOMALY
/* Features -> Q8.8 anomaly score. */
MK_PART int32_t mk_anomaly(const int16_t *features);
#endif

#ifdef __cplusplus
}
#endif

#endif
