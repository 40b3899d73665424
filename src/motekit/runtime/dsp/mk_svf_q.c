/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_svf.h"

#include "mk_fix.h"

#define MK_POINT 31U

static int64_t whole(mk_svf_state s)
{
    return ((int64_t)s.units * ((int64_t)1 << MK_POINT)) + s.part;
}

static mk_svf_state split(int64_t v)
{
    const mk_svf_state s = {(int32_t)(v >> MK_POINT), (uint32_t)v & 0x7FFFFFFFU};
    return s;
}

/* The nearest whole unit: one rounded down would be a level that a band-pass does not have. */
static int32_t nearest(const mk_svf_state *s)
{
    return s->units + (int32_t)(s->part >> (MK_POINT - 1U));
}

static int32_t section(const int32_t *k, mk_svf_state *s, int32_t v0, uint32_t mix)
{
    const int32_t v3 = v0 - nearest(&s[1]);
    const int32_t s1 = nearest(&s[0]);
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

int32_t mk_svf_q(const mk_svf_cascade_q *k, mk_svf_state *s, int32_t count)
{
    const int32_t *row = k->rows;
    int32_t v = count * (1 << k->up);
    for (uint32_t i = k->sections; i > 0U; i--) {
        v = section(row, s, v, k->mix);
        row += 6;
        s += 2;
    }
    return v;
}

void mk_svf_start_q(const mk_svf_cascade_q *k, mk_svf_state *s, int32_t level)
{
    const int32_t *row = k->rows;
    int32_t v = level * (1 << k->up);
    for (uint32_t i = k->sections; i > 0U; i--) {
        s[0].units = 0;
        s[0].part = 0;
        s[1].units = v;
        s[1].part = 0;
        v = section(row, s, v, k->mix); /* which leaves a steady state as it is */
        row += 6;
        s += 2;
    }
}
