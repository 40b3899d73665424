#include "mk_conv_wide_dsp.h"

#include "mk_dot16_dsp.h"

/* Copies n values of a row of the window, or zeros where there is none. */
static void mk_conv_wide_dsp_run(const int16_t *from, int16_t *to, uint32_t n)
{
    uint32_t i = 0U;
    if (from == 0) {
        for (; i < n; i++) {
            to[i] = 0;
        }
    }
    for (; i < n; i++) {
        to[i] = from[i];
    }
}

/* Gathers the window whose top left corner is (y, x). */
static void mk_conv_wide_dsp_gather(const mk_conv_wide_params *p, const int16_t *in, int32_t y,
                                    int32_t x, int16_t *to)
{
    const uint32_t depth = p->in_c;
    const int32_t last = x + (p->kernel_w - 1) * p->dilation_w;
    const uint32_t whole = ((x >= 0) && (last < p->in_w) && (p->dilation_w == 1U)) ? 1U : 0U;
    const uint32_t run = (whole != 0U) ? (depth * p->kernel_w) : depth;
    const int32_t runs = (whole != 0U) ? 1 : p->kernel_w;
    for (int32_t i = 0; i < p->kernel_h; i++) {
        const int32_t row = y + i * p->dilation_h;
        for (int32_t j = 0; j < runs; j++) {
            const int32_t column = x + j * p->dilation_w;
            const int16_t *pixel = 0;
            if ((row >= 0) && (row < p->in_h) && (column >= 0) && (column < p->in_w)) {
                pixel = &in[(uint32_t)(row * p->in_w + column) * depth];
            }
            mk_conv_wide_dsp_run(pixel, to, run);
            to = &to[run];
        }
    }
}

/* All output channels of one pixel from its patch. */
static void mk_conv_wide_dsp_pixel(const mk_conv_wide_params *p, const int16_t *patch, int16_t *out)
{
    const uint32_t n = (uint32_t)p->kernel_h * p->kernel_w * p->in_c;
    const uint32_t last = (uint32_t)p->out_c - 1U;
    for (uint32_t o = 0U; o <= last; o += 2U) {
        const uint32_t next = (o < last) ? (o + 1U) : o; /* an odd last one is taken twice */
        const int8_t *const rows[2] = {&p->weights[o * n], &p->weights[next * n]};
        int64_t sums[2] = {p->bias[o], p->bias[next]};
        mk_dot16_dsp(patch, rows, n, sums);
        out[o] = mk_scale16_output(&p->scale, o, sums[0]);
        out[next] = mk_scale16_output(&p->scale, next, sums[1]);
    }
}

void mk_conv_wide_dsp(const mk_conv_wide_params *p, const int16_t *in, int16_t *out,
                      int16_t *patch)
{
    for (uint32_t n = 0U; n < p->batches; n++) {
        for (int32_t y = 0; y < p->out_h; y++) {
            for (int32_t x = 0; x < p->out_w; x++) {
                const int32_t row = y * p->stride_h - p->pad_top;
                const int32_t column = x * p->stride_w - p->pad_left;
                const int16_t *from = patch;
                if (patch != 0) {
                    mk_conv_wide_dsp_gather(p, in, row, column, patch);
                } else {
                    from = &in[(uint32_t)(row * p->in_w + column) * p->in_c];
                }
                mk_conv_wide_dsp_pixel(p, from, out);
                out = &out[p->out_c];
            }
        }
        in = &in[(uint32_t)p->in_h * p->in_w * p->in_c];
    }
}
