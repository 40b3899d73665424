/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_lags.h"

#include "mk_log.h"

#if MK_SAMPLE_F32
typedef float mk_lag_sum;
#else
typedef uint32_t mk_lag_sum; /* exact: at most 65535 differences of 16 bits */
#endif

/* Sum of |x[t] - x[t - lag]| over the window. */
static mk_lag_sum way(const mk_sample *x, uint32_t length, uint32_t lag)
{
    const mk_sample *old = x;
    const mk_sample *const end = &x[length];
    mk_lag_sum sum = 0;
    for (const mk_sample *now = &x[lag]; now != end; now++) {
#if MK_SAMPLE_F32
        const float d = *now - *old;
        sum += (d < 0.0F) ? -d : d;
#else
        const int32_t d = (int32_t)*now - *old;
        sum += (uint32_t)((d < 0) ? -d : d);
#endif
        old++;
    }
    return sum;
}

void mk_lags_finish(const mk_lags_params *p, void *state, const mk_history *h, void *scratch,
                    mk_features *out)
{
    mk_sample *const x = (mk_sample *)scratch;
    (void)state;
    for (uint32_t c = 0; c < p->channels; c++) {
#if MK_SAMPLE_F32
        mk_history_read_f32(h, c, 1.0F, x);
#else
        mk_history_read_i16(h, c, x);
#endif
        for (uint32_t i = 0; i < p->count; i++) {
            const uint32_t lag = p->lags[i];
            const float mean = (float)way(x, h->length, lag) / (float)(h->length - lag);
            mk_put_f32(out, mk_log10f((mean * p->scale[c]) + p->floor));
        }
    }
}
