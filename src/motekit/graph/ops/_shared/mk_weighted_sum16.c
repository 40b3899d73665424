#include "mk_weighted_sum16.h"

#include "mk_requantize.h"

#define MK_WEIGHTED_SUM16_UP 32768 /* 2^15: inputs are moved up 15 bits */

static void mk_weighted_sum16_run(const mk_weighted_sum16_params *p, const int16_t *a,
                                  const int16_t *b, int16_t *out)
{
    for (int32_t i = 0; i < p->loops.count[3]; i++) {
        const int32_t from_a = mk_multiply_double(a[i * p->loops.a_stride[3]] *
                                                      MK_WEIGHTED_SUM16_UP,
                                                  p->a_multiplier, p->a_shift);
        const int32_t from_b = mk_multiply_double(b[i * p->loops.b_stride[3]] *
                                                      MK_WEIGHTED_SUM16_UP,
                                                  p->b_multiplier, p->b_shift);
        const int32_t sum = from_a + p->sign * from_b;
        const int32_t scaled = mk_multiply_double(sum, p->out_multiplier, p->out_shift);
        out[i] = (int16_t)mk_clamp(scaled, p->low, p->high);
    }
}

void mk_weighted_sum16(const mk_weighted_sum16_params *p, const int16_t *a, const int16_t *b,
                       int16_t *out)
{
    const mk_broadcast *w = &p->loops;
    for (int32_t i = 0; i < w->count[0]; i++) {
        for (int32_t j = 0; j < w->count[1]; j++) {
            for (int32_t k = 0; k < w->count[2]; k++) {
                const int32_t at_a = i * w->a_stride[0] + j * w->a_stride[1] + k * w->a_stride[2];
                const int32_t at_b = i * w->b_stride[0] + j * w->b_stride[1] + k * w->b_stride[2];
                mk_weighted_sum16_run(p, &a[at_a], &b[at_b], out);
                out = &out[w->count[3]];
            }
        }
    }
}
