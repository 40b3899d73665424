#include "mk_depthwise_conv_2d.h"

#include "mk_requantize.h"

/* Where one output's window lies: taps [from, to) of it are pixels that exist. */
typedef struct {
    int32_t y, x; /* of tap (0, 0), may be outside */
    int32_t from_h, to_h;
    int32_t from_w, to_w;
} mk_depthwise_window;

/* First tap whose position start + tap * step is not negative. */
static int32_t mk_depthwise_first(int32_t start, int32_t step)
{
    return (start < 0) ? ((step - 1 - start) / step) : 0;
}

/* One past the last tap whose position is below size, at most count. */
static int32_t mk_depthwise_last(int32_t start, int32_t step, int32_t size, int32_t count)
{
    const int32_t last = (size > start) ? ((size - start + step - 1) / step) : 0;
    return (last < count) ? last : count;
}

static int32_t mk_depthwise_sum(const mk_depthwise_conv_2d_params *p, const mk_depthwise_window *w,
                                const int8_t *in, uint32_t o)
{
    const int8_t *channel = &in[o / p->outputs_per_channel];
    int32_t sum = p->bias[o];
    for (int32_t i = w->from_h; i < w->to_h; i++) {
        const int32_t row = (w->y + i * p->dilation_h) * p->in_w;
        for (int32_t j = w->from_w; j < w->to_w; j++) {
            const int32_t pixel = row + w->x + j * p->dilation_w;
            const int32_t tap = i * p->kernel_w + j;
            sum += ((int32_t)channel[(uint32_t)pixel * p->in_c] - p->in_zero) *
                   p->weights[(uint32_t)tap * p->out_c + o];
        }
    }
    return sum;
}

static void mk_depthwise_pixel(const mk_depthwise_conv_2d_params *p, const mk_depthwise_window *w,
                               const int8_t *in, int8_t *out)
{
    for (uint32_t o = 0U; o < p->out_c; o++) {
        const uint32_t channel = (p->per_channel != 0U) ? o : 0U;
        const int32_t sum = mk_depthwise_sum(p, w, in, o);
        const int32_t scaled = mk_multiply_double(sum, p->multiplier[channel], p->shift[channel]);
        out[o] = (int8_t)mk_clamp(scaled + p->out_zero, p->out_min, p->out_max);
    }
}

void mk_depthwise_conv_2d(const mk_depthwise_conv_2d_params *p, const int8_t *in, int8_t *out)
{
    mk_depthwise_window w;
    for (uint32_t n = 0U; n < p->batches; n++) {
        for (int32_t y = 0; y < p->out_h; y++) {
            w.y = y * p->stride_h - p->pad_top;
            w.from_h = mk_depthwise_first(w.y, p->dilation_h);
            w.to_h = mk_depthwise_last(w.y, p->dilation_h, p->in_h, p->kernel_h);
            for (int32_t x = 0; x < p->out_w; x++) {
                w.x = x * p->stride_w - p->pad_left;
                w.from_w = mk_depthwise_first(w.x, p->dilation_w);
                w.to_w = mk_depthwise_last(w.x, p->dilation_w, p->in_w, p->kernel_w);
                mk_depthwise_pixel(p, &w, in, out);
                out = &out[p->out_c];
            }
        }
        in = &in[(uint32_t)p->in_h * p->in_w * p->in_c];
    }
}
