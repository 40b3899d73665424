#include "mk_conv_wide.h"

/* Copies one pixel's channels of a group, or zeros where there is no pixel. */
static void mk_conv_wide_fetch(const int16_t *pixel, int16_t *to, uint32_t depth)
{
    for (uint32_t c = 0U; c < depth; c++) {
        to[c] = (int16_t)((pixel != 0) ? pixel[c] : 0);
    }
}

/* Gathers the window whose top left corner is (y, x), one group after the other. */
static void mk_conv_wide_gather(const mk_conv_wide_params *p, const int16_t *in, int32_t y,
                                int32_t x, int16_t *patch)
{
    const uint32_t depth = (uint32_t)p->in_c / p->groups;
    int16_t *to = patch;
    for (uint32_t g = 0U; g < p->groups; g++) {
        for (int32_t i = 0; i < p->kernel_h; i++) {
            const int32_t row = y + i * p->dilation_h;
            for (int32_t j = 0; j < p->kernel_w; j++) {
                const int32_t column = x + j * p->dilation_w;
                const int16_t *pixel = 0;
                if ((row >= 0) && (row < p->in_h) && (column >= 0) && (column < p->in_w)) {
                    pixel = &in[(uint32_t)(row * p->in_w + column) * p->in_c + g * depth];
                }
                mk_conv_wide_fetch(pixel, to, depth);
                to = &to[depth];
            }
        }
    }
}

/* All output channels of one pixel from its patch. */
static void mk_conv_wide_pixel(const mk_conv_wide_params *p, const int16_t *patch, int16_t *out)
{
    const uint32_t n = (uint32_t)p->kernel_h * p->kernel_w * (p->in_c / p->groups);
    const uint32_t wide = (uint32_t)p->out_c / p->groups;
    const int8_t *weights = p->weights;
    uint32_t left = wide;
    for (uint32_t o = 0U; o < p->out_c; o++) {
        const int64_t sum = mk_dot16(patch, weights, n, p->bias[o]);
        out[o] = mk_scale16_output(&p->scale, o, sum);
        weights = &weights[n];
        left--;
        if (left == 0U) {
            patch = &patch[n];
            left = wide;
        }
    }
}

void mk_conv_wide(const mk_conv_wide_params *p, const int16_t *in, int16_t *out, int16_t *patch)
{
    for (uint32_t n = 0U; n < p->batches; n++) {
        for (int32_t y = 0; y < p->out_h; y++) {
            for (int32_t x = 0; x < p->out_w; x++) {
                const int32_t row = y * p->stride_h - p->pad_top;
                const int32_t column = x * p->stride_w - p->pad_left;
                if (patch != 0) {
                    mk_conv_wide_gather(p, in, row, column, patch);
                    mk_conv_wide_pixel(p, patch, out);
                } else {
                    mk_conv_wide_pixel(p, &in[(uint32_t)(row * p->in_w + column) * p->in_c], out);
                }
                out = &out[p->out_c];
            }
        }
        in = &in[(uint32_t)p->in_h * p->in_w * p->in_c];
    }
}
