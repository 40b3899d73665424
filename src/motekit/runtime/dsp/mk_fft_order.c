/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_fft.h"

uint32_t mk_fft_next(uint32_t p, uint32_t half)
{
    uint32_t bit = half >> 1;
    while ((p & bit) != 0U) {
        p ^= bit;
        bit >>= 1;
    }
    return p | bit;
}
