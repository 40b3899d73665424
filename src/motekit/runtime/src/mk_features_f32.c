/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_features.h"

#include <stddef.h>

/* Small rather than fast. */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((minsize)), apply_to = function)
#endif

/* v to the nearest integer, halves away from zero, clamped to 16 bits; 0 if v is not a number. */
#if defined(__ARM_FP) && defined(__ARM_FEATURE_SAT)
static inline int32_t rounded(float v)
{
    float whole = v + ((v < 0.0F) ? -0.5F : 0.5F);
    int32_t q;
    /* Unlike a conversion in C it saturates, and makes 0 of what is not a number. */
    __asm("vcvt.s32.f32 %0, %0\n\tvmov %1, %0\n\tssat %1, #16, %1" : "+t"(whole), "=r"(q));
    return q;
}
#else
static inline int32_t rounded(float v)
{
    union {
        float f;
        uint32_t u;
    } size;
    size.f = v;
    const uint32_t negative = size.u >> 31;
    size.u &= 0x7FFFFFFFU;
    int32_t q = 32768;
    if (size.u < 0x47000000U) { /* 32768 */
        q = (int32_t)(size.f + 0.5F);
    } else if (size.u > 0x7F800000U) { /* not a number */
        q = 0;
    } else {
        /* beyond the range */
    }
    if (negative != 0U) {
        q = -q;
    } else if (q > 32767) {
        q = 32767;
    } else {
        /* in the range */
    }
    return q;
}
#endif

void mk_put_f32(mk_features *out, float value)
{
#if MK_RAW
    if (out->raw != NULL) {
        *out->raw = value;
        out->raw++;
    }
#endif
    const mk_norm *const norm = out->norm;
    *out->q = (int16_t)rounded((value * norm->mul) + norm->add);
    out->q++;
    out->norm++;
}

#if defined(__clang__)
#pragma clang attribute pop
#endif
