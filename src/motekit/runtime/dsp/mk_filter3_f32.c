/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_filter3.h"

/* Statements are ordered such that hardly any needs the result of the one before it. */
float mk_filter3_f32(const mk_history *h, uint32_t channel, float gain, const float section[9],
                     float *dst)
{
    const uint32_t step = h->channels;
    const float b = section[0];
    const float a1y = section[1];
    const float a2y = section[2];
    const float a1z = section[4];
    const float a2z = section[5];
    const float a1u = section[7];
    const float a2u = section[8];
    float p1 = 0.0F;
    float p2 = 0.0F;
    float q1 = 0.0F;
    float q2 = 0.0F;
    float r1 = 0.0F;
    float r2 = 0.0F;
    float sum = 0.0F;
    mk_run runs[2];
    mk_history_runs(h, channel, runs);
    for (const mk_run *run = runs; run < &runs[2]; run++) {
        const mk_sample *at = run->at;
        for (uint32_t n = run->count; n > 0U; n--) {
            const float x = (float)*at * gain;
            at += step;
            const float y = x + p1;
            const float bx = b * x;
            const float z = y + q1;
            p1 = bx + p2;
            const float u = z + r1;
            const float by = b * y;
            sum += u;
            q1 = by + q2;
            const float bz = b * z;
            *dst = u;
            dst++;
            r1 = bz + r2;
            const float ay = a1y * y;
            const float az = a1z * z;
            p1 += ay;
            const float au = a1u * u;
            q1 += az;
            const float cy = a2y * y;
            r1 += au;
            const float cz = a2z * z;
            p2 = x + cy;
            const float cu = a2u * u;
            q2 = y + cz;
            r2 = z + cu;
        }
    }
    return sum;
}
