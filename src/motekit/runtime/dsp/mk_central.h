/* Moments of a signal that is seen part by part and not kept.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_CENTRAL_H
#define MK_CENTRAL_H

#include <stdint.h>

/* Mean, and sums of d^2, d^3, d^4 about it. All are 0 at first. */
typedef struct {
    float mean;
    float m2;
    float m3;
    float m4;
} mk_central_f32;

/* Take in n more samples, with `before` of them there already. A part's own moments are those
 * about its own mean, and join the others by the formulas of Pebay, "Formulas for robust, one-pass
 * parallel computation of covariances and arbitrary-order statistical moments" (Sandia report
 * SAND2008-6212): large offsets, drifts and transients cost no precision. */
void mk_central_add_f32(mk_central_f32 *all, uint32_t before, const float *x, uint32_t n);

#endif
