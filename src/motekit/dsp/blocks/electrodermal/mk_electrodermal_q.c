/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_electrodermal.h"

#include "mk_wide.h"

#define MK_FINER (-10) /* means have ten places more than levels */

/* a / n with so many places more, towards zero. */
static int32_t over(int64_t a, uint32_t n)
{
    const uint64_t size = (a < 0) ? (uint64_t)(-a) : (uint64_t)a;
    const mk_wide mean = mk_wide_over(mk_wide_from(size, 0), mk_wide_from(n, 0));
    const int32_t out = mk_wide_to(mean, MK_FINER);
    return (a < 0) ? -out : out;
}

void mk_electrodermal_finish(const mk_electrodermal_params *p, void *state, const mk_history *h,
                             void *scratch, mk_features *out)
{
    mk_electrodermal_levels s;
    (void)h;
    (void)scratch;
    mk_electrodermal_end(state, &s);
    const int32_t values[MK_ELECTRODERMAL_FEATURES] = {
        over(s.tonic, p->length),
        s.moved,
        over((int64_t)s.phasic, p->length),
        s.highest,
        (int32_t)s.count,
        (s.count > 0U) ? over((int64_t)s.rise, s.count) : 0};
    for (uint32_t i = 0; i < MK_ELECTRODERMAL_FEATURES; i++) {
        if ((p->wanted & (1U << i)) != 0U) {
            mk_put_q(out, values[i]);
        }
    }
}
