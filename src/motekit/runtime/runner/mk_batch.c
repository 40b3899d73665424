/* Many windows in one call, on the host: the same two functions a product calls, in a loop.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "mk_pipeline.h"

/* windows: count x MK_WINDOW x MK_CHANNELS samples; results: count; features: count x MK_FEATURES.
 * Every window starts from mk_init. Returns how many windows were completed. */
uint32_t mk_batch(const mk_sample *windows, uint32_t count, mk_result *results, int16_t *features);

/* One recording: samples in a row; results and features of every window completed on the way.
 * Returns how many there were. */
uint32_t mk_play(const mk_sample *samples, uint32_t frames, mk_result *results, int16_t *features);

uint32_t mk_play(const mk_sample *samples, uint32_t frames, mk_result *results, int16_t *features)
{
    uint32_t done = 0;
    mk_init();
    for (uint32_t i = 0; i < frames; i++) {
        (void)mk_push(&samples[i * MK_CHANNELS]);
        if (mk_process(&results[done]) != 0) {
            for (uint32_t f = 0; f < MK_FEATURES; f++) {
                features[(done * MK_FEATURES) + f] = mk_last_features()[f];
            }
            done++;
        }
    }
    return done;
}

uint32_t mk_batch(const mk_sample *windows, uint32_t count, mk_result *results, int16_t *features)
{
    uint32_t done = 0;
    for (uint32_t i = 0; i < count; i++) {
        done += mk_play(&windows[i * MK_WINDOW * MK_CHANNELS], MK_WINDOW, &results[i],
                        &features[i * MK_FEATURES]);
    }
    return done;
}
