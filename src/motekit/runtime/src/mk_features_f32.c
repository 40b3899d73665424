/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_features.h"

#include <stddef.h>

void mk_put_f32(mk_features *out, float value)
{
    if (out->raw != NULL) {
        *out->raw = value;
        out->raw++;
    }
    union {
        float f;
        uint32_t u;
    } v;
    v.f = (value * out->norm->mul) + out->norm->add;
    const uint32_t negative = v.u >> 31;
    v.u &= 0x7FFFFFFFU;
    int32_t q = 32768;
    if (v.u < 0x47000000U) { /* 32768 */
        q = (int32_t)(v.f + 0.5F);
    } else if (v.u > 0x7F800000U) { /* not a number */
        q = 0;
    } else {
        /* beyond the range */
    }
    if (negative != 0U) {
        q = -q;
    } else if (q > 32767) {
        q = 32767;
    } else {
        /* in the range */
    }
    out->norm++;
    *out->q = (int16_t)q;
    out->q++;
}
