/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_heart.h"

#include "mk_fix.h"
#include "mk_wide.h"

/* a / b in 2^-point ths, 0 where there is nothing to divide by. */
static int32_t ratio(mk_wide a, uint32_t b, int32_t point)
{
    return (b > 0U) ? mk_wide_to(mk_wide_over(a, mk_wide_from(b, 0)), -point) : 0;
}

/* unit * root(a / b) in 2^-16ths. */
static int32_t root_of(uint64_t a, uint32_t b, mk_wide unit)
{
    if (b == 0U) {
        return 0;
    }
    const mk_wide mean = mk_wide_over(mk_wide_from(a, 0), mk_wide_from(b, 0));
    return mk_wide_to(mk_wide_times(unit, mk_wide_root(mean)), -16);
}

void mk_heart_finish(const mk_heart_params *p, void *state, const mk_history *h, void *scratch,
                     mk_features *out)
{
    mk_heart_sums s;
    (void)h;
    mk_heart_end(p, state, (uint32_t *)scratch, &s);
    const mk_wide rate = {p->rate_m, p->rate_e};
    const mk_wide ms = {p->ms_m, p->ms_e};
    const uint64_t spread = (s.n * s.squares) - mk_square(s.total);
    const uint32_t free = (s.n > 1U) ? (s.n * (s.n - 1U)) : 0U;
    const mk_wide per_bin = {p->bin_m, p->bin_e};
    const int32_t beats = ratio(mk_wide_times(rate, mk_wide_from(s.n, 0)), s.total, 16);
    const int32_t spectral = mk_wide_to(mk_wide_times(per_bin, mk_wide_from(s.peak.at, 0)), -16);
    const int32_t values[MK_HEART_FEATURES] = {
        (s.spectral != 0U) ? spectral : beats,
        root_of(spread, free, ms),
        root_of(s.differences, s.pairs, ms),
        (s.pairs > 0U) ? (int32_t)((6553600U * s.far) / s.pairs) : 0,
        (int32_t)s.beats,
        ratio(mk_wide_from((uint32_t)s.height, 0), s.beats, 8),
        ratio(mk_wide_from(s.total, 0), p->length, 24),
        beats,
        spectral,
        ratio(mk_wide_from(s.peak.near, 0), s.peak.total, 24)};
    for (uint32_t i = 0; i < MK_HEART_FEATURES; i++) {
        if ((p->wanted & ((uint32_t)1 << i)) != 0U) {
            mk_put_q(out, values[i]);
        }
    }
}
