/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_filter.h"

#include "mk_count.h"
#include "mk_filter_ring.h"
#include "mk_fix.h"

void mk_filter_init(const mk_filter_params *p, void *state)
{
    mk_filter_place *const place = (mk_filter_place *)state;
    place->begun = 0;
    place->wait = p->settle;
    place->at = 0;
    place->unused = 0;
}

#if MK_FILTER_RECURSIVE
#define MK_POINT 31U

/* A number in 2^-31sts of a unit, |units| < 2^31. */
typedef struct {
    int32_t units; /* rounded down */
    uint32_t part; /* 31 bits */
} mk_filter_state;

static int64_t whole(mk_filter_state s)
{
    return ((int64_t)s.units * ((int64_t)1 << MK_POINT)) + s.part;
}

static mk_filter_state split(int64_t v)
{
    const mk_filter_state s = {(int32_t)(v >> MK_POINT), (uint32_t)v & 0x7FFFFFFFU};
    return s;
}

/* One sample through one section; s: its two states. The plan of the block sees to it that no
 * value reaches 2^30 units. */
static int32_t section(const int32_t *k, mk_filter_state *s, int32_t v0, uint32_t mix)
{
    const int32_t v3 = v0 - s[1].units;
    const int32_t s1 = s[0].units;
    const int64_t v1 = mk_multiply_signed(k[0], s1) + mk_multiply_signed(k[1], v3);
    const int64_t way = mk_multiply_signed(k[1], s1) + mk_multiply_signed(k[2], v3);
    const int64_t old = whole(s[1]);
    const int64_t v2 = old + way;
    s[0] = split((2 * v1) - whole(s[0]));
    s[1] = split((2 * v2) - old);
    int64_t out = 0;
    if (k[4] != 0) {
        out += mk_multiply_signed(k[4], (int32_t)(v1 >> MK_POINT));
    }
    if (k[5] != 0) {
        out += mk_multiply_signed(k[5], (int32_t)(v2 >> MK_POINT));
    }
    return (int32_t)(out >> mix) + ((k[3] != 0) ? v0 : 0);
}

/* One sample of a channel through all sections; s: two states of each. A section that starts
 * steady has the first sample it sees in its second state. */
static int32_t cascade(const mk_filter_params *p, mk_filter_state *s, int32_t count,
                       uint32_t begun)
{
    const int32_t *k = p->table;
    int32_t v = count * (1 << p->up);
    for (uint32_t i = p->size; i > 0U; i--) {
        if (begun == 0U) {
            s[0].units = 0;
            s[0].part = 0;
            s[1].units = (p->steady != 0U) ? v : 0;
            s[1].part = 0;
        }
        v = section(k, s, v, p->mix);
        k += MK_FILTER_ROW;
        s += 2;
    }
    return v;
}
#endif

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
    for (uint32_t c = 0; c < p->channels; c++) {
#if MK_FILTER_RECURSIVE
        if (p->kind == MK_FILTER_IS_RECURSIVE) {
            mk_filter_state *const s =
                &((mk_filter_state *)(void *)&place[1])[2U * c * p->size];
            const int32_t v = cascade(p, s, frame[c], place->begun);
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
