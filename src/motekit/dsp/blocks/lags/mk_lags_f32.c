/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_lags.h"

#include "mk_log.h"

void mk_lags_finish(const mk_lags_params *p, void *state, const mk_history *h, void *scratch,
                    mk_features *out)
{
    for (uint32_t c = 0; c < p->channels; c++) {
        const mk_lags_channel channel = mk_lags_take(p, state, h, c, scratch);
        for (uint32_t i = 0; i < p->count; i++) {
            const float terms = (float)(channel.length - p->lags[i]);
            const float mean = (float)mk_lags_way(p, &channel, i) / terms;
            mk_put_f32(out, mk_log10f((mean * p->scale[c]) + p->floor));
        }
    }
}
