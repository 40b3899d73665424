/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_filter3.h"

#include "mk_tune.h"

#if MK_ARM_FP && !MK_SAMPLE_F32
#include "mk_filter3_arm.inc"
#else
/* Two runs of samples, one after the other, through the three sections; the sum of the output. */
static float filter_runs(const mk_run run[2], uint32_t step, const float taps[8], float *dst)
{
    float p1 = 0.0F;
    float p2 = 0.0F;
    float q1 = 0.0F;
    float q2 = 0.0F;
    float r1 = 0.0F;
    float r2 = 0.0F;
    float sum = 0.0F;
    for (uint32_t r = 0; r < 2U; r++) {
        const mk_sample *at = run[r].at;
        for (uint32_t n = run[r].count; n > 0U; n--) {
            const float x = (float)*at * taps[0];
            const float y = x + p1;
            const float z = y + q1;
            const float u = z + r1;
            sum += u;
            p1 = ((taps[1] * x) + p2) + (taps[2] * y);
            q1 = ((taps[1] * y) + q2) + (taps[3] * z);
            r1 = ((taps[1] * z) + r2) + (taps[4] * u);
            p2 = x + (taps[5] * y);
            q2 = y + (taps[6] * z);
            r2 = z + (taps[7] * u);
            *dst = u;
            dst++;
            at += step;
        }
    }
    return sum;
}
#endif

float mk_filter3_f32(const mk_history *h, uint32_t channel, const float taps[8], float *dst)
{
    mk_run runs[2];
    mk_history_split(h, channel, runs);
    return filter_runs(runs, h->channels, taps, dst);
}
