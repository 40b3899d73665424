/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_moments.h"

#include "mk_tune.h"

/* A variance below this share of the mean square of d is rounding noise: d was a constant. */
#define MK_CONSTANT_SHARE 3.8e-6F

void mk_shape_from_sums_f32(const mk_sums_f32 *sums, uint32_t n, mk_shape_f32 *shape)
{
    const float per = 1.0F / (float)n;
    const float r = sums->s1 * per;
    const float e2 = sums->s2 * per;
    const float e3 = sums->s3 * per;
    const float e4 = sums->s4 * per;
    const float r2 = r * r;
    const float m2 = e2 - r2;
    shape->shift = r;
    if (m2 <= (e2 * MK_CONSTANT_SHARE)) {
        shape->variance = 0.0F;
        shape->skewness = 0.0F;
        shape->kurtosis = 0.0F;
        return;
    }
    const float m3 = (e3 - ((3.0F * r) * e2)) + ((2.0F * r) * r2);
    const float m4 = ((e4 - ((4.0F * r) * e3)) + ((6.0F * r2) * e2)) - ((3.0F * r2) * r2);
    const float inverse = 1.0F / m2;
    shape->variance = m2;
    shape->skewness = (m3 * inverse) * __builtin_sqrtf(inverse);
    shape->kurtosis = ((m4 * inverse) * inverse) - 3.0F;
}

#if MK_ARM_FP
#include "mk_moments_arm.inc"
#else
/* Subtract the mean and add up. */
static void center_sums(float *x, uint32_t n, const float *mean, mk_sums_f32 *sums)
{
    mk_sums_f32 total = *sums;
    for (uint32_t i = 0; i < n; i++) {
        const float d = x[i] - *mean;
        const float d2 = d * d;
        x[i] = d;
        total.s1 += d;
        total.s2 += d2;
        total.s3 += d2 * d;
        total.s4 += d2 * d2;
    }
    *sums = total;
}
#endif

void mk_center_f32(float *x, uint32_t n, float sum, mk_shape_f32 *shape)
{
    const float mean = sum / (float)n;
    mk_sums_f32 sums = {0.0F, 0.0F, 0.0F, 0.0F};
    center_sums(x, n, &mean, &sums);
    mk_shape_from_sums_f32(&sums, n, shape);
    if (!(shape->variance > 0.0F)) {
        for (uint32_t i = 0; i < n; i++) {
            x[i] = 0.0F;
        }
    }
}
