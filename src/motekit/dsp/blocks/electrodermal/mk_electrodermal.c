/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_electrodermal.h"

#include "mk_count.h"
#include "mk_pair.h"
#include "mk_svf.h"

#define MK_POINT 4 /* binary places of levels */

typedef struct {
    mk_svf_state smooth[2];
    mk_svf_state slow[2];
    mk_pair tonic;  /* sums */
    mk_pair phasic;
    mk_pair rise;
    int32_t first; /* tonic level */
    int32_t last;
    int32_t highest; /* phasic level */
    uint32_t wait;   /* samples until the trough climbs */
    int32_t low;     /* trough and peak of the response under way, or to come */
    int32_t high;
    uint16_t count;
    uint8_t up;    /* 1: a response is under way */
    uint8_t begun; /* 1 after the first sample */
} mk_electrodermal_state;

void mk_electrodermal_init(const mk_electrodermal_params *p, void *state)
{
    mk_electrodermal_state *const s = (mk_electrodermal_state *)state;
    s->tonic = mk_pair_of(0);
    s->phasic = mk_pair_of(0);
    s->rise = mk_pair_of(0);
    s->first = 0;
    s->last = 0;
    s->highest = 0;
    s->wait = p->every;
    s->low = 0;
    s->high = 0;
    s->count = 0;
    s->up = 0;
    s->begun = 0;
}

/* From 2^-up ths of a count to 2^-4ths, rounded. */
static int32_t level_of(int32_t v, uint32_t up)
{
    const int32_t less = (int32_t)up - MK_POINT;
    return (less > 0) ? (((v >> (uint32_t)(less - 1)) + 1) >> 1) : (v * (1 << (uint32_t)(-less)));
}

/* One smoothed level: is a response under way, over, or none? */
static void follow(const mk_electrodermal_params *p, mk_electrodermal_state *s, int32_t v)
{
    s->wait--;
    if (s->wait == 0U) {
        s->wait = p->every;
        s->low += (s->up == 0U) ? (int32_t)p->step : 0;
    }
    if (s->up != 0U) {
        if ((v < s->high) && ((2 * (s->high - v)) >= p->threshold)) {
            s->rise = mk_pair_of(mk_pair_value(s->rise) + (uint32_t)(s->high - s->low));
            s->count++;
            s->low = v;
            s->up = 0;
        } else if (v > s->high) {
            s->high = v;
        } else {
            /* about the peak */
        }
        return;
    }
    s->low = (v < s->low) ? v : s->low;
    if ((v - s->low) >= p->threshold) {
        s->high = v;
        s->up = 1;
    }
}

void mk_electrodermal_step(const mk_electrodermal_params *p, void *state, const mk_sample *frame)
{
    mk_electrodermal_state *const s = (mk_electrodermal_state *)state;
    const mk_svf_cascade_q smooth = {p->rows, 1U, p->up_smooth, p->mix};
    const mk_svf_cascade_q slow = {&p->rows[6], 1U, p->up_slow, p->mix_slow};
#if MK_SAMPLE_F32
    const int16_t count = mk_to_count(frame[0] * p->per_count);
#else
    const int16_t count = frame[0];
#endif
    if (s->begun == 0U) {
        mk_svf_start_q(&smooth, s->smooth, count);
        mk_svf_start_q(&slow, s->slow, count);
    }
    const int32_t tonic = level_of(mk_svf_q(&slow, s->slow, count), p->up_slow);
    const int32_t level = level_of(mk_svf_q(&smooth, s->smooth, count), p->up_smooth);
    const int32_t phasic = level - tonic;
    if (s->begun == 0U) {
        s->begun = 1;
        s->first = tonic;
        s->low = level;
        s->high = level;
    }
    s->last = tonic;
    s->tonic = mk_pair_of(mk_pair_value(s->tonic) + (uint64_t)(int64_t)tonic);
    s->phasic = mk_pair_of(mk_pair_value(s->phasic) + (uint32_t)((phasic < 0) ? -phasic : phasic));
    s->highest = (phasic > s->highest) ? phasic : s->highest;
    follow(p, s, level);
}

void mk_electrodermal_end(const void *state, mk_electrodermal_levels *levels)
{
    const mk_electrodermal_state *const s = (const mk_electrodermal_state *)state;
    levels->tonic = (int64_t)mk_pair_value(s->tonic);
    levels->phasic = mk_pair_value(s->phasic);
    levels->moved = s->last - s->first;
    levels->highest = s->highest;
    levels->count = s->count;
    levels->rise = mk_pair_value(s->rise);
    if (s->up != 0U) { /* it has risen, whatever comes */
        levels->count++;
        levels->rise += (uint32_t)(s->high - s->low);
    }
}
