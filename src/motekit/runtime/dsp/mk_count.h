/* From a number to the nearest count.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_COUNT_H
#define MK_COUNT_H

#include <stdint.h>

/* Halves away from zero, limited to 16 bits; the lowest count if v is not a number. */
static inline int16_t mk_to_count(float v)
{
    if (!(v > -32768.0F)) {
        return INT16_MIN;
    }
    if (v >= 32767.0F) {
        return INT16_MAX;
    }
    return (int16_t)(v + ((v < 0.0F) ? -0.5F : 0.5F));
}

/* v / 2^down, halves upwards, limited to 16 bits; down may be negative. */
static inline int16_t mk_count_of(int32_t v, int32_t down)
{
    int32_t out = v;
    if (down > 0) {
        const uint32_t less = (uint32_t)down - 1U;
        out = ((v >> less) >> 1) + (int32_t)(((uint32_t)(v >> less)) & 1U);
    } else {
        const int32_t most = 32767 >> (uint32_t)(-down);
        out = (v > most) ? 32767 : v;
        out = (v < (-most - 1)) ? -32768 : out;
        out = ((v <= most) && (v >= (-most - 1))) ? (v * (1 << (uint32_t)(-down))) : out;
    }
    out = (out > 32767) ? 32767 : out;
    return (int16_t)((out < -32768) ? -32768 : out);
}

#endif
