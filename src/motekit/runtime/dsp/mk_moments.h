/* Central moments from sums over a window whose mean is nearly removed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_MOMENTS_H
#define MK_MOMENTS_H

#include <stdint.h>

/* Sums of d, d^2, d^3, d^4, where d is a sample less a value near the mean. */
typedef struct {
    float s1;
    float s2;
    float s3;
    float s4;
} mk_sums_f32;

typedef struct {
    float shift;    /* mean of d: what the value near the mean missed */
    float variance; /* biased, of d */
    float skewness; /* biased; 0 for a constant window */
    float kurtosis; /* biased, 0 for a normal distribution; 0 for a constant window */
} mk_shape_f32;

/* Moments about the true mean of n values. */
void mk_shape_from_sums_f32(const mk_sums_f32 *sums, uint32_t n, mk_shape_f32 *shape);

/* Remove the mean of x in place and take the moments of what is left. A constant becomes 0. */
void mk_center_f32(float *x, uint32_t n, mk_shape_f32 *shape);

#endif
