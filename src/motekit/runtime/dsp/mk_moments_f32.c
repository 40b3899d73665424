/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_moments.h"

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

/* Two at a time; statements are ordered such that hardly any needs the result of the one before
 * it: that costs a cycle on a Cortex-M4. The number behind an odd last one counts as the mean,
 * which adds nothing. */
static void sums_of(float *x, uint32_t n, float mean, mk_sums_f32 *sums)
{
    float s1 = 0.0F;
    float s2 = 0.0F;
    float s3 = 0.0F;
    float s4 = 0.0F;
    const float *const end = &x[n];
    while (x < end) {
        const float d = x[0] - mean;
        const float e = x[1] - mean;
        const float d2 = d * d;
        const float e2 = e * e;
        x[0] = d;
        x[1] = e;
        x += 2;
        const float d3 = d2 * d;
        s1 += d;
        const float e3 = e2 * e;
        s2 += d2;
        const float d4 = d2 * d2;
        s1 += e;
        const float e4 = e2 * e2;
        s2 += e2;
        s3 += d3;
        s4 += d4;
        s3 += e3;
        s4 += e4;
    }
    sums->s1 = s1;
    sums->s2 = s2;
    sums->s3 = s3;
    sums->s4 = s4;
}

void mk_center_f32(float *x, uint32_t n, float sum, mk_shape_f32 *shape)
{
    mk_sums_f32 sums;
    const float mean = sum / (float)n;
    if ((n & 1U) != 0U) {
        x[n] = mean;
    }
    sums_of(x, n, mean, &sums);
    mk_shape_from_sums_f32(&sums, n, shape);
    if (!(shape->variance > 0.0F)) {
        for (uint32_t i = 0; i < n; i++) {
            x[i] = 0.0F;
        }
    }
}
