/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_filter.h"

#include "mk_count.h"
#include "mk_filter_ring.h"

void mk_filter_init(const mk_filter_params *p, void *state)
{
    mk_filter_place *const place = (mk_filter_place *)state;
    place->begun = 0;
    place->wait = p->settle;
    place->at = 0;
    place->unused = 0;
}

#if MK_FILTER_RECURSIVE
/* One sample through one section; s: its two states. */
static float section(const float *k, float *s, float v0)
{
    const float v3 = v0 - s[1];
    const float v1 = (k[0] * s[0]) + (k[1] * v3);
    const float v2 = s[1] + ((k[1] * s[0]) + (k[2] * v3));
    s[0] = (v1 + v1) - s[0];
    s[1] = (v2 + v2) - s[1];
    return ((k[3] * v0) + (k[4] * v1)) + (k[5] * v2);
}

/* One sample of a channel through all sections; s: two states of each. A section that starts
 * steady has the first sample it sees in its second state. */
static float cascade(const mk_filter_params *p, float *s, float v, uint32_t begun)
{
    const float *k = p->table;
    for (uint32_t i = p->size; i > 0U; i--) {
        if (begun == 0U) {
            s[0] = 0.0F;
            s[1] = (p->steady != 0U) ? v : 0.0F;
        }
        v = section(k, s, v);
        k += MK_FILTER_ROW;
        s += 2;
    }
    return v;
}
#endif

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
    for (uint32_t c = 0; c < p->channels; c++) {
#if MK_FILTER_RECURSIVE
        if (p->kind == MK_FILTER_IS_RECURSIVE) {
            float *const s = &((float *)(void *)&place[1])[2U * c * p->size];
            const float v = cascade(p, s, (float)frame[c], place->begun);
            made[c] = sample_of(p, v);
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
