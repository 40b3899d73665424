/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_log.h"

#include <stdint.h>

/* Small rather than fast. */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((minsize)), apply_to = function)
#endif

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
    /* log10(1 + t) / t, least maximum error 6.5e-7 over the range of t. */
    const float t2 = t * t;
    const float high = (0.0969782844F - (0.0621902272F * t)) * t2;
    const float mid = 0.144298136F - (0.110625535F * t);
    const float low = 0.434300035F - (0.217082322F * t);
    return ((float)e * MK_LOG10_2) + ((low + ((mid + high) * t2)) * t);
}

#if defined(__clang__)
#pragma clang attribute pop
#endif
