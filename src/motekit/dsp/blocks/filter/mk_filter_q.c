/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_filter.h"

#include "mk_count.h"
#include "mk_filter_ring.h"
#include "mk_svf.h"

void mk_filter_init(const mk_filter_params *p, void *state)
{
    mk_filter_place *const place = (mk_filter_place *)state;
    place->begun = 0;
    place->wait = p->settle;
    place->at = 0;
    place->unused = 0;
}

#if MK_FILTER_FIR
/* The magnitudes of the taps add up to less than 2^16: the sum fits. */
static int32_t fir(const mk_filter_params *p, const mk_filter_place *place, uint32_t channel)
{
    const int16_t *const ring = (const int16_t *)(const void *)&place[1];
    const uint32_t size = p->size;
    uint32_t old = place->at;
    uint32_t young = old;
    const uint32_t half = size / 2U;
    const uint32_t middle = ((old + half) >= size) ? ((old + half) - size) : (old + half);
    int32_t sum = p->table[half] * ring[(middle * p->channels) + channel];
    for (uint32_t i = 0; i < half; i++) {
        young = (young == 0U) ? (size - 1U) : (young - 1U);
        const int32_t a = ring[(old * p->channels) + channel];
        const int32_t b = ring[(young * p->channels) + channel];
        sum += p->table[i] * (a + b);
        old = ((old + 1U) == size) ? 0U : (old + 1U);
    }
    return sum;
}
#endif

/* The filtered sample of one channel. */
static int16_t filtered(const mk_filter_params *p, const mk_filter_place *place, uint32_t c)
{
#if MK_FILTER_MEDIAN
    if (p->kind == MK_FILTER_IS_MEDIAN) {
        return mk_count_of(mk_filter_median(p, place, c), -(int32_t)p->finer);
    }
#endif
#if MK_FILTER_FIR
    return mk_count_of(fir(p, place, c), (int32_t)p->up - (int32_t)p->finer);
#else
    (void)p;
    (void)place;
    (void)c;
    return 0;
#endif
}

uint32_t mk_filter_step(const mk_filter_params *p, void *state, const mk_sample *frame,
                        mk_sample *made)
{
    mk_filter_place *const place = (mk_filter_place *)state;
    const uint32_t comes = mk_filter_comes(p, place);
#if MK_FILTER_FIR || MK_FILTER_MEDIAN
    if (p->kind != MK_FILTER_IS_RECURSIVE) {
        mk_filter_take(p, place, frame);
    }
#endif
#if MK_FILTER_RECURSIVE
    const mk_svf_cascade_q cascade = {p->table, p->size, p->up, p->mix};
#endif
    for (uint32_t c = 0; c < p->channels; c++) {
#if MK_FILTER_RECURSIVE
        if (p->kind == MK_FILTER_IS_RECURSIVE) {
            mk_svf_state *const s = &((mk_svf_state *)(void *)&place[1])[2U * c * p->size];
            if (place->begun == 0U) {
                mk_svf_start_q(&cascade, s, (p->steady != 0U) ? frame[c] : 0);
            }
            const int32_t v = mk_svf_q(&cascade, s, frame[c]);
            made[c] = mk_count_of(v, (int32_t)p->up - (int32_t)p->finer);
            continue;
        }
#endif
        if (comes != 0U) {
            made[c] = filtered(p, place, c);
        }
    }
    place->begun = 1;
    return comes;
}
