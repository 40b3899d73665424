/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_heart.h"

/* By halves: the same on every machine. */
static float real(uint64_t v)
{
    return ((float)(uint32_t)(v >> 32) * 4294967296.0F) + (float)(uint32_t)v;
}

/* a / b, 0 where there is nothing to divide by. */
static float ratio(float a, float b)
{
    return (b > 0.0F) ? (a / b) : 0.0F;
}

void mk_heart_finish(const mk_heart_params *p, void *state, const mk_history *h, void *scratch,
                     mk_features *out)
{
    mk_heart_sums s;
    (void)h;
    mk_heart_end(p, state, (uint32_t *)scratch, &s);
    const float n = (float)s.n;
    const float pairs = (float)s.pairs;
    const float total = (float)s.total;
    const uint64_t spread = (s.n * s.squares) - ((uint64_t)s.total * s.total);
    const uint32_t free = (s.n > 1U) ? (s.n * (s.n - 1U)) : 0U;
    const float beats = ratio(p->rate * n, total);
    const float spectral = p->bin * (float)s.peak.at;
    const float values[MK_HEART_FEATURES] = {
        (s.spectral != 0U) ? spectral : beats,
        p->ms * __builtin_sqrtf(ratio(real(spread), (float)free)),
        p->ms * __builtin_sqrtf(ratio(real(s.differences), pairs)),
        ratio(100.0F * (float)s.far, pairs),
        (float)s.beats,
        ratio((float)s.height, (float)s.beats) * p->count,
        total / (float)p->length,
        beats,
        spectral,
        ratio((float)s.peak.near, (float)s.peak.total)};
    for (uint32_t i = 0; i < MK_HEART_FEATURES; i++) {
        if ((p->wanted & ((uint32_t)1 << i)) != 0U) {
            mk_put_f32(out, values[i]);
        }
    }
}
