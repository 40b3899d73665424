/* Central moments from sums over a window whose mean is nearly removed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_MOMENTS_H
#define MK_MOMENTS_H

#include <stdint.h>

#include "mk_config.h"
#include "mk_wide.h"

#ifndef MK_LONG_WINDOWS
#define MK_LONG_WINDOWS 0 /* 1: some window is longer than MK_SUM_CHUNK samples */
#endif

/* How well a mean is known where moments are taken about it: if neither is 1, so well that what it
 * misses does not matter. */
#ifndef MK_ROUGH_MEAN
#define MK_ROUGH_MEAN 0 /* 1: it may miss a small part of the deviation */
#endif
#ifndef MK_ROUGHER_MEAN
#define MK_ROUGHER_MEAN 0 /* 1: it may miss as much as the deviation (MK_ROUGH_MEAN is 1, too) */
#endif

/* So many terms at most go into a sum one by one: a longer sum is one of such sums, so that its
 * rounding error does not grow with its length. */
#define MK_SUM_CHUNK 1024U

/* A variance whose square float cannot hold is that of a constant. */
#define MK_LEAST_VARIANCE 1e-18F

/* Sums of d, d^2, d^3, d^4, where d is a sample less a value near the mean. */
typedef struct {
    float s1;
    float s2;
    float s3;
    float s4;
} mk_sums_f32;

static inline void mk_sums_add_f32(mk_sums_f32 *to, mk_sums_f32 part)
{
    to->s1 += part.s1;
    to->s2 += part.s2;
    to->s3 += part.s3;
    to->s4 += part.s4;
}

typedef struct {
    float shift;    /* mean of d: what the value near the mean missed; 0 if MK_ROUGH_MEAN is 0 */
    float variance; /* biased, of d */
    float skewness; /* biased; 0 for a constant window */
    float kurtosis; /* biased, 0 for a normal distribution; 0 for a constant window */
} mk_shape_f32;

/* Moments about the true mean of n values. (Four floats travel in registers where there are
 * registers for floats.) */
mk_shape_f32 mk_shape_from_sums_f32(mk_sums_f32 sums, uint32_t n);

/* Remove the mean of n samples in place and take the moments of what is left; sum is that of x.
 * Elements up to `padded`, at least n and a multiple of four, become 0. */
mk_shape_f32 mk_center_f32(float *x, uint32_t n, uint32_t padded, float sum);

/* Sums of e^2, e^3 and e^4, where |e| <= 2^14 has no mean. */
typedef struct {
    uint64_t s2;
    int64_t s3;  /* of e times the rounded e^2 / 2^14 */
    uint64_t s4; /* of the square of the rounded e^2 / 2^14 */
} mk_sums_q;

typedef struct {
    mk_wide square;   /* mean of e^2 */
    int32_t skewness; /* in 2^-16ths */
    int32_t kurtosis; /* in 2^-14ths */
} mk_shape_q;

/* Take in n more: e = x / 2^(down + 1), rounded. */
void mk_add_q(mk_sums_q *sums, const int32_t *x, uint32_t n, uint32_t down);

/* Moments of n values, 1 <= n < 2^16. */
void mk_shape_from_sums_q(const mk_sums_q *sums, uint32_t n, mk_shape_q *shape);

/* The same of exact sums, of e^3 and e^4 themselves. */
void mk_shape_from_exact_q(const mk_sums_q *sums, uint32_t n, mk_shape_q *shape);

/* Multiply x by the power of two up to 2^most that brings magnitudes of these bits to 2^27 .. 2^28;
 * the exponent (it may be negative) is returned. */
int32_t mk_scale_q(int32_t *x, uint32_t n, uint32_t bits, int32_t most);

/* Remove the mean of x in place (|x| < 2^29) and multiply by the power of two up to 2^most that
 * brings the largest magnitude to 2^27 .. 2^28; the exponent (it may be negative) is returned.
 * The square mean in shape is that of x in steps of 2^14. */
int32_t mk_center_q(int32_t *x, uint32_t n, int32_t most, mk_shape_q *shape);

#endif
