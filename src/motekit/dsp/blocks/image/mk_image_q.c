/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_image.h"

void mk_image_finish(const mk_image_params *p, void *state, const mk_history *h, void *scratch,
                     mk_features *out)
{
    (void)h;
    (void)scratch;
    for (uint16_t y = 0; y < p->all_height; y++) {
        for (uint16_t x = 0; x < p->all_width; x++) {
            for (uint16_t c = 0; c < p->colours; c++) {
                const uint16_t place[3] = {y, x, c};
                mk_put_q(out, (mk_image_pixel(p, state, place) * p->fine) + p->offset[c]);
            }
        }
    }
}
