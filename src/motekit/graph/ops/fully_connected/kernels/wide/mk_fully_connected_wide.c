#include "mk_fully_connected_wide.h"

void mk_fully_connected_wide(const mk_fully_connected_wide_params *p, const int16_t *in,
                             int16_t *out)
{
    for (uint32_t row = 0U; row < p->rows; row++) {
        const int8_t *weights = p->weights;
        for (uint32_t o = 0U; o < p->out_features; o++) {
            const uint32_t channel = (p->per_channel != 0U) ? o : 0U;
            const int64_t sum = mk_dot16(in, weights, p->in_features, p->bias[o]);
            const int32_t scaled = mk_multiply_real(sum, p->mantissa[channel], p->right[channel]);
            *out = (int16_t)mk_clamp(scaled, p->low, p->high);
            out++;
            weights = &weights[p->in_features];
        }
        in = &in[p->in_features];
    }
}
