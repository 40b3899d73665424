/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_biquad.h"

#include "mk_fix.h"

static void run_plain(int32_t *x, uint32_t n, const int16_t section[8], int32_t state[5])
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

#if MK_BIQUAD_FINE
/* whole + part / 2^32 */
static inline uint64_t parts(int32_t whole, uint32_t part)
{
    return ((uint64_t)(uint32_t)whole << 32) | part;
}

/* a * b / 2^(16 + shift), with 32 bits below one */
static inline uint64_t product(int32_t a, int32_t b, uint32_t shift)
{
    return parts(mk_mul16(a, b) >> shift, ((uint32_t)a * (uint32_t)b) << (16U - shift));
}

static void run_fine(int32_t *x, uint32_t n, const int16_t section[8], int32_t state[5])
{
    const int32_t level = section[0];
    const int32_t slope = section[1];
    const uint32_t shift = (uint32_t)section[6] - MK_FINE;
    const int32_t b = section[7];
    int32_t x1 = state[0];
    int32_t x2 = state[1];
    int32_t y1 = state[2];
    int32_t d1 = state[3];
    uint64_t sum = (uint32_t)state[4];
    for (uint32_t i = n; i > 0U; i--) {
        const int32_t v = *x;
        const int32_t in = (v + x2) + (b * x1);
        x2 = x1;
        x1 = v;
        sum += parts(in >> shift, ((uint32_t)in << 1) << (31U - shift));
        sum += product(y1, section[2], (uint32_t)section[4]);
        sum += product(d1, section[3], (uint32_t)section[5]);
        const int32_t y = ((int32_t)(uint32_t)(sum >> 32) + (level * y1)) + (slope * d1);
        sum = (uint32_t)sum;
        d1 = y - y1;
        y1 = y;
        *x = y;
        x++;
    }
    state[0] = x1;
    state[1] = x2;
    state[2] = y1;
    state[3] = d1;
    state[4] = (int32_t)(uint32_t)sum;
}
#endif

void mk_biquad_q(int32_t *x, uint32_t n, const int16_t section[8], int32_t state[5])
{
#if MK_BIQUAD_FINE
    if (section[6] >= (int16_t)MK_FINE) {
        run_fine(x, n, section, state);
        return;
    }
#endif
    run_plain(x, n, section, state);
}
