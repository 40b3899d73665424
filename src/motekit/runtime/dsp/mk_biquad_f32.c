/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_biquad.h"

float mk_biquad_f32(float *x, uint32_t n, const float section[3], float state[2])
{
    const float b1 = section[0];
    const float a1 = section[1];
    const float a2 = section[2];
    float s1 = state[0];
    float s2 = state[1];
    float sum = 0.0F;
    for (uint32_t i = n; i > 0U; i--) {
        const float v = *x;
        const float y = v + s1;
        const float bv = b1 * v;
        *x = y;
        x++;
        const float a1y = a1 * y;
        s1 = bv + s2;
        const float a2y = a2 * y;
        sum += y;
        s1 += a1y;
        s2 = v + a2y;
    }
    state[0] = s1;
    state[1] = s2;
    return sum;
}
