/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_orientation.h"

#include "mk_atan.h"

#define MK_CHUNK 256U /* frames whose sums are added up by themselves */

#if MK_SAMPLE_F32
typedef float mk_total;
typedef float mk_square;
#else
typedef int32_t mk_total;   /* exact: at most 65535 samples */
typedef uint32_t mk_square; /* exact: three squares of 16 bits */
#endif

enum { MK_LENGTH, MK_LENGTH_SQUARE, MK_WAY, MK_SUMS };

typedef struct {
    mk_total vector[MK_ORIENTATION_AXES];
    float part[MK_SUMS];  /* of the chunk under way; lengths less the first one */
    float whole[MK_SUMS]; /* of the chunks before */
    float first;          /* length of the first sample */
    float longest;
    float farthest; /* square of the largest change */
    uint32_t seen;
    mk_sample last[MK_ORIENTATION_AXES];
} mk_orientation_state;

void mk_orientation_init(const mk_orientation_params *p, void *state)
{
    mk_orientation_state *const s = (mk_orientation_state *)state;
    (void)p;
    for (uint32_t i = 0; i < MK_ORIENTATION_AXES; i++) {
        s->vector[i] = 0;
        s->last[i] = 0;
    }
    for (uint32_t i = 0; i < (uint32_t)MK_SUMS; i++) {
        s->part[i] = 0.0F;
        s->whole[i] = 0.0F;
    }
    s->first = 0.0F;
    s->longest = 0.0F;
    s->farthest = 0.0F;
    s->seen = 0;
}

static void add_length(mk_orientation_state *s, const mk_sample *frame)
{
    mk_square square = 0;
    for (uint32_t i = 0; i < MK_ORIENTATION_AXES; i++) {
        const mk_total v = frame[i];
        s->vector[i] += v;
        square += (mk_square)(v * v);
    }
    const float length = __builtin_sqrtf((float)square);
    if (s->seen == 0U) {
        s->first = length;
    }
    const float d = length - s->first;
    s->part[MK_LENGTH] += d;
    s->part[MK_LENGTH_SQUARE] += d * d;
    s->longest = (length > s->longest) ? length : s->longest;
}

static void add_change(mk_orientation_state *s, const mk_sample *frame)
{
    float square = 0.0F;
    for (uint32_t i = 0; i < MK_ORIENTATION_AXES; i++) {
        const float d = (float)((mk_total)frame[i] - (mk_total)s->last[i]);
        square += d * d;
    }
    s->part[MK_WAY] += __builtin_sqrtf(square);
    s->farthest = (square > s->farthest) ? square : s->farthest;
}

void mk_orientation_step(const mk_orientation_params *p, void *state, const mk_sample *frame)
{
    mk_orientation_state *const s = (mk_orientation_state *)state;
    (void)p;
    add_length(s, frame);
    if (s->seen > 0U) {
        add_change(s, frame);
    }
    for (uint32_t i = 0; i < MK_ORIENTATION_AXES; i++) {
        s->last[i] = frame[i];
    }
    s->seen++;
    if ((s->seen % MK_CHUNK) == 0U) {
        for (uint32_t i = 0; i < (uint32_t)MK_SUMS; i++) {
            s->whole[i] += s->part[i];
            s->part[i] = 0.0F;
        }
    }
}

static void put_inclination(const mk_orientation_state *s, mk_features *out)
{
    float v[MK_ORIENTATION_AXES];
    float square[MK_ORIENTATION_AXES];
    const float per = 1.0F / (float)s->seen;
    for (uint32_t i = 0; i < MK_ORIENTATION_AXES; i++) {
        v[i] = (float)s->vector[i] * per;
        square[i] = v[i] * v[i];
    }
    mk_put_f32(out, mk_angle_f32(v[0], __builtin_sqrtf(square[1] + square[2])));
    mk_put_f32(out, mk_angle_f32(v[1], __builtin_sqrtf(square[0] + square[2])));
    mk_put_f32(out, mk_angle_f32(v[2], __builtin_sqrtf(square[0] + square[1])));
}

void mk_orientation_finish(const mk_orientation_params *p, void *state, const mk_history *h,
                           void *scratch, mk_features *out)
{
    const mk_orientation_state *const s = (const mk_orientation_state *)state;
    const float n = (float)s->seen;
    float sums[MK_SUMS];
    (void)h;
    (void)scratch;
    for (uint32_t i = 0; i < (uint32_t)MK_SUMS; i++) {
        sums[i] = s->whole[i] + s->part[i];
    }
    if ((p->wanted & MK_ORIENTATION_INCLINATION) != 0U) {
        put_inclination(s, out);
    }
    if ((p->wanted & MK_ORIENTATION_MAGNITUDE) != 0U) {
        const float mean = sums[MK_LENGTH] / n;
        const float variance = (sums[MK_LENGTH_SQUARE] / n) - (mean * mean);
        mk_put_f32(out, (s->first + mean) * p->scale);
        mk_put_f32(out, (variance > 0.0F) ? (__builtin_sqrtf(variance) * p->scale) : 0.0F);
        mk_put_f32(out, s->longest * p->scale);
    }
    if ((p->wanted & MK_ORIENTATION_JERK) != 0U) {
        const float unit = p->scale * p->rate;
        mk_put_f32(out, (sums[MK_WAY] / (n - 1.0F)) * unit);
        mk_put_f32(out, __builtin_sqrtf(s->farthest) * unit);
    }
}
