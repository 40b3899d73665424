#include "mk_arg_max.h"

void mk_arg_max(const mk_arg_max_params *p, const int8_t *in, int32_t *out)
{
    for (uint32_t row = 0U; row < p->outer; row++) {
        for (uint32_t column = 0U; column < p->inner; column++) {
            const int8_t *values = &in[row * p->count * p->inner + column];
            uint32_t best = 0U;
            for (uint32_t i = 1U; i < p->count; i++) {
                if (values[i * p->inner] > values[best * p->inner]) {
                    best = i;
                }
            }
            *out = (int32_t)best;
            out++;
        }
    }
}
