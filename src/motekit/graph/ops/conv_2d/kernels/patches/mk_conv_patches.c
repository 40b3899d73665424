#include "mk_conv_patches.h"

#include "mk_config.h"

typedef struct {
    const mk_conv_patches_params *p;
    mk_matrix_run *row; /* under each row of the kernel; the blank one does not move */
    mk_matrix_run *run; /* of windows that are not inside the image */
    int8_t *blank; /* zero points, as many as a run has bytes */
    mk_matrix_call call;
    uint32_t slot; /* the next row of the block */
    int8_t *out;   /* the next pixel */
} mk_conv_patches_state;

static void mk_conv_patches_fill(int8_t *to, int8_t value, uint32_t count)
{
    for (uint32_t i = 0U; i < count; i++) {
        to[i] = value;
    }
}

/* The patch of the next pixel is ready. */
static void mk_conv_patches_next(mk_conv_patches_state *s)
{
    s->call.out[s->slot] = s->out;
    s->out = &s->out[s->p->out_c];
    s->slot++;
    if (s->slot == MK_MATRIX_ROWS) {
        mk_matrix_rows(&s->call);
        s->slot = 0U;
    }
}

/* The rows of the input under the kernel for row y of the output. */
static void mk_conv_patches_rows(const mk_conv_patches_state *s, const mk_rows *rows, uint32_t y)
{
    const mk_conv_patches_params *p = s->p;
    uint32_t from = y * p->stride_h - p->pad_top; /* wraps above the image */
    for (uint32_t i = 0U; i < p->kernel_h; i++) {
        const int inside = from < p->in_h;
        const uint32_t at = inside ? ((from % rows->in_ring) * p->in_w * p->in_c) : 0U;
        s->row[i].at = inside ? &rows->in[at] : s->blank;
        s->row[i].move = inside ? UINTPTR_MAX : 0U;
        from += p->dilation_h;
    }
}

/* Windows inside the image, by rows of the kernel. */
static void mk_conv_patches_inner(mk_conv_patches_state *s)
{
    const mk_conv_patches_params *p = s->p;
    const mk_matrix_runs runs = {s->row, p->kernel_h, p->run_bytes};
    const uint32_t step = (uint32_t)p->stride_w * p->in_c;
    uint32_t at = (uint32_t)p->inner_from * step - (uint32_t)p->pad_left * p->in_c;
    for (uint32_t x = p->inner_from; x < p->inner_to; x++) {
        mk_matrix_gather(&runs, at, &s->call.patch[s->slot]);
        mk_conv_patches_next(s);
        at += step;
    }
}

#ifdef MK_PATCHES_TAPS
/* One window, tap by tap. */
static void mk_conv_patches_taps(const mk_conv_patches_state *s, int32_t x)
{
    const mk_conv_patches_params *p = s->p;
    const mk_matrix_runs runs = {s->run, (uint32_t)p->kernel_h * p->kernel_w, p->in_c};
    mk_matrix_run *run = s->run;
    for (uint32_t i = 0U; i < p->kernel_h; i++) {
        const mk_matrix_run *row = &s->row[i];
        for (int32_t j = 0; j < (int32_t)p->kernel_w; j++) {
            const int32_t column = x + j * (int32_t)p->dilation_w;
            const int inside = (row->move != 0U) && (column >= 0) && (column < (int32_t)p->in_w);
            run->at = inside ? &row->at[(uint32_t)column * p->in_c] : s->blank;
            run->move = 0U;
            run++;
        }
    }
    mk_matrix_gather(&runs, 0U, &s->call.patch[s->slot]);
}
#endif

#ifdef MK_PATCHES_SIDES
/* One window over the side of the image, its bytes copied run by run. */
static void mk_conv_patches_side(const mk_conv_patches_state *s, int32_t x)
{
    const mk_conv_patches_params *p = s->p;
    const mk_matrix_runs runs = {s->run, p->kernel_h, p->run_bytes};
    const int32_t over = x + (int32_t)p->kernel_w - (int32_t)p->in_w;
    const uint32_t before = (x < 0) ? ((uint32_t)-x * p->in_c) : 0U;
    const uint32_t past = (over > 0) ? ((uint32_t)over * p->in_c) : 0U;
    const uint32_t after = (past < p->run_bytes) ? (p->run_bytes - past) : 0U;
    int8_t *copy = s->blank;
    for (uint32_t i = 0U; i < p->kernel_h; i++) {
        const int8_t *from = s->row[i].at;
        copy = &copy[p->run_bytes];
        mk_conv_patches_fill(copy, p->in_zero, p->run_bytes);
        for (uint32_t j = before; (s->row[i].move != 0U) && (j < after); j++) {
            copy[j] = from[x * (int32_t)p->in_c + (int32_t)j];
        }
        s->run[i].at = copy;
        s->run[i].move = 0U;
    }
    mk_matrix_gather(&runs, 0U, &s->call.patch[s->slot]);
}
#endif

static void mk_conv_patches_outer(mk_conv_patches_state *s, uint32_t column)
{
    const int32_t x = (int32_t)(column * s->p->stride_w) - (int32_t)s->p->pad_left;
    (void)x;
#if defined(MK_PATCHES_TAPS) && defined(MK_PATCHES_SIDES)
    if (s->p->taps != 0U) {
        mk_conv_patches_taps(s, x);
    } else {
        mk_conv_patches_side(s, x);
    }
#elif defined(MK_PATCHES_TAPS)
    mk_conv_patches_taps(s, x);
#elif defined(MK_PATCHES_SIDES)
    mk_conv_patches_side(s, x);
#endif
    mk_conv_patches_next(s);
}

void mk_conv_patches(const mk_conv_patches_params *p, const mk_rows *rows)
{
    const uint32_t count = (uint32_t)p->out_w * (uint32_t)(rows->last - rows->first);
    mk_conv_patches_state s;
    s.p = p;
    s.row = rows->scratch;
    s.run = &s.row[p->kernel_h];
    s.call.params = &p->matrix;
    s.call.patch = (uint32_t *)(void *)&s.run[p->runs];
    s.call.in[0] = 0;
    s.call.blocks = 1U;
    s.call.sums = (int32_t *)(void *)&s.call.patch[p->patch_words];
    s.blank = (int8_t *)&s.call.sums[mk_matrix_sums(&p->matrix)];
    s.slot = (MK_MATRIX_ROWS - count % MK_MATRIX_ROWS) % MK_MATRIX_ROWS; /* the first is short */
    mk_conv_patches_fill(s.blank, p->in_zero, p->run_bytes);
    for (uint32_t y = rows->first; y < rows->last; y++) {
        s.out = &rows->out[(y % rows->out_ring) * p->out_w * p->out_c];
        for (uint32_t i = 0U; (y == rows->first) && (i < s.slot); i++) {
            s.call.out[i] = s.out; /* rows of the block that no pixel fills */
        }
        mk_conv_patches_rows(&s, rows, y);
        for (uint32_t x = 0U; x < p->inner_from; x++) {
            mk_conv_patches_outer(&s, x);
        }
        mk_conv_patches_inner(&s);
        for (uint32_t x = p->inner_to; x < p->out_w; x++) {
            mk_conv_patches_outer(&s, x);
        }
    }
}
