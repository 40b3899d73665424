/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_biquad.h"

#include "mk_fix.h"

void mk_biquad_q(int32_t *x, uint32_t n, const int32_t section[4])
{
    const int32_t b1 = section[0];
    const int32_t a1 = section[1];
    const int32_t a2 = section[2];
    const uint32_t shift = (uint32_t)section[3];
    int32_t s1 = 0;
    int32_t s2 = 0;
    for (uint32_t i = n; i > 0U; i--) {
        const int32_t v = *x >> shift;
        const int32_t y = v + s1;
        const int32_t y2 = y * 2;
        *x = y;
        x++;
        s1 = (s2 + (mk_mulhi(y2, a1) * 2)) + (b1 * v);
        s2 = v + mk_mulhi(y2, a2);
    }
}
