#include "mk_conv_patches.h"

typedef struct {
    const mk_conv_patches_params *p;
    const int8_t *row[MK_CONV_PATCHES_RUNS]; /* rows under the kernel, null where there is none */
    int8_t *blank;                           /* a run of zero points */
    mk_matrix_call call;
    uint32_t slot;                           /* the next row of the block */
} mk_conv_patches_state;

static void mk_conv_patches_blank(const mk_conv_patches_state *s)
{
    const uint32_t bytes = (uint32_t)s->p->run_pixels * s->p->in_c;
    for (uint32_t i = 0U; i < bytes; i++) {
        s->blank[i] = s->p->in_zero;
    }
}

/* Expands runs to `to`, the fours first, and what is left to `rest`; returns where it ended. */
static uint32_t *mk_conv_patches_runs(const mk_conv_patches_params *p, const int8_t *const *run,
                                      uint32_t count, uint32_t *to, int8_t *rest)
{
    const uint32_t bytes = (uint32_t)p->run_pixels * p->in_c;
    const uint32_t fours = bytes & ~3U;
    if (fours != 0U) {
        mk_matrix_gather(run, count, fours, to);
    }
    for (uint32_t i = 0U; (fours != bytes) && (i < count); i++) {
        for (uint32_t j = fours; j < bytes; j++) {
            *rest = run[i][j];
            rest++;
        }
    }
    return &to[MK_MATRIX_QUAD * (fours / 4U) * count];
}

/* The runs of one row of the kernel as they would be if the image had a border. */
static void mk_conv_patches_border(const mk_conv_patches_state *s, const int8_t *row, int32_t x)
{
    const mk_conv_patches_params *p = s->p;
    int8_t *to = s->blank;
    for (int32_t i = x; i < x + (int32_t)p->run_pixels; i++) {
        const int inside = (row != 0) && (i >= 0) && (i < (int32_t)p->in_w);
        for (uint32_t c = 0U; c < p->in_c; c++) {
            *to = inside ? row[(uint32_t)i * p->in_c + c] : p->in_zero;
            to++;
        }
    }
}

/* The patch of the window whose left column is x. */
static void mk_conv_patches_pixel(const mk_conv_patches_state *s, int32_t x)
{
    const mk_conv_patches_params *p = s->p;
    const uint32_t left = ((uint32_t)p->run_pixels * p->in_c) & 3U;
    uint32_t *to = &s->call.patch[s->slot];
    const int8_t *run[MK_CONV_PATCHES_RUNS];
    int8_t rest[3U * MK_CONV_PATCHES_RUNS];
    uint32_t count = 0U;
    int partial = 0;
    for (uint32_t i = 0U; i < p->kernel_h; i++) {
        int32_t column = x;
        for (uint32_t j = 0U; j < p->runs_w; j++) {
            const int inside = (column >= 0) && (column + p->run_pixels <= (int32_t)p->in_w);
            const int8_t *row = s->row[i];
            partial |= !inside;
            run[count] = ((row != 0) && inside) ? &row[(uint32_t)column * p->in_c] : s->blank;
            count++;
            column += p->dilation_w;
        }
    }
    if (partial && (p->run_pixels > 1U)) {
        for (uint32_t i = 0U; i < count; i++) {
            const int8_t *const one = s->blank;
            mk_conv_patches_border(s, s->row[i], x);
            to = mk_conv_patches_runs(p, &one, 1U, to, &rest[left * i]);
        }
        mk_conv_patches_blank(s);
    } else {
        to = mk_conv_patches_runs(p, run, count, to, rest);
    }
    mk_matrix_expand(rest, to, left * count);
}

static void mk_conv_patches_row(mk_conv_patches_state *s, int8_t *out, int32_t x)
{
    const mk_conv_patches_params *p = s->p;
    for (uint32_t i = 0U; i < p->out_w; i++) {
        mk_conv_patches_pixel(s, x);
        s->call.out[s->slot] = out;
        s->slot++;
        if (s->slot == MK_MATRIX_ROWS) {
            mk_matrix_rows(&s->call);
            s->slot = 0U;
        }
        out = &out[p->out_c];
        x += p->stride_w;
    }
}

void mk_conv_patches(const mk_conv_patches_params *p, const mk_rows *rows)
{
    const uint32_t count = (uint32_t)p->out_w * (uint32_t)(rows->last - rows->first);
    const uint32_t pitch = (uint32_t)p->in_w * p->in_c;
    uint32_t *patch = rows->scratch;
    mk_conv_patches_state s;
    s.p = p;
    s.call.params = &p->matrix;
    s.call.patch = patch;
    s.call.in[0] = 0;
    s.call.blocks = 1U;
    s.call.sums = (int32_t *)(void *)&patch[p->patch_words];
    s.blank = (int8_t *)&patch[p->patch_words + mk_matrix_sums(&p->matrix)];
    s.slot = (MK_MATRIX_ROWS - count % MK_MATRIX_ROWS) % MK_MATRIX_ROWS; /* the first is short */
    mk_conv_patches_blank(&s);
    for (uint32_t y = rows->first; y < rows->last; y++) {
        int8_t *out = &rows->out[(y % rows->out_ring) * p->out_w * p->out_c];
        int32_t from = (int32_t)(y * p->stride_h) - (int32_t)p->pad_top;
        for (uint32_t i = 0U; i < p->kernel_h; i++) {
            const int inside = (from >= 0) && (from < (int32_t)p->in_h);
            s.row[i] = inside ? &rows->in[((uint32_t)from % rows->in_ring) * pitch] : 0;
            from += p->dilation_h;
        }
        for (uint32_t i = 0U; (y == rows->first) && (i < s.slot); i++) {
            s.call.out[i] = out; /* rows of the block that no pixel fills */
        }
        mk_conv_patches_row(&s, out, -(int32_t)p->pad_left);
    }
}
