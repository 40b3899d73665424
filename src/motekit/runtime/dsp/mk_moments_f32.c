/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_moments.h"

#include "mk_tune.h"

/* A variance below this share of the mean square of d is rounding noise: d was a constant. */
#define MK_CONSTANT_SHARE 3.8e-6F

mk_shape_f32 mk_shape_from_sums_f32(mk_sums_f32 sums, uint32_t n)
{
    const float per = 1.0F / (float)n;
    mk_shape_f32 shape = {0.0F, 0.0F, 0.0F, 0.0F};
    float m2 = sums.s2 * per;
    float m3 = sums.s3 * per;
    float m4 = sums.s4 * per;
    float least = MK_LEAST_VARIANCE;
#if MK_ROUGH_MEAN
    const float r = sums.s1 * per;
    const float r2 = r * r;
    shape.shift = r;
    least += m2 * MK_CONSTANT_SHARE;
    m4 -= (4.0F * r) * m3;
    m3 -= (3.0F * r) * m2;
#if MK_ROUGHER_MEAN
    m4 += ((6.0F * r2) * m2) - ((3.0F * r2) * r2);
    m3 += (2.0F * r) * r2;
#endif
    m2 -= r2;
#endif
    if (m2 > least) {
        const float inverse = 1.0F / m2;
        shape.variance = m2;
        shape.skewness = (m3 * inverse) * __builtin_sqrtf(inverse);
        shape.kurtosis = ((m4 * inverse) * inverse) - 3.0F;
    }
    return shape;
}

#if MK_ARM_FP
#include "mk_moments_arm.inc"
#else
/* Subtract the mean and add up. n is a multiple of four. */
static mk_sums_f32 center_sums(float *x, uint32_t n, float mean)
{
    mk_sums_f32 sums = {0.0F, 0.0F, 0.0F, 0.0F};
    for (uint32_t i = 0; i < n; i++) {
        const float d = x[i] - mean;
        const float d2 = d * d;
        x[i] = d;
#if MK_ROUGH_MEAN
        sums.s1 += d;
#endif
        sums.s2 += d2;
        sums.s3 += d2 * d;
        sums.s4 += d2 * d2;
    }
    return sums;
}
#endif

mk_shape_f32 mk_center_f32(float *x, uint32_t n, uint32_t padded, float sum)
{
    const float mean = sum / (float)n;
    for (uint32_t i = n; i < padded; i++) {
        x[i] = mean; /* which adds nothing to the sums */
    }
#if MK_LONG_WINDOWS
    mk_sums_f32 sums = {0.0F, 0.0F, 0.0F, 0.0F};
    for (uint32_t done = 0; done < padded; done += MK_SUM_CHUNK) {
        const uint32_t left = padded - done;
        mk_sums_add_f32(&sums, center_sums(&x[done], (left < MK_SUM_CHUNK) ? left : MK_SUM_CHUNK,
                                           mean));
    }
    return mk_shape_from_sums_f32(sums, n);
#else
    return mk_shape_from_sums_f32(center_sums(x, padded, mean), n);
#endif
}
