#include "mk_resize_nearest.h"

#include "mk_run.h"

/* One output row; returns where the next one begins. */
static int8_t *mk_resize_nearest_row(const mk_resize_nearest_params *p, const int8_t *row,
                                     int8_t *out)
{
    for (uint32_t x = 0U; x < p->out_w; x++) {
        mk_run(out, &row[(uint32_t)p->columns[x] * p->in_c], p->in_c);
        out = &out[p->in_c];
    }
    return out;
}

void mk_resize_nearest(const mk_resize_nearest_params *p, const int8_t *in, int8_t *out)
{
    const uint32_t pitch = (uint32_t)p->in_w * p->in_c;
    for (uint32_t n = 0U; n < p->batches; n++) {
        for (uint32_t y = 0U; y < p->out_h; y++) {
            out = mk_resize_nearest_row(p, &in[p->rows[y] * pitch], out);
        }
        in = &in[p->in_h * pitch];
    }
}
