/* Bit reversal, one instruction where the core has it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_BITS_H
#define MK_BITS_H

#include <stdint.h>

static inline uint32_t mk_reverse_bits(uint32_t v)
{
#if defined(__ARM_ARCH) && defined(__thumb2__)
    uint32_t out;
    __asm__("rbit %0, %1" : "=r"(out) : "r"(v));
    return out;
#else
    v = ((v >> 1) & 0x55555555U) | ((v & 0x55555555U) << 1);
    v = ((v >> 2) & 0x33333333U) | ((v & 0x33333333U) << 2);
    v = ((v >> 4) & 0x0F0F0F0FU) | ((v & 0x0F0F0F0FU) << 4);
    v = ((v >> 8) & 0x00FF00FFU) | ((v & 0x00FF00FFU) << 8);
    return (v >> 16) | (v << 16);
#endif
}

#endif
