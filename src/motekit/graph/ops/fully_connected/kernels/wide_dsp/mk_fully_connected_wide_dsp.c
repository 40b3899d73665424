#include "mk_fully_connected_wide_dsp.h"

#include "mk_dot16_dsp.h"

static int16_t mk_fully_connected_wide_dsp_output(const mk_fully_connected_wide_params *p,
                                                  uint32_t o, int64_t sum)
{
    const uint32_t channel = (p->per_channel != 0U) ? o : 0U;
    const int32_t scaled = mk_multiply_real(sum, p->mantissa[channel], p->right[channel]);
    return (int16_t)mk_clamp(scaled, p->low, p->high);
}

void mk_fully_connected_wide_dsp(const mk_fully_connected_wide_params *p, const int16_t *in,
                                 int16_t *out)
{
    const uint32_t n = p->in_features;
    const uint32_t last = (uint32_t)p->out_features - 1U;
    for (uint32_t row = 0U; row < p->rows; row++) {
        for (uint32_t o = 0U; o <= last; o += 2U) {
            const uint32_t next = (o < last) ? (o + 1U) : o; /* an odd last one is taken twice */
            const int8_t *const rows[2] = {&p->weights[o * n], &p->weights[next * n]};
            int64_t sums[2] = {p->bias[o], p->bias[next]};
            mk_dot16_dsp(in, rows, n, sums);
            out[o] = mk_fully_connected_wide_dsp_output(p, o, sums[0]);
            out[next] = mk_fully_connected_wide_dsp_output(p, next, sums[1]);
        }
        in = &in[n];
        out = &out[p->out_features];
    }
}
