#include "mk_extremum16.h"

static void mk_extremum16_run(const mk_extremum16_params *p, const int16_t *a, const int16_t *b,
                              int16_t *out)
{
    for (int32_t i = 0; i < p->loops.count[3]; i++) {
        const int16_t x = a[i * p->loops.a_stride[3]];
        const int16_t y = b[i * p->loops.b_stride[3]];
        const int16_t most = (x > y) ? x : y;
        const int16_t least = (x > y) ? y : x;
        out[i] = (p->larger != 0U) ? most : least;
    }
}

void mk_extremum16(const mk_extremum16_params *p, const int16_t *a, const int16_t *b, int16_t *out)
{
    const mk_broadcast *w = &p->loops;
    for (int32_t i = 0; i < w->count[0]; i++) {
        for (int32_t j = 0; j < w->count[1]; j++) {
            for (int32_t k = 0; k < w->count[2]; k++) {
                const int32_t at_a = i * w->a_stride[0] + j * w->a_stride[1] + k * w->a_stride[2];
                const int32_t at_b = i * w->b_stride[0] + j * w->b_stride[1] + k * w->b_stride[2];
                mk_extremum16_run(p, &a[at_a], &b[at_b], out);
                out = &out[w->count[3]];
            }
        }
    }
}
