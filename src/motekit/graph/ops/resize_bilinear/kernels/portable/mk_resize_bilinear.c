#include "mk_resize_bilinear.h"

#define MK_PIXEL 1024 /* weights of two pixels sum to this */

/* The four pixels of a mix, and the weights of the lower row and the right column. */
typedef struct {
    const int8_t *at[4]; /* upper left, upper right, lower left, lower right */
    int32_t down, right;
} mk_resize_mix;

/* value / 2^20, rounded to nearest, halves away from zero. |value| is at most 2^27. */
static int32_t mk_resize_rounded(int32_t value)
{
    const int32_t half = (int32_t)1 << 19U;
    return (value + ((value > 0) ? half : -half)) / (MK_PIXEL * MK_PIXEL);
}

static void mk_resize_pixel(const mk_resize_mix *m, uint32_t channels, int8_t *out)
{
    const int32_t up = MK_PIXEL - m->down;
    const int32_t left = MK_PIXEL - m->right;
    for (uint32_t c = 0U; c < channels; c++) {
        const int32_t upper = left * m->at[0][c] + m->right * m->at[1][c];
        const int32_t lower = left * m->at[2][c] + m->right * m->at[3][c];
        out[c] = (int8_t)mk_resize_rounded(up * upper + m->down * lower);
    }
}

void mk_resize_bilinear(const mk_resize_bilinear_params *p, const int8_t *in, int8_t *out)
{
    const uint32_t pitch = (uint32_t)p->in_w * p->in_c;
    for (uint32_t n = 0U; n < p->batches; n++) {
        for (uint32_t y = 0U; y < p->out_h; y++) {
            const int16_t *row = &p->rows[3U * y];
            const int8_t *upper = &in[(uint32_t)row[0] * pitch];
            const int8_t *lower = &in[(uint32_t)row[1] * pitch];
            for (uint32_t x = 0U; x < p->out_w; x++) {
                const int16_t *column = &p->columns[3U * x];
                const uint32_t left = (uint32_t)column[0] * p->in_c;
                const uint32_t right = (uint32_t)column[1] * p->in_c;
                const mk_resize_mix m = {
                    {&upper[left], &upper[right], &lower[left], &lower[right]}, row[2], column[2]};
                mk_resize_pixel(&m, p->in_c, out);
                out = &out[p->in_c];
            }
        }
        in = &in[p->in_h * pitch];
    }
}
