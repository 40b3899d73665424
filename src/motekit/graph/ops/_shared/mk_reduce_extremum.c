#include "mk_reduce_extremum.h"

static int8_t mk_reduce_extremum_of(const mk_reduce_extremum_params *p, const int8_t *in)
{
    const mk_reduce *r = &p->loops;
    int8_t best = *in;
    for (int32_t i = 0; i < r->gone[0]; i++) {
        for (int32_t j = 0; j < r->gone[1]; j++) {
            const int8_t *from = &in[i * r->gone_stride[0] + j * r->gone_stride[1]];
            for (int32_t k = 0; k < r->gone[2]; k++) {
                const uint8_t larger = (*from > best) ? 1U : 0U;
                best = (larger == p->largest) ? *from : best;
                from = &from[r->gone_stride[2]];
            }
        }
    }
    return best;
}

void mk_reduce_extremum(const mk_reduce_extremum_params *p, const int8_t *in, int8_t *out)
{
    const mk_reduce *r = &p->loops;
    for (int32_t i = 0; i < r->kept[0]; i++) {
        for (int32_t j = 0; j < r->kept[1]; j++) {
            const int8_t *from = &in[i * r->kept_stride[0] + j * r->kept_stride[1]];
            for (int32_t k = 0; k < r->kept[2]; k++) {
                *out = mk_reduce_extremum_of(p, &from[k * r->kept_stride[2]]);
                out++;
            }
        }
    }
}
