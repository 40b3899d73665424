#include "mk_depthwise_wide.h"

/* One row of a window whose left column is x; 32 bits hold the sum of 511 products. */
static int32_t mk_depthwise_wide_row(const mk_depthwise_wide_params *p, const int16_t *row,
                                     const int8_t *weight, int32_t x)
{
    int32_t sum = 0;
    int32_t column = x;
    for (int32_t j = 0; j < p->kernel_w; j++) {
        if ((column >= 0) && (column < p->in_w)) {
            sum += (int32_t)row[(uint32_t)column * p->in_c] * *weight;
        }
        column += p->dilation_w;
        weight = &weight[p->out_c];
    }
    return sum;
}

/* The sum of output o whose window's top left corner is (y, x). */
static int64_t mk_depthwise_wide_sum(const mk_depthwise_wide_params *p, const int16_t *in,
                                     int32_t y, int32_t x, uint32_t o)
{
    const int16_t *channel = &in[o / p->outputs_per_channel];
    const int8_t *weight = &p->weights[o];
    int64_t sum = p->bias[o];
    for (int32_t i = 0; i < p->kernel_h; i++) {
        const int32_t row = y + i * p->dilation_h;
        if ((row >= 0) && (row < p->in_h)) {
            const int16_t *from = &channel[(uint32_t)(row * p->in_w) * p->in_c];
            sum += mk_depthwise_wide_row(p, from, weight, x);
        }
        weight = &weight[(uint32_t)p->kernel_w * p->out_c];
    }
    return sum;
}

void mk_depthwise_wide(const mk_depthwise_wide_params *p, const int16_t *in, int16_t *out)
{
    for (uint32_t n = 0U; n < p->batches; n++) {
        for (int32_t y = 0; y < p->out_h; y++) {
            for (int32_t x = 0; x < p->out_w; x++) {
                const int32_t row = y * p->stride_h - p->pad_top;
                const int32_t column = x * p->stride_w - p->pad_left;
                for (uint32_t o = 0U; o < p->out_c; o++) {
                    const int64_t sum = mk_depthwise_wide_sum(p, in, row, column, o);
                    out[o] = mk_scale16_output(&p->scale, o, sum);
                }
                out = &out[p->out_c];
            }
        }
        in = &in[(uint32_t)p->in_h * p->in_w * p->in_c];
    }
}
