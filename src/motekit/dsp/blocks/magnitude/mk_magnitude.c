/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_magnitude.h"

#if !MK_SAMPLE_F32
/* Nearest whole number to the root of square, at most 3 * 2^30. */
static uint32_t root_of(uint32_t square)
{
#if MK_FIXED
    uint32_t rest = square;
    uint32_t root = 0;
    for (uint32_t bit = (uint32_t)1 << 30; bit != 0U; bit >>= 2) {
        const uint32_t trial = root + bit;
        root >>= 1;
        if (rest >= trial) {
            rest -= trial;
            root += bit;
        }
    }
#else
    /* A root in float is within 0.01 of it: its whole part may be one off. One too small happens
     * below a whole number only, to which the last line rounds. */
    uint32_t root = (uint32_t)__builtin_sqrtf((float)square);
    root -= ((root * root) > square) ? 1U : 0U;
    const uint32_t rest = square - (root * root);
#endif
    return (rest > root) ? (root + 1U) : root;
}
#endif

uint32_t mk_magnitude_step(const mk_magnitude_params *p, void *state, const mk_sample *frame,
                           mk_sample *made)
{
    (void)state;
#if MK_SAMPLE_F32
    float square = 0.0F;
    for (uint32_t i = 0; i < p->axes; i++) {
        square += frame[i] * frame[i];
    }
    made[0] = __builtin_sqrtf(square);
#else
    uint32_t square = 0;
    for (uint32_t i = 0; i < p->axes; i++) {
        const int32_t v = frame[i];
        square += (uint32_t)(v * v);
    }
    const uint32_t root = root_of(square);
    made[0] = (int16_t)((root < 32767U) ? root : 32767U);
#endif
    return 1;
}
