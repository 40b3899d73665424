#include "mk_transpose_conv.h"

#include "mk_requantize.h"

/* Where an output pixel lies in the whole result, before its edges are cut off. */
typedef struct {
    uint32_t y, x;
} mk_transpose_conv_at;

/* The input row or column whose kernel tap `tap` falls on `at`, or -1 if there is none. */
static int32_t mk_transpose_conv_source(uint32_t at, uint32_t tap, uint32_t stride, uint32_t size)
{
    if ((at < tap) || (((at - tap) % stride) != 0U) || (((at - tap) / stride) >= size)) {
        return -1;
    }
    return (int32_t)((at - tap) / stride);
}

static int32_t mk_transpose_conv_sum(const mk_transpose_conv_params *p, const int8_t *in,
                                     const int8_t *weights, mk_transpose_conv_at at)
{
    int32_t sum = 0;
    for (uint32_t i = 0U; i < p->kernel_h; i++) {
        const int32_t row = mk_transpose_conv_source(at.y, i, p->stride_h, p->in_h);
        for (uint32_t j = 0U; (row >= 0) && (j < p->kernel_w); j++) {
            const int32_t column = mk_transpose_conv_source(at.x, j, p->stride_w, p->in_w);
            if (column >= 0) {
                const int8_t *pixel = &in[(uint32_t)(row * p->in_w + column) * p->in_c];
                const int8_t *w = &weights[(i * p->kernel_w + j) * p->in_c];
                for (uint32_t c = 0U; c < p->in_c; c++) {
                    sum += (pixel[c] - p->in_zero) * w[c];
                }
            }
        }
    }
    return sum;
}

/* All output channels of one pixel. */
static void mk_transpose_conv_pixel(const mk_transpose_conv_params *p, const int8_t *in,
                                    mk_transpose_conv_at at, int8_t *out)
{
    const uint32_t size = (uint32_t)p->kernel_h * p->kernel_w * p->in_c;
    for (uint32_t o = 0U; o < p->out_c; o++) {
        const uint32_t channel = (p->per_channel != 0U) ? o : 0U;
        const int32_t sum = mk_transpose_conv_sum(p, in, &p->weights[o * size], at) + p->bias[o];
        const int32_t scaled = mk_multiply_double(sum, p->multiplier[channel], p->shift[channel]);
        out[o] = (int8_t)mk_clamp(scaled + p->out_zero, p->out_min, p->out_max);
    }
}

void mk_transpose_conv(const mk_transpose_conv_params *p, const int8_t *in, int8_t *out)
{
    for (uint32_t n = 0U; n < p->batches; n++) {
        for (uint32_t y = 0U; y < p->out_h; y++) {
            for (uint32_t x = 0U; x < p->out_w; x++) {
                const mk_transpose_conv_at at = {y + p->pad_top, x + p->pad_left};
                mk_transpose_conv_pixel(p, in, at, out);
                out = &out[p->out_c];
            }
        }
        in = &in[(uint32_t)p->in_h * p->in_w * p->in_c];
    }
}
