/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_orientation.h"

#include "mk_atan.h"
#include "mk_fix.h"
#include "mk_pair.h"
#include "mk_wide.h"

#define MK_POINT 6  /* binary places of the length of a sample, in counts */
#define MK_MEAN 14  /* and of what the features say of lengths */
#define MK_WAY_POINT 12 /* and of changes */

typedef struct {
    int32_t vector[MK_ORIENTATION_AXES]; /* sums: at most 65535 samples */
    mk_pair lengths;                     /* sum, less the first one */
    mk_pair squares;                     /* of the same */
    mk_pair way;                         /* sum of the changes */
    mk_pair farthest;                    /* square of the largest change */
    int32_t first;                       /* length of the first sample */
    uint32_t longest;                    /* square of the largest length */
    uint16_t seen;
    int16_t last[MK_ORIENTATION_AXES];
} mk_orientation_state;

void mk_orientation_init(const mk_orientation_params *p, void *state)
{
    mk_orientation_state *const s = (mk_orientation_state *)state;
    (void)p;
    for (uint32_t i = 0; i < MK_ORIENTATION_AXES; i++) {
        s->vector[i] = 0;
        s->last[i] = 0;
    }
    s->lengths = mk_pair_of(0);
    s->squares = mk_pair_of(0);
    s->way = mk_pair_of(0);
    s->farthest = mk_pair_of(0);
    s->first = 0;
    s->longest = 0;
    s->seen = 0;
}

static int32_t root(uint64_t square, int32_t point)
{
    return mk_wide_to(mk_wide_root(mk_wide_from(square, 0)), -point);
}

static uint64_t size_of(int64_t v)
{
    return (v < 0) ? (uint64_t)(-v) : (uint64_t)v;
}

static void add_length(mk_orientation_state *s, const int16_t *frame)
{
    uint32_t square = 0;
    for (uint32_t i = 0; i < MK_ORIENTATION_AXES; i++) {
        const int32_t v = frame[i];
        s->vector[i] += v;
        square += (uint32_t)(v * v);
    }
    const int32_t length = root(square, MK_POINT);
    if (s->seen == 0U) {
        s->first = length;
    }
    const int32_t d = length - s->first;
    s->lengths = mk_pair_of(mk_pair_value(s->lengths) + (uint64_t)(int64_t)d);
    s->squares = mk_pair_of(mk_pair_value(s->squares) + mk_square((uint32_t)size_of(d)));
    s->longest = (square > s->longest) ? square : s->longest;
}

static void add_change(mk_orientation_state *s, const int16_t *frame)
{
    uint64_t square = 0;
    for (uint32_t i = 0; i < MK_ORIENTATION_AXES; i++) {
        square += mk_square((uint32_t)size_of((int32_t)frame[i] - s->last[i]));
    }
    s->way = mk_pair_of(mk_pair_value(s->way) + (uint32_t)root(square, MK_POINT));
    if (square > mk_pair_value(s->farthest)) {
        s->farthest = mk_pair_of(square);
    }
}

void mk_orientation_step(const mk_orientation_params *p, void *state, const mk_sample *frame)
{
    mk_orientation_state *const s = (mk_orientation_state *)state;
    if ((p->wanted & (MK_ORIENTATION_INCLINATION | MK_ORIENTATION_MAGNITUDE)) != 0U) {
        add_length(s, frame);
    }
    if ((s->seen > 0U) && ((p->wanted & MK_ORIENTATION_JERK) != 0U)) {
        add_change(s, frame);
    }
    for (uint32_t i = 0; i < MK_ORIENTATION_AXES; i++) {
        s->last[i] = frame[i];
    }
    s->seen++;
}

/* a / n in 2^e units, towards zero. */
static int32_t over(int64_t a, uint32_t n, int32_t e)
{
    const mk_wide size = mk_wide_over(mk_wide_from(size_of(a), 0), mk_wide_from(n, 0));
    const int32_t out = mk_wide_to(size, e);
    return (a < 0) ? -out : out;
}

/* Of one axis, from its sum and the square of the others' length. */
static int32_t angle(int32_t a, uint64_t square)
{
    const mk_wide across = mk_wide_root(mk_wide_from(square, 0));
    const mk_wide own = mk_wide_from(size_of(a), 0);
    const mk_wide twice_across = {across.m, across.e + 1};
    const mk_wide twice_own = {own.m, own.e + 1};
    const int steep = mk_wide_whole(twice_own) > mk_wide_whole(twice_across);
    const mk_wide low = (steep != 0) ? across : own;
    const mk_wide high = (steep != 0) ? own : across;
    if (high.m == 0U) {
        return 0;
    }
    const int32_t tangent = mk_wide_to(mk_wide_over(low, high), -30);
    const int32_t flat = mk_angle_q((tangent > (1 << 30)) ? (1 << 30) : tangent);
    const int32_t out = (steep != 0) ? ((90 * 65536) - flat) : flat;
    return (a < 0) ? -out : out;
}

static void put_inclination(const mk_orientation_state *s, mk_features *out)
{
    uint64_t square[MK_ORIENTATION_AXES];
    for (uint32_t i = 0; i < MK_ORIENTATION_AXES; i++) {
        square[i] = mk_square((uint32_t)size_of(s->vector[i]));
    }
    mk_put_q(out, angle(s->vector[0], square[1] + square[2]));
    mk_put_q(out, angle(s->vector[1], square[0] + square[2]));
    mk_put_q(out, angle(s->vector[2], square[0] + square[1]));
}

static void put_magnitude(const mk_orientation_state *s, mk_features *out)
{
    const uint32_t n = s->seen;
    const int64_t total = (int64_t)mk_pair_value(s->lengths);
    const int64_t middle = over(total, n, 0);
    const uint64_t rest = (mk_pair_value(s->squares) - (uint64_t)((2 * middle) * total))
        + (uint64_t)((middle * middle) * (int64_t)n);
    const mk_wide variance = mk_wide_over(mk_wide_from(rest, 0), mk_wide_from(n, 0));
    mk_put_q(out, (s->first * (1 << (MK_MEAN - MK_POINT))) + over(total, n, MK_POINT - MK_MEAN));
    mk_put_q(out, mk_wide_to(mk_wide_root(variance), MK_POINT - MK_MEAN));
    mk_put_q(out, root(s->longest, MK_MEAN));
}

void mk_orientation_finish(const mk_orientation_params *p, void *state, const mk_history *h,
                           void *scratch, mk_features *out)
{
    const mk_orientation_state *const s = (const mk_orientation_state *)state;
    (void)h;
    (void)scratch;
    if ((p->wanted & MK_ORIENTATION_INCLINATION) != 0U) {
        put_inclination(s, out);
    }
    if ((p->wanted & MK_ORIENTATION_MAGNITUDE) != 0U) {
        put_magnitude(s, out);
    }
    if ((p->wanted & MK_ORIENTATION_JERK) != 0U) {
        mk_put_q(out, over((int64_t)mk_pair_value(s->way), (uint32_t)s->seen - 1U,
                           MK_POINT - MK_WAY_POINT));
        mk_put_q(out, root(mk_pair_value(s->farthest), MK_WAY_POINT));
    }
}
