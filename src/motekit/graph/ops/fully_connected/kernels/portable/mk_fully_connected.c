#include "mk_fully_connected.h"

#include "mk_requantize.h"

static int32_t mk_fully_connected_dot(const int8_t *a, const int8_t *b, uint32_t n, int32_t start)
{
    int32_t sum = start;
    for (uint32_t i = 0U; i < n; i++) {
        sum += (int32_t)a[i] * b[i];
    }
    return sum;
}

void mk_fully_connected(const mk_fully_connected_params *p, const int8_t *in, int8_t *out)
{
    for (uint32_t row = 0U; row < p->rows; row++) {
        const int8_t *weights = p->weights;
        for (uint32_t o = 0U; o < p->out_features; o++) {
            const uint32_t channel = (p->per_channel != 0U) ? o : 0U;
            const int32_t sum = mk_fully_connected_dot(in, weights, p->in_features, p->bias[o]);
            const int32_t scaled =
                mk_multiply_single(sum, p->multiplier[channel], p->right[channel]);
            *out = (int8_t)mk_clamp(scaled + p->out_zero, p->out_min, p->out_max);
            out++;
            weights = &weights[p->in_features];
        }
        in = &in[p->in_features];
    }
}
