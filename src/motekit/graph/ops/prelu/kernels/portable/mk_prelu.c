#include "mk_prelu.h"

#include "mk_requantize.h"

static void mk_prelu_inner(const void *params, const mk_broadcast_run *at)
{
    const mk_prelu_params *p = (const mk_prelu_params *)params;
    const int8_t *a = at->a;
    const int8_t *b = at->b;
    for (int32_t i = 0; i < p->loops.count[3]; i++) {
        const int32_t x = *a - p->a_zero;
        int32_t scaled;
        if (x >= 0) {
            scaled = mk_multiply_double(x, p->multiplier, p->shift);
        } else {
            scaled = mk_multiply_double(x * (*b - p->b_zero), p->alpha_multiplier, p->alpha_shift);
        }
        at->out[i] = (int8_t)mk_clamp(scaled + p->out_zero, INT8_MIN, INT8_MAX);
        a = &a[p->loops.a_stride[3]];
        b = &b[p->loops.b_stride[3]];
    }
}

void mk_prelu(const mk_prelu_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const mk_broadcast_run start = {a, b, out};
    mk_broadcast_walk(&p->loops, &start, mk_prelu_inner, p);
}
