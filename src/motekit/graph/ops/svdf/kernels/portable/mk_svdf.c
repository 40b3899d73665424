#include "mk_svdf.h"

#include "mk_requantize.h"

/* The newest entry of a filter's memory. */
static int16_t mk_svdf_feature(const mk_svdf_params *p, const int8_t *in, const int8_t *weights)
{
    int32_t sum = 0;
    for (uint32_t i = 0U; i < p->in_features; i++) {
        sum += (in[i] - p->in_zero) * weights[i];
    }
    const int32_t scaled = mk_multiply_double(sum, p->memory_multiplier, p->memory_shift);
    return (int16_t)mk_clamp(scaled, INT16_MIN, INT16_MAX);
}

/* Moves a filter's memory on by one; returns its product with the filter's time weights. */
static int32_t mk_svdf_filter(const mk_svdf_params *p, uint32_t filter, int16_t newest,
                              const int16_t *before, int16_t *after)
{
    const int16_t *time = &p->time[filter * p->memory];
    const uint32_t last = p->memory - 1U;
    int32_t sum = newest * time[last];
    for (uint32_t i = 0U; i < last; i++) {
        after[i] = before[i + 1U];
        sum += after[i] * time[i];
    }
    after[last] = newest;
    return sum;
}

void mk_svdf(const mk_svdf_params *p, const int8_t *in, const int16_t *before, int16_t *after,
             int8_t *out)
{
    for (uint32_t n = 0U; n < p->batches; n++) {
        uint32_t filter = 0U;
        for (uint32_t unit = 0U; unit < p->units; unit++) {
            int32_t sum = p->bias[unit];
            for (uint32_t r = 0U; r < p->rank; r++) {
                const int16_t newest =
                    mk_svdf_feature(p, in, &p->feature[filter * p->in_features]);
                sum += mk_svdf_filter(p, filter, newest, before, after);
                before = &before[p->memory];
                after = &after[p->memory];
                filter++;
            }
            const int32_t scaled = mk_multiply_double(sum, p->out_multiplier, p->out_shift);
            out[unit] = (int8_t)mk_clamp(scaled + p->out_zero, INT8_MIN, INT8_MAX);
        }
        in = &in[p->in_features];
        out = &out[p->units];
    }
}
