/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_features.h"

#include <stddef.h>

void mk_put_q(mk_features *out, int32_t value)
{
    const mk_norm *norm = out->norm;
#if MK_RAW
    if (out->raw != NULL) {
        *out->raw = value;
        out->raw++;
    }
#endif
    const int64_t product = ((int64_t)value - norm->bias) * norm->mul;
    const int64_t half = (int64_t)1 << (norm->shift - 1);
    int64_t q = (product + half) >> norm->shift;
    if (q > 32767) {
        q = 32767;
    }
    if (q < -32768) {
        q = -32768;
    }
    *out->q = (int16_t)q;
    out->q++;
    out->norm++;
}
