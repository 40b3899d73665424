/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_pcen.h"

#include "mk_log.h"
#include "mk_tune.h"

#define MK_OFFSET 0x800000 /* brings 24 bits without a sign to 23 bits and a sign */

typedef union {
    float f;
    uint32_t u;
} mk_bits;

/* 2^x within 2e-7 of it, x limited to -126 .. 127. */
static MK_NOINLINE float power_of_two(float x)
{
    float y = (x > -126.0F) ? x : -126.0F;
    y = (y < 127.0F) ? y : 127.0F;
    const int32_t whole = (int32_t)(y + ((y < 0.0F) ? -0.5F : 0.5F));
    const float t = y - (float)whole;
    /* 2^t, least maximum error 7.5e-8 for |t| <= 1/2 */
    float p = (0.00132764189F * t) + 0.00967554282F;
    p = (p * t) + 0.0555071346F;
    p = (p * t) + 0.240221202F;
    p = (p * t) + 0.693146944F;
    p = (p * t) + 1.00000012F;
    mk_bits scale;
    scale.u = (uint32_t)(whole + 127) << 23;
    return p * scale.f;
}

float mk_pcen_f32(const mk_pcen_number *c, mk_pcen_mean *mean, float energy, uint32_t first)
{
    const float before = (first != 0U) ? energy : *mean;
    const float now = before + (c[0] * (energy - before));
    *mean = now;
    const float gain = power_of_two((mk_log10f(now + c[1]) * c[2]) + c[3]);
    const float sum = (energy * gain) + c[4];
    const float root =
        (c[5] > 0.0F) ? power_of_two(mk_log10f(sum) * c[5]) : __builtin_sqrtf(sum);
    return root - c[6];
}

int32_t mk_pcen_pack_f32(float energy)
{
    mk_bits bits;
    bits.f = energy;
    return (int32_t)((bits.u + 64U) >> 7) - MK_OFFSET;
}

float mk_pcen_unpack_f32(int32_t kept)
{
    mk_bits bits;
    bits.u = (uint32_t)(kept + MK_OFFSET) << 7;
    return bits.f;
}
