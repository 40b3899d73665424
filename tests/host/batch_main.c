/* Feeds a program from standard input, as a process of its own: sanitizers want to be there from
 * the start. Input: the mode ('B' windows, 'S' one stream, 'C' windows through mk_classify), a
 * count of windows or frames, then samples. Output: results and features as they lie in memory. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "mk_pipeline.h"

uint32_t mk_batch(const mk_sample *windows, uint32_t count, mk_result *results, int16_t *features);
uint32_t mk_play(const mk_sample *samples, uint32_t frames, mk_result *results, int16_t *features);

static void *room(size_t count, size_t size)
{
    void *const memory = calloc((count == 0U) ? 1U : count, size);
    if (memory == NULL) {
        exit(9);
    }
    return memory;
}

static uint32_t classify(const mk_sample *windows, uint32_t count, mk_result *results,
                         int16_t *features)
{
    for (uint32_t i = 0; i < count; i++) {
        mk_classify(&windows[i * MK_WINDOW * MK_CHANNELS], &results[i]);
        for (uint32_t f = 0; f < MK_FEATURES; f++) {
            features[(i * MK_FEATURES) + f] = mk_last_features()[f];
        }
    }
    return count;
}

int main(void)
{
    uint32_t head[2];
    if (fread(head, sizeof head, 1, stdin) != 1U) {
        return 2;
    }
    const uint32_t count = head[1];
    const size_t frames = (size_t)count * ((head[0] == 'S') ? 1U : MK_WINDOW);
    /* Exactly as large as they must be, so that a step too far is seen. */
    mk_sample *const samples = room(frames * MK_CHANNELS, sizeof(mk_sample));
    const size_t most = (head[0] == 'S') ? ((frames / MK_STRIDE) + 1U) : count;
    mk_result *const results = room(most, sizeof(mk_result));
    int16_t *const features = room(most * MK_FEATURES, sizeof(int16_t));
    if (fread(samples, sizeof(mk_sample), frames * MK_CHANNELS, stdin) != frames * MK_CHANNELS) {
        return 3;
    }
    uint32_t done = 0;
    if (head[0] == 'S') {
        done = mk_play(samples, count, results, features);
    } else if (head[0] == 'C') {
        done = classify(samples, count, results, features);
    } else {
        done = mk_batch(samples, count, results, features);
    }
    (void)fwrite(results, sizeof(mk_result), done, stdout);
    (void)fwrite(features, sizeof(int16_t), (size_t)done * MK_FEATURES, stdout);
    free(samples);
    free(results);
    free(features);
    return (fflush(stdout) == 0) ? 0 : 4;
}
