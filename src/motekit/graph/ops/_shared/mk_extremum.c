#include "mk_extremum.h"

static void mk_extremum_inner(const void *params, const mk_broadcast_run *at)
{
    const mk_extremum_params *p = (const mk_extremum_params *)params;
    const int8_t *a = at->a;
    const int8_t *b = at->b;
    for (int32_t i = 0; i < p->loops.count[3]; i++) {
        const int8_t most = (*a > *b) ? *a : *b;
        const int8_t least = (*a > *b) ? *b : *a;
        at->out[i] = (p->larger != 0U) ? most : least;
        a = &a[p->loops.a_stride[3]];
        b = &b[p->loops.b_stride[3]];
    }
}

void mk_extremum(const mk_extremum_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const mk_broadcast_run start = {a, b, out};
    mk_broadcast_walk(&p->loops, &start, mk_extremum_inner, p);
}
