/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_features.h"

#include <stddef.h>

void mk_put_f32(mk_features *out, float value)
{
    if (out->raw != NULL) {
        *out->raw = value;
        out->raw++;
    }
    float v = (value * out->norm->mul) + out->norm->add;
    out->norm++;
    if (v >= 0.0F) {
        v = (v > 32767.0F) ? 32767.0F : (v + 0.5F);
    } else if (v < 0.0F) {
        v = (v < -32768.0F) ? -32768.0F : (v - 0.5F);
    } else {
        v = 0.0F; /* not a number */
    }
    *out->q = (int16_t)(int32_t)v;
    out->q++;
}
