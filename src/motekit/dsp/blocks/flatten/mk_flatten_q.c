/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_flatten.h"

#include "mk_fix.h"
#include "mk_moments.h"
#include "mk_sort.h"
#if MK_FLATTEN_STREAM
#include "mk_exact.h"
#endif
#include "mk_wide.h"

#define MK_POINT 15 /* binary places of levels: mean, extremes, RMS, deviation */

typedef struct {
    int32_t sum;
    int32_t smallest;
    int32_t largest;
    int32_t whole;    /* of the mean, towards zero */
    int32_t fraction; /* of the mean, 2^-15ths, towards zero */
    uint32_t down;    /* deviations lose so many bits to fit 16 */
} mk_level;

/* Mean and scale from the sum and the extremes of n samples. */
static void level_mean(mk_level *level, int32_t n)
{
    level->whole = level->sum / n;
    level->fraction = ((level->sum - (level->whole * n)) * (1 << MK_POINT)) / n;
}

/* What needs nothing but the moments and extremes; a step of the square mean is 2^down samples'
 * 2^-15ths. Returns the mean square. */
static uint64_t put_plain(const mk_flatten_params *p, const mk_level *level, mk_shape_q *shape,
                          int32_t down, mk_features *out)
{
    const int32_t mean = (level->whole * (1 << MK_POINT)) + level->fraction;
    shape->square.e += 2 * down;
    const uint64_t square = (uint64_t)((int64_t)mean * mean) + mk_wide_whole(shape->square);
    const int32_t values[7] = {
        mean,
        level->smallest * (1 << MK_POINT),
        level->largest * (1 << MK_POINT),
        mk_wide_to(mk_wide_root(mk_wide_from(square, 0)), 0),
        mk_wide_to(mk_wide_root(shape->square), 0),
        shape->skewness,
        shape->kurtosis};
    for (uint32_t i = 0; i < 7U; i++) {
        if ((p->wanted & (1U << i)) != 0U) {
            mk_put_q(out, values[i]);
        }
    }
    return square;
}

#if MK_FLATTEN_WHOLE
#include "mk_flatten_whole_q.inc"
#endif
#if MK_FLATTEN_STREAM
#include "mk_flatten_stream_q.inc"
#endif

void mk_flatten_finish(const mk_flatten_params *p, void *state, const mk_history *h,
                       void *scratch, mk_features *out)
{
    (void)state;
    (void)h;
    (void)scratch;
#if MK_FLATTEN_STREAM && MK_FLATTEN_WHOLE
    if (p->length == 0U) {
        finish_whole(p, h, scratch, out);
        return;
    }
#endif
#if MK_FLATTEN_STREAM
    finish_stream(p, state, out);
#else
    finish_whole(p, h, scratch, out);
#endif
}
