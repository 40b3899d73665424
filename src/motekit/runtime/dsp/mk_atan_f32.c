/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_atan.h"

/* atan(t) / t for 0 <= t <= 1 by powers of t * t, within 4e-8. */
static float series(float t)
{
    const float z = t * t;
    float p = -0.00405455241F;
    p = (p * z) + 0.0218629036F;
    p = (p * z) - 0.0559122488F;
    p = (p * z) + 0.0964219198F;
    p = (p * z) - 0.139086276F;
    p = (p * z) + 0.199465647F;
    p = (p * z) - 0.333298594F;
    p = (p * z) + 0.999999344F;
    return p;
}

float mk_angle_f32(float a, float b)
{
    const float size = (a < 0.0F) ? -a : a;
    float angle = 0.0F;
    if (size > b) {
        const float t = b / size;
        angle = 90.0F - ((t * series(t)) * 57.29578F);
    } else if (b > 0.0F) {
        const float t = size / b;
        angle = (t * series(t)) * 57.29578F;
    } else {
        /* no direction */
    }
    return (a < 0.0F) ? -angle : angle;
}
