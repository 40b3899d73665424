#include "mk_softmax_table.h"

#include "mk_softmax_scale.h"

static int32_t mk_softmax_table_exp(const mk_softmax_table_params *p, int32_t below)
{
    return (below < p->count) ? p->exponentials[below] : 0;
}

void mk_softmax_table(const mk_softmax_table_params *p, const int8_t *in, int8_t *out)
{
    for (uint32_t row = 0U; row < p->rows; row++) {
        const int32_t max = mk_softmax_max(in, p->size);
        mk_softmax_scale scale;
        uint32_t sum = 0U; /* Q12.19 */
        for (uint32_t i = 0U; i < p->size; i++) {
            sum += ((uint32_t)mk_softmax_table_exp(p, max - in[i]) + 2048U) >> 12U;
        }
        scale = mk_softmax_scale_of(sum);
        for (uint32_t i = 0U; i < p->size; i++) {
            out[i] = mk_softmax_output(&scale, mk_softmax_table_exp(p, max - in[i]));
        }
        in = &in[p->size];
        out = &out[p->size];
    }
}
