#include "mk_conv_2d.h"

#include "mk_requantize.h"

/* Copies one pixel's channels of a group, or the zero point where there is no pixel. */
static void mk_conv_2d_fetch(const mk_conv_2d_params *p, const int8_t *pixel, int8_t *to)
{
    const uint32_t depth = (uint32_t)p->in_c / p->groups;
    for (uint32_t c = 0U; c < depth; c++) {
        to[c] = (pixel != 0) ? pixel[c] : p->in_zero;
    }
}

/* Gathers the window whose top left corner is (y, x), one group after the other. */
static void mk_conv_2d_gather(const mk_conv_2d_params *p, const int8_t *in, int32_t y, int32_t x,
                              int8_t *patch)
{
    const uint32_t depth = (uint32_t)p->in_c / p->groups;
    int8_t *to = patch;
    for (uint32_t g = 0U; g < p->groups; g++) {
        for (int32_t i = 0; i < p->kernel_h; i++) {
            const int32_t row = y + i * p->dilation_h;
            for (int32_t j = 0; j < p->kernel_w; j++) {
                const int32_t column = x + j * p->dilation_w;
                const int8_t *pixel = 0;
                if ((row >= 0) && (row < p->in_h) && (column >= 0) && (column < p->in_w)) {
                    pixel = &in[(uint32_t)(row * p->in_w + column) * p->in_c + g * depth];
                }
                mk_conv_2d_fetch(p, pixel, to);
                to = &to[depth];
            }
        }
    }
}

static int32_t mk_conv_2d_dot(const int8_t *a, const int8_t *b, uint32_t n, int32_t start)
{
    int32_t sum = start;
    for (uint32_t i = 0U; i < n; i++) {
        sum += (int32_t)a[i] * b[i];
    }
    return sum;
}

/* All output channels of one pixel from its patch. */
static void mk_conv_2d_pixel(const mk_conv_2d_params *p, const int8_t *patch, int8_t *out)
{
    const uint32_t n = (uint32_t)p->kernel_h * p->kernel_w * (p->in_c / p->groups);
    const uint32_t wide = (uint32_t)p->out_c / p->groups;
    const int8_t *weights = p->weights;
    uint32_t left = wide;
    for (uint32_t o = 0U; o < p->out_c; o++) {
        const uint32_t channel = (p->per_channel != 0U) ? o : 0U;
        const int32_t sum = mk_conv_2d_dot(patch, weights, n, p->bias[o]);
        const int32_t scaled = mk_multiply_double(sum, p->multiplier[channel], p->shift[channel]);
        out[o] = (int8_t)mk_clamp(scaled + p->out_zero, p->out_min, p->out_max);
        weights = &weights[n];
        left--;
        if (left == 0U) {
            patch = &patch[n];
            left = wide;
        }
    }
}

void mk_conv_2d(const mk_conv_2d_params *p, const int8_t *in, int8_t *out, int8_t *patch)
{
    for (uint32_t n = 0U; n < p->batches; n++) {
        for (int32_t y = 0; y < p->out_h; y++) {
            for (int32_t x = 0; x < p->out_w; x++) {
                const int32_t row = y * p->stride_h - p->pad_top;
                const int32_t column = x * p->stride_w - p->pad_left;
                if (patch != 0) {
                    mk_conv_2d_gather(p, in, row, column, patch);
                    mk_conv_2d_pixel(p, patch, out);
                } else {
                    mk_conv_2d_pixel(p, &in[(uint32_t)(row * p->in_w + column) * p->in_c], out);
                }
                out = &out[p->out_c];
            }
        }
        in = &in[(uint32_t)p->in_h * p->in_w * p->in_c];
    }
}
