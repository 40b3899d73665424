/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_atan.h"

#include "mk_fix.h"

/* a * b / 2^30, |b| <= 2^30 */
static int32_t scaled(int32_t a, int32_t b)
{
    return (int32_t)(mk_multiply_signed(a, b) >> 30);
}

int32_t mk_angle_q(int32_t tangent)
{
    /* atan(t) / t by powers of t * t, 2^-30ths. */
    static const int32_t terms[8] = {
        -4353542, 23475114, -60035320, 103532248,
        -149342752, 214174608, -357876640, 1073741120};
    const int32_t z = scaled(tangent, tangent);
    int32_t p = terms[0];
    for (uint32_t i = 1; i < 8U; i++) {
        p = scaled(p, z) + terms[i];
    }
    /* 180 / pi in 2^-18ths: 30 + 18 - 32 places are left. */
    return mk_mulhi(scaled(p, tangent), 15019745);
}
