/* Angles from -90 to 90 degrees. The meaning of the integers is motekit.dsp.angle.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_ATAN_H
#define MK_ATAN_H

#include <stdint.h>

/* Angle whose tangent is a / b in degrees, b >= 0, within 2e-5; 0 where both are 0. */
float mk_angle_f32(float a, float b);

/* Angle in 2^-16ths of a degree from its tangent, 0 <= tangent <= 2^30 of 2^30; within 1. */
int32_t mk_angle_q(int32_t tangent);

#endif
