/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_raw.h"

#include <stddef.h>

static void put(const mk_raw_params *p, uint32_t c, mk_sample sample, mk_features *out)
{
#if MK_FIXED
    (void)p;
    (void)c;
    mk_put_q(out, sample);
#else
    mk_put_f32(out, (float)sample * p->scale[c]);
#endif
}

#if MK_RAW_STREAM
/* The state: features of this window that have their values. */
static void move_on(mk_features *out, uint32_t count)
{
    out->q += count;
    out->norm += count;
#if MK_RAW
    out->raw = (out->raw == NULL) ? NULL : &out->raw[count];
#endif
}

void mk_raw_init(const mk_raw_params *p, void *state)
{
    (void)p;
    *(uint32_t *)state = 0;
}

void mk_raw_step(const mk_raw_params *p, void *state, const mk_sample *frame,
                 const mk_work *work)
{
    uint32_t *const done = (uint32_t *)state;
    mk_features out = work->out;
    move_on(&out, *done);
    for (uint32_t c = 0; c < p->channels; c++) {
        put(p, c, frame[c], &out);
    }
    *done += p->channels;
}
#endif

#if MK_RAW_WHOLE
static void put_window(const mk_raw_params *p, const mk_history *h, mk_features *out)
{
    uint32_t frame = h->start;
    for (uint32_t n = h->length; n > 0U; n--) {
        const mk_sample *at = &h->ring[frame * h->channels];
        for (uint32_t c = 0; c < p->channels; c++) {
            put(p, c, at[(h->map == NULL) ? c : h->map[c]], out);
        }
        frame++;
        if (frame == h->capacity) {
            frame = 0;
        }
    }
}
#endif

void mk_raw_finish(const mk_raw_params *p, void *state, const mk_history *h, void *scratch,
                   mk_features *out)
{
    (void)p;
    (void)h;
    (void)scratch;
#if MK_RAW_STREAM
    if (state != NULL) {
        move_on(out, *(const uint32_t *)state);
        return;
    }
#else
    (void)state;
#endif
#if MK_RAW_WHOLE
    put_window(p, h, out);
#endif
}
