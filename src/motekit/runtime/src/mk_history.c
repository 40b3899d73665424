/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_history.h"

#if MK_SAMPLE_F32
typedef float mk_sum;
#else
typedef int32_t mk_sum; /* exact: a window has at most 65535 samples */
#endif

void mk_history_runs(const mk_history *h, uint32_t channel, mk_run runs[2])
{
    mk_history_split(h, channel, runs);
}

float mk_history_read_f32(const mk_history *h, uint32_t channel, float gain, float *dst)
{
    const uint32_t step = h->channels;
    mk_sum sum = 0;
    mk_run runs[2];
    mk_history_runs(h, channel, runs);
    for (const mk_run *run = runs; run < &runs[2]; run++) {
        const mk_sample *at = run->at;
        for (uint32_t n = run->count; n > 0U; n--) {
            const mk_sample v = *at;
            at += step;
            *dst = (float)v * gain;
            dst++;
            sum += v;
        }
    }
    return (float)sum * gain;
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
