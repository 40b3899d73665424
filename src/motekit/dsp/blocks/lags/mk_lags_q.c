/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_lags.h"

#include "mk_wide.h"

void mk_lags_finish(const mk_lags_params *p, void *state, const mk_history *h, void *scratch,
                    mk_features *out)
{
    const int32_t *floors = p->floors;
    const int32_t *offsets = p->offsets;
    for (uint32_t c = 0; c < p->channels; c++) {
        const mk_lags_channel channel = mk_lags_take(p, state, h, c, scratch);
        for (uint32_t i = 0; i < p->count; i++) {
            const uint64_t sum = (uint64_t)mk_lags_way(p, &channel, i) << p->places;
            const mk_wide all = mk_wide_from(sum + (uint32_t)*floors, -(int32_t)p->places);
            mk_put_q(out, mk_wide_log2(all) + *offsets);
            floors++;
            offsets++;
        }
    }
}
