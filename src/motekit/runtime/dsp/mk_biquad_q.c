/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_biquad.h"

#include "mk_fix.h"

void mk_biquad_q(int32_t *x, uint32_t n, const int16_t section[8], int32_t state[4])
{
    const int32_t level = section[0];
    const int32_t slope = section[1];
    const int32_t level_part = section[2];
    const int32_t slope_part = section[3];
    const uint32_t level_shift = (uint32_t)section[4];
    const uint32_t slope_shift = (uint32_t)section[5];
    const uint32_t shift = (uint32_t)section[6];
    const int32_t b = section[7];
    int32_t x1 = state[0];
    int32_t x2 = state[1];
    int32_t y1 = state[2];
    int32_t d1 = state[3];
    for (uint32_t i = n; i > 0U; i--) {
        const int32_t v = *x >> shift;
        int32_t y = (v + x2) + (b * x1);
        x2 = x1;
        x1 = v;
        y += (level * y1) + (mk_mul16(y1, level_part) >> level_shift);
        y += (slope * d1) + (mk_mul16(d1, slope_part) >> slope_shift);
        d1 = y - y1;
        y1 = y;
        *x = y;
        x++;
    }
    state[0] = x1;
    state[1] = x2;
    state[2] = y1;
    state[3] = d1;
}
