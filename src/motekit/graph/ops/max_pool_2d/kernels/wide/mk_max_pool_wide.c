#include "mk_max_pool_wide.h"

#include "mk_requantize.h"

/* The rows and columns of a window that exist. */
typedef struct {
    int32_t top, bottom; /* rows [top, bottom) */
    int32_t left, right;
} mk_max_pool_wide_window;

static int32_t mk_max_pool_wide_least(int32_t a, int32_t b)
{
    return (a < b) ? a : b;
}

static int32_t mk_max_pool_wide_value(const mk_max_pool_wide_params *p,
                                     const mk_max_pool_wide_window *w, const int16_t *channel)
{
    int32_t best = INT16_MIN;
    for (int32_t i = w->top; i < w->bottom; i++) {
        for (int32_t j = w->left; j < w->right; j++) {
            const int32_t value = channel[(uint32_t)(i * p->in_w + j) * p->channels];
            best = (value > best) ? value : best;
        }
    }
    return best;
}

void mk_max_pool_wide(const mk_max_pool_wide_params *p, const int16_t *in, int16_t *out)
{
    mk_max_pool_wide_window w;
    for (uint32_t n = 0U; n < p->batches; n++) {
        for (int32_t y = 0; y < p->out_h; y++) {
            const int32_t row = y * p->stride_h - p->pad_top;
            w.top = (row > 0) ? row : 0;
            w.bottom = mk_max_pool_wide_least(row + p->kernel_h, p->in_h);
            for (int32_t x = 0; x < p->out_w; x++) {
                const int32_t column = x * p->stride_w - p->pad_left;
                w.left = (column > 0) ? column : 0;
                w.right = mk_max_pool_wide_least(column + p->kernel_w, p->in_w);
                for (uint32_t c = 0U; c < p->channels; c++) {
                    const int32_t value = mk_max_pool_wide_value(p, &w, &in[c]);
                    out[c] = (int16_t)mk_clamp(value, p->low, p->high);
                }
                out = &out[p->channels];
            }
        }
        in = &in[(uint32_t)p->in_h * p->in_w * p->channels];
    }
}
