#include "mk_fully_connected_small.h"

void mk_fully_connected_small(const mk_fully_connected_small_params *p, const int8_t *in,
                              int8_t *out)
{
    const int8_t *weight = p->weights;
    const int32_t *bias = p->bias;
    uint32_t outputs = p->out_features;
    do {
        int32_t sum = *bias;
        uint32_t i = 0U;
        do {
            sum += (int32_t)in[i] * *weight;
            weight++;
            i++;
        } while (i < p->in_features);
        /* sum * factor to the nearest integer, halves upwards: one bit more, add one, halve */
        sum = (int32_t)(((int64_t)sum * p->multiplier) >> 31U);
        sum = (((sum >> p->shift) + 1) >> 1U) + p->out_zero;
        sum = (sum < INT8_MIN) ? INT8_MIN : sum;
        *out = (int8_t)((sum > INT8_MAX) ? INT8_MAX : sum);
        out++;
        bias++;
        outputs--;
    } while (outputs != 0U);
}
