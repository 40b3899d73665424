#include "mk_mul.h"

#include "mk_requantize.h"

static void mk_mul_inner(const void *params, const mk_broadcast_run *at)
{
    const mk_mul_params *p = (const mk_mul_params *)params;
    const int8_t *a = at->a;
    const int8_t *b = at->b;
    for (int32_t i = 0; i < p->loops.count[3]; i++) {
        const int32_t product = (*a - p->a_zero) * (*b - p->b_zero);
        const int32_t scaled = mk_multiply_double(product, p->multiplier, p->shift);
        at->out[i] = (int8_t)mk_clamp(scaled + p->out_zero, p->out_min, p->out_max);
        a = &a[p->loops.a_stride[3]];
        b = &b[p->loops.b_stride[3]];
    }
}

void mk_mul(const mk_mul_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const mk_broadcast_run start = {a, b, out};
    mk_broadcast_walk(&p->loops, &start, mk_mul_inner, p);
}
