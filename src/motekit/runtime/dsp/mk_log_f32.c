/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_log.h"

#include <stdint.h>

#define MK_LOG10_2 0.301029996F

float mk_log10f(float x)
{
    union {
        float f;
        uint32_t u;
    } bits;
    bits.f = x;
    /* x = 2^e * m with m from sqrt(1/2) up to sqrt(2): move the seam of the exponent there. */
    const uint32_t seam = 0x3F3504F3U;
    const uint32_t above = bits.u - seam;
    const int32_t e = (int32_t)above >> 23;
    bits.u = (above & 0x007FFFFFU) + seam;
    const float t = bits.f - 1.0F;
    /* log10(1 + t) / t, least maximum error 9.1e-8 over the range of t. */
    float p = 0.0513660125F;
    p = (p * t) - 0.0820902735F;
    p = (p * t) + 0.0894849896F;
    p = (p * t) - 0.108058281F;
    p = (p * t) + 0.144634381F;
    p = (p * t) - 0.217155769F;
    p = (p * t) + 0.434295893F;
    return ((float)e * MK_LOG10_2) + (p * t);
}
