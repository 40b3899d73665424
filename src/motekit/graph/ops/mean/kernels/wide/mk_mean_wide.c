#include "mk_mean_wide.h"

#include "mk_requantize.h"

static int32_t mk_mean_wide_sum(const mk_reduce *r, const int16_t *in)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < r->gone[0]; i++) {
        for (int32_t j = 0; j < r->gone[1]; j++) {
            const int16_t *from = &in[i * r->gone_stride[0] + j * r->gone_stride[1]];
            for (int32_t k = 0; k < r->gone[2]; k++) {
                sum += *from;
                from = &from[r->gone_stride[2]];
            }
        }
    }
    return sum;
}

void mk_mean_wide(const mk_mean_wide_params *p, const int16_t *in, int16_t *out)
{
    const mk_reduce *r = &p->loops;
    for (int32_t i = 0; i < r->kept[0]; i++) {
        for (int32_t j = 0; j < r->kept[1]; j++) {
            const int16_t *from = &in[i * r->kept_stride[0] + j * r->kept_stride[1]];
            for (int32_t k = 0; k < r->kept[2]; k++) {
                const int32_t sum = mk_mean_wide_sum(r, &from[k * r->kept_stride[2]]);
                const int32_t scaled = mk_multiply_double(sum, p->multiplier, p->shift);
                *out = (int16_t)mk_clamp(scaled, INT16_MIN, INT16_MAX);
                out++;
            }
        }
    }
}
