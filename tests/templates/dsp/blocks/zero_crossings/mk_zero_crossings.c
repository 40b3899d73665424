/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_zero_crossings.h"

/* The first sample of a window has no neighbour before it, so it cannot be a crossing. */
static int32_t crossings(const mk_history *h, uint32_t channel)
{
    mk_run runs[2];
    mk_history_runs(h, channel, runs);
    int32_t found = 0;
    uint32_t first = 1;
    uint32_t before = 0;
    for (uint32_t r = 0; r < 2U; r++) {
        const mk_sample *at = runs[r].at;
        for (uint32_t n = runs[r].count; n > 0U; n--) {
            const uint32_t negative = (*at < (mk_sample)0) ? 1U : 0U;
            if ((first == 0U) && (negative != before)) {
                found++;
            }
            before = negative;
            first = 0;
            at += h->channels;
        }
    }
    return found;
}

void mk_zero_crossings_finish(const mk_zero_crossings_params *p, void *state, const mk_history *h,
                              void *scratch, mk_features *out)
{
    (void)state;
    (void)scratch;
    for (uint32_t c = 0; c < p->channels; c++) {
        const int32_t value = crossings(h, c) * (int32_t)p->weight;
#if MK_FIXED
        mk_put_q(out, value);
#else
        mk_put_f32(out, (float)value);
#endif
    }
}
