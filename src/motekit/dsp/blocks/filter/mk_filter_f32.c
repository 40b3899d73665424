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
static float fir(const mk_filter_params *p, const mk_filter_place *place, uint32_t channel)
{
    const mk_sample *const ring = (const mk_sample *)(const void *)&place[1];
    const uint32_t size = p->size;
    uint32_t old = place->at;
    uint32_t young = old;
    const uint32_t half = size / 2U;
    const uint32_t middle = ((old + half) >= size) ? ((old + half) - size) : (old + half);
    float sum = p->table[half] * (float)ring[(middle * p->channels) + channel];
    for (uint32_t i = 0; i < half; i++) {
        young = (young == 0U) ? (size - 1U) : (young - 1U);
        const mk_sample a = ring[(old * p->channels) + channel];
        const mk_sample b = ring[(young * p->channels) + channel];
#if MK_SAMPLE_F32
        sum += p->table[i] * (a + b);
#else
        sum += p->table[i] * (float)((int32_t)a + b);
#endif
        old = ((old + 1U) == size) ? 0U : (old + 1U);
    }
    return sum;
}
#endif

static mk_sample sample_of(const mk_filter_params *p, float v)
{
#if MK_SAMPLE_F32
    (void)p;
    return v;
#else
    return mk_to_count(v * p->zoom);
#endif
}

/* The filtered sample of one channel. */
static mk_sample filtered(const mk_filter_params *p, const mk_filter_place *place, uint32_t c)
{
#if MK_FILTER_MEDIAN
    if (p->kind == MK_FILTER_IS_MEDIAN) {
        const mk_sample median = mk_filter_median(p, place, c);
#if MK_SAMPLE_F32
        return median;
#else
        return mk_count_of(median, -(int32_t)p->finer);
#endif
    }
#endif
#if MK_FILTER_FIR
    return sample_of(p, fir(p, place, c));
#else
    (void)place;
    (void)c;
    return sample_of(p, 0.0F);
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
    const mk_svf_cascade_f32 cascade = {p->table, p->size};
#endif
    for (uint32_t c = 0; c < p->channels; c++) {
#if MK_FILTER_RECURSIVE
        if (p->kind == MK_FILTER_IS_RECURSIVE) {
            float *const s = &((float *)(void *)&place[1])[2U * c * p->size];
            if (place->begun == 0U) {
                mk_svf_start_f32(&cascade, s, (p->steady != 0U) ? (float)frame[c] : 0.0F);
            }
            made[c] = sample_of(p, mk_svf_f32(&cascade, s, (float)frame[c]));
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
