/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_history.h"

#include <stddef.h>

void mk_history_runs(const mk_history *h, uint32_t channel, mk_run runs[2])
{
    const uint32_t column = (h->map == NULL) ? channel : h->map[channel];
    const uint32_t ahead = (uint32_t)h->capacity - h->start;
    const uint32_t first = (h->length < ahead) ? h->length : ahead;
    runs[0].at = &h->ring[((uint32_t)h->start * h->channels) + column];
    runs[0].count = first;
    runs[1].at = &h->ring[column];
    runs[1].count = h->length - first;
}

float mk_history_read_f32(const mk_history *h, uint32_t channel, float gain, float *dst)
{
    const uint32_t step = h->channels;
    float sum = 0.0F;
    mk_run runs[2];
    mk_history_runs(h, channel, runs);
    for (const mk_run *run = runs; run < &runs[2]; run++) {
        const mk_sample *at = run->at;
        for (uint32_t n = run->count; n > 0U; n--) {
            const float v = (float)*at * gain;
            at += step;
            *dst = v;
            dst++;
            sum += v;
        }
    }
    return sum;
}

#if !MK_SAMPLE_F32
void mk_history_read_i16(const mk_history *h, uint32_t channel, int16_t *dst)
{
    const uint32_t step = h->channels;
    mk_run runs[2];
    mk_history_runs(h, channel, runs);
    for (uint32_t r = 0; r < 2U; r++) {
        const mk_sample *at = runs[r].at;
        for (uint32_t n = runs[r].count; n > 0U; n--) {
            *dst = *at;
            dst++;
            at += step;
        }
    }
}
#endif
