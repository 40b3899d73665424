/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_svf.h"

static float section(const float *k, float *s, float v0)
{
    const float v3 = v0 - s[1];
    const float v1 = (k[0] * s[0]) + (k[1] * v3);
    const float v2 = s[1] + ((k[1] * s[0]) + (k[2] * v3));
    s[0] = (v1 + v1) - s[0];
    s[1] = (v2 + v2) - s[1];
    return ((k[3] * v0) + (k[4] * v1)) + (k[5] * v2);
}

float mk_svf_f32(const mk_svf_cascade_f32 *k, float *s, float v)
{
    const float *row = k->rows;
    for (uint32_t i = k->sections; i > 0U; i--) {
        v = section(row, s, v);
        row += 6;
        s += 2;
    }
    return v;
}

void mk_svf_start_f32(const mk_svf_cascade_f32 *k, float *s, float level)
{
    const float *row = k->rows;
    for (uint32_t i = k->sections; i > 0U; i--) {
        s[0] = 0.0F;
        s[1] = level;
        level = section(row, s, level); /* which leaves a steady state as it is */
        row += 6;
        s += 2;
    }
}
