#include "mk_depthwise_wide.h"

/* The taps of a window that are pixels: `rows` times `columns`, the first at `pixel` and `tap`. */
typedef struct {
    int32_t rows, columns;
    uint32_t pixel, tap;
} mk_depthwise_wide_window;

/* First tap whose position start + tap * step is not negative. */
static int32_t mk_depthwise_wide_first(int32_t start, int32_t step)
{
    return (start < 0) ? ((step - 1 - start) / step) : 0;
}

/* One past the last tap whose position is below size, at most count. */
static int32_t mk_depthwise_wide_last(int32_t start, int32_t step, int32_t size, int32_t count)
{
    const int32_t last = (size > start) ? ((size - start + step - 1) / step) : 0;
    return (last < count) ? last : count;
}

/* The window of output pixel (y, x). */
static mk_depthwise_wide_window mk_depthwise_wide_at(const mk_depthwise_wide_params *p, int32_t y,
                                                     int32_t x)
{
    const int32_t row = y * p->stride_h - p->pad_top;
    const int32_t column = x * p->stride_w - p->pad_left;
    const int32_t i = mk_depthwise_wide_first(row, p->dilation_h);
    const int32_t j = mk_depthwise_wide_first(column, p->dilation_w);
    const mk_depthwise_wide_window w = {
        mk_depthwise_wide_last(row, p->dilation_h, p->in_h, p->kernel_h) - i,
        mk_depthwise_wide_last(column, p->dilation_w, p->in_w, p->kernel_w) - j,
        (uint32_t)((row + i * p->dilation_h) * p->in_w + column + j * p->dilation_w),
        (uint32_t)(i * p->kernel_w + j)};
    return w;
}

/* The sum of a channel. 32 bits hold that of a row: at most 511 products. */
static int64_t mk_depthwise_wide_sum(const mk_depthwise_wide_params *p,
                                     const mk_depthwise_wide_window *w, const int16_t *channel,
                                     uint32_t o)
{
    const uint32_t step = (uint32_t)p->dilation_w * p->in_c;
    int64_t sum = p->bias[o];
    for (int32_t i = 0; (w->columns > 0) && (i < w->rows); i++) {
        const uint32_t pixel = w->pixel + (uint32_t)(i * p->dilation_h) * p->in_w;
        const int16_t *value = &channel[pixel * p->in_c];
        const int8_t *weight = &p->weights[(w->tap + (uint32_t)(i * p->kernel_w)) * p->out_c + o];
        int32_t part = 0;
        for (int32_t left = w->columns; left > 0; left--) {
            part += (int32_t)*value * *weight;
            value = &value[step];
            weight = &weight[p->out_c];
        }
        sum += part;
    }
    return sum;
}

static void mk_depthwise_wide_pixel(const mk_depthwise_wide_params *p,
                                    const mk_depthwise_wide_window *w, const int16_t *in,
                                    int16_t *out)
{
    uint32_t o = 0U;
    while (o < p->out_c) {
        for (uint32_t m = p->outputs_per_channel; m > 0U; m--) {
            out[o] = mk_scale16_output(&p->scale, o, mk_depthwise_wide_sum(p, w, in, o));
            o++;
        }
        in = &in[1];
    }
}

void mk_depthwise_wide(const mk_depthwise_wide_params *p, const int16_t *in, int16_t *out)
{
    for (uint32_t n = 0U; n < p->batches; n++) {
        for (int32_t y = 0; y < p->out_h; y++) {
            for (int32_t x = 0; x < p->out_w; x++) {
                const mk_depthwise_wide_window w = mk_depthwise_wide_at(p, y, x);
                mk_depthwise_wide_pixel(p, &w, in, out);
                out = &out[p->out_c];
            }
        }
        in = &in[(uint32_t)p->in_h * p->in_w * p->in_c];
    }
}
