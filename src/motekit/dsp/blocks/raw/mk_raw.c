/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_raw.h"

#include <stddef.h>

void mk_raw_finish(const mk_raw_params *p, void *state, const mk_history *h, void *scratch,
                   mk_features *out)
{
    (void)state;
    (void)scratch;
    uint32_t frame = h->start;
    for (uint32_t n = h->length; n > 0U; n--) {
        const mk_sample *at = &h->ring[frame * h->channels];
        for (uint32_t c = 0; c < p->channels; c++) {
            const mk_sample sample = at[(h->map == NULL) ? c : h->map[c]];
#if MK_FIXED
            mk_put_q(out, sample);
#else
            mk_put_f32(out, (float)sample * p->scale[c]);
#endif
        }
        frame++;
        if (frame == h->capacity) {
            frame = 0;
        }
    }
}
