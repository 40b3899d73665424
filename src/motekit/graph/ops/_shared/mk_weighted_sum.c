#include "mk_weighted_sum.h"

#include "mk_requantize.h"

static void mk_weighted_sum_inner(const void *params, const mk_broadcast_run *at)
{
    const mk_weighted_sum_params *p = (const mk_weighted_sum_params *)params;
    const int8_t *a = at->a;
    const int8_t *b = at->b;
    for (int32_t i = 0; i < p->loops.count[3]; i++) {
        const int32_t x =
            mk_multiply_double((*a - p->a_zero) * (1 << 20), p->a_multiplier, p->a_shift);
        const int32_t y =
            mk_multiply_double((*b - p->b_zero) * (1 << 20), p->b_multiplier, p->b_shift);
        const int32_t sum = x + p->sign * y;
        const int32_t scaled = mk_multiply_double(sum, p->out_multiplier, p->out_shift);
        at->out[i] = (int8_t)mk_clamp(scaled + p->out_zero, p->out_min, p->out_max);
        a = &a[p->loops.a_stride[3]];
        b = &b[p->loops.b_stride[3]];
    }
}

void mk_weighted_sum(const mk_weighted_sum_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const mk_broadcast_run start = {a, b, out};
    mk_broadcast_walk(&p->loops, &start, mk_weighted_sum_inner, p);
}
