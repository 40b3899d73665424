/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_electrodermal.h"

/* By halves: the same on every machine. */
static float real(uint64_t v)
{
    return ((float)(uint32_t)(v >> 32) * 4294967296.0F) + (float)(uint32_t)v;
}

void mk_electrodermal_finish(const mk_electrodermal_params *p, void *state, const mk_history *h,
                             void *scratch, mk_features *out)
{
    mk_electrodermal_levels s;
    (void)h;
    (void)scratch;
    mk_electrodermal_end(state, &s);
    const float n = (float)p->length;
    const float tonic =
        (s.tonic < 0) ? -real((uint64_t)(-s.tonic)) : real((uint64_t)s.tonic);
    const float count = (float)s.count;
    const float values[MK_ELECTRODERMAL_FEATURES] = {
        (tonic / n) * p->level,
        (((float)s.moved * p->level) * p->rate) / (n - 1.0F),
        (real(s.phasic) / n) * p->level,
        (float)s.highest * p->level,
        (count * p->rate) / n,
        (s.count > 0U) ? ((real(s.rise) / count) * p->level) : 0.0F};
    for (uint32_t i = 0; i < MK_ELECTRODERMAL_FEATURES; i++) {
        if ((p->wanted & (1U << i)) != 0U) {
            mk_put_f32(out, values[i]);
        }
    }
}
