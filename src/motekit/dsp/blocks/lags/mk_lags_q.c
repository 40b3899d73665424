/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_lags.h"

#include "mk_wide.h"

/* Sum of |x[t] - x[t - lag]| over the window: at most 65535 differences of 16 bits. */
static uint32_t way(const int16_t *x, uint32_t length, uint32_t lag)
{
    const int16_t *old = x;
    const int16_t *const end = &x[length];
    uint32_t sum = 0;
    for (const int16_t *now = &x[lag]; now != end; now++) {
        const int32_t d = (int32_t)*now - *old;
        sum += (uint32_t)((d < 0) ? -d : d);
        old++;
    }
    return sum;
}

void mk_lags_finish(const mk_lags_params *p, void *state, const mk_history *h, void *scratch,
                    mk_features *out)
{
    int16_t *const x = (int16_t *)scratch;
    const int32_t *floors = p->floors;
    const int32_t *offsets = p->offsets;
    (void)state;
    for (uint32_t c = 0; c < p->channels; c++) {
        mk_history_read_i16(h, c, x);
        for (uint32_t i = 0; i < p->count; i++) {
            const uint64_t sum = (uint64_t)way(x, h->length, p->lags[i]) << p->places;
            const mk_wide all = mk_wide_from(sum + (uint32_t)*floors, -(int32_t)p->places);
            mk_put_q(out, mk_wide_log2(all) + *offsets);
            floors++;
            offsets++;
        }
    }
}
