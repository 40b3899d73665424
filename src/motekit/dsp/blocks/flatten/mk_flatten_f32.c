/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_flatten.h"

#include "mk_moments.h"
#include "mk_sort.h"
#if MK_FLATTEN_STREAM
#include "mk_central.h"
#endif

#include <stddef.h>

#if MK_SAMPLE_F32
typedef float mk_total;
#else
typedef int32_t mk_total; /* exact: at most 65535 samples */
#endif

/* A deviation up to this share of the mean is what rounding left of a constant. */
#define MK_FLATTEN_CONSTANT 1e-7F

typedef struct {
    mk_total sum;
    mk_sample smallest;
    mk_sample largest;
    float near_mean; /* the mean, but for rounding */
} mk_level;

/* What needs nothing but the moments and extremes. Returns the mean square. */
static float put_plain(const mk_flatten_params *p, float scale, const mk_level *level,
                       const mk_shape_f32 *shape, mk_features *out)
{
    const float mean = level->near_mean + shape->shift;
    const float square = (mean * mean) + shape->variance;
    const float values[7] = {
        mean * scale,
        (float)level->smallest * scale,
        (float)level->largest * scale,
        __builtin_sqrtf(square) * scale,
        __builtin_sqrtf(shape->variance) * scale,
        shape->skewness,
        shape->kurtosis};
    for (uint32_t i = 0; i < 7U; i++) {
        if ((p->wanted & (1U << i)) != 0U) {
            mk_put_f32(out, values[i]);
        }
    }
    return square;
}

#if MK_FLATTEN_WHOLE
#include "mk_flatten_whole_f32.inc"
#endif
#if MK_FLATTEN_STREAM
#include "mk_flatten_stream_f32.inc"
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
