/* Where features go: one by one, normalised on the fly to Q8.8 (256 is one step of the int8
 * network input). The meaning is motekit.core.pipeline.Normalizer.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_FEATURES_H
#define MK_FEATURES_H

#include <stdint.h>

#if defined(__ARM_FEATURE_SAT) && defined(__clang__)
#include <arm_acle.h>
#endif

#include "mk_types.h"

/* 0 in printed programs: features before normalisation are not kept. */
#ifndef MK_RAW
#define MK_RAW 1
#endif

#if MK_FIXED
typedef struct {
    int32_t bias;  /* mean of the feature, in its own integers */
    int32_t mul;   /* 0 .. 2^30 */
    int32_t shift; /* 1 .. 62 */
} mk_norm;
#else
typedef struct {
    float mul;
    float add;
} mk_norm;
#endif

#if MK_RAW && MK_FIXED
typedef int32_t mk_feature; /* an integer; CBlock.lsb says what one is worth */
#elif MK_RAW
typedef float mk_feature; /* in the feature's unit */
#endif

/* All move on by one with each feature. */
typedef struct mk_features {
    int16_t *q;          /* next Q8.8 output */
#if MK_RAW
    mk_feature *raw;     /* next output before normalisation, or NULL: nobody wants them */
#endif
    const mk_norm *norm; /* normalisation of the next feature */
} mk_features;

/* From Q8.8 to a step of the network's int8 input, halves upwards. */
static inline int8_t mk_step_of(int16_t feature)
{
    const int32_t step = ((int32_t)feature + 128) >> 8;
#if defined(__ARM_FEATURE_SAT) && defined(__clang__) /* gcc finds it by itself */
    return (int8_t)__ssat(step, 8);
#else
    return (int8_t)((step > 127) ? 127 : step);
#endif
}

#if MK_FIXED
/* q = clamp16(floor(((value - bias) * mul + 2^(shift - 1)) / 2^shift)), in 64 bits. */
MK_PART void mk_put_q(mk_features *out, int32_t value);
#else
/* v = value * mul + add, two roundings; q = v rounded half away from zero and clamped to
 * -32768 .. 32767; 0 if v is not a number. */
MK_PART void mk_put_f32(mk_features *out, float value);
#endif

#endif
