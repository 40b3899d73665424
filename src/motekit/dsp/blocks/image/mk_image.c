/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_image.h"

/* Behind it lie the sums of the source row under way, those of the output row under way, and the
 * finished output rows. */
typedef struct {
    uint16_t x; /* of the next source pixel */
    uint16_t y;
    uint16_t column; /* output column and row under way */
    uint16_t row;
    uint16_t across; /* parts of a source pixel that the column and the row still want */
    uint16_t down;
} mk_image_state;

static uint32_t line_size(const mk_image_params *p)
{
    return (uint32_t)p->out_width * p->colours;
}

static uint32_t *line_of(mk_image_state *s)
{
    return (uint32_t *)(void *)&s[1];
}

static uint8_t *pixels_of(const mk_image_params *p, mk_image_state *s)
{
    return (uint8_t *)(void *)&line_of(s)[2U * line_size(p)];
}

static void clear(uint32_t *sums, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        sums[i] = 0;
    }
}

void mk_image_init(const mk_image_params *p, void *state)
{
    mk_image_state *const s = (mk_image_state *)state;
    s->x = 0;
    s->y = 0;
    s->column = 0;
    s->row = 0;
    s->across = p->width;
    s->down = p->height;
    clear(line_of(s), 2U * line_size(p));
}

static uint32_t value_of(mk_sample v)
{
#if MK_SAMPLE_F32
    if (!(v > 0.0F)) {
        return 0;
    }
    return (v >= 255.0F) ? 255U : (uint32_t)(v + 0.5F);
#else
    return (v < 0) ? 0U : ((v > 255) ? 255U : (uint32_t)v);
#endif
}

/* The colours of a source pixel. */
static void colours_of(const mk_image_params *p, const mk_sample *frame, uint32_t *colours)
{
    for (uint32_t c = 0; c < p->channels; c++) {
        colours[c] = value_of(frame[c]);
    }
    if (p->colours < p->channels) {
        const uint32_t luma =
            (colours[0] * 19595U) + (colours[1] * 38470U) + (colours[2] * 7471U);
        colours[0] = (luma + 32768U) >> 16;
    }
}

/* The output row under way is complete. */
static void end_row(const mk_image_params *p, mk_image_state *s)
{
    const uint32_t size = line_size(p);
    uint32_t *const sums = &line_of(s)[size];
    uint8_t *const to = &pixels_of(p, s)[s->row * size];
    const uint32_t total = (uint32_t)p->width * p->height;
    for (uint32_t i = 0; i < size; i++) {
        to[i] = (uint8_t)((sums[i] + (total / 2U)) / total);
    }
    clear(sums, size);
    s->row++;
}

/* The source row under way is complete: it lies under one output row or two. */
static void end_line(const mk_image_params *p, mk_image_state *s)
{
    const uint32_t size = line_size(p);
    uint32_t *const line = line_of(s);
    uint32_t left = p->out_height;
    while (left > 0U) {
        const uint32_t part = (left < s->down) ? left : s->down;
        for (uint32_t i = 0; i < size; i++) {
            line[size + i] += line[i] * part;
        }
        left -= part;
        s->down = (uint16_t)(s->down - part);
        if (s->down == 0U) {
            end_row(p, s);
            s->down = p->height;
        }
    }
    clear(line, size);
    s->column = 0;
    s->across = p->width;
}

/* A pixel lies under one output column or two. */
static void add_pixel(const mk_image_params *p, mk_image_state *s, const uint32_t *colours)
{
    uint32_t left = p->out_width;
    while (left > 0U) {
        const uint32_t part = (left < s->across) ? left : s->across;
        uint32_t *const to = &line_of(s)[(uint32_t)s->column * p->colours];
        for (uint32_t c = 0; c < p->colours; c++) {
            to[c] += colours[c] * part;
        }
        left -= part;
        s->across = (uint16_t)(s->across - part);
        if (s->across == 0U) {
            s->column++;
            s->across = p->width;
        }
    }
}

/* Whether the pixel at `at` of `size` is the one in the middle of output pixel `out` of `count`. */
static uint32_t middle(uint32_t at, uint32_t out, uint32_t size, uint32_t count)
{
    return (at == ((((2U * out) + 1U) * size) / (2U * count))) ? 1U : 0U;
}

/* The same for the nearest pixel: column and row are those of the next one that is kept. */
static void keep_pixel(const mk_image_params *p, mk_image_state *s, const uint32_t *colours)
{
    const uint32_t x = (uint32_t)s->x - p->left;
    const uint32_t y = (uint32_t)s->y - p->top;
    if ((s->row >= p->out_height) || (middle(y, s->row, p->height, p->out_height) == 0U)) {
        return;
    }
    if ((s->column < p->out_width) && (middle(x, s->column, p->width, p->out_width) != 0U)) {
        uint8_t *const to = &pixels_of(
            p, s)[(((uint32_t)s->row * p->out_width) + s->column) * p->colours];
        for (uint32_t c = 0; c < p->colours; c++) {
            to[c] = (uint8_t)colours[c];
        }
        s->column++;
    }
    if ((x + 1U) == p->width) {
        s->column = 0;
        s->row++;
    }
}

void mk_image_step(const mk_image_params *p, void *state, const mk_sample *frame)
{
    mk_image_state *const s = (mk_image_state *)state;
    const uint32_t inside = ((s->x >= p->left) && (s->y >= p->top) &&
                             (s->x < (p->left + p->width)) && (s->y < (p->top + p->height)))
        ? 1U : 0U;
    if (inside != 0U) {
        uint32_t colours[3];
        colours_of(p, frame, colours);
        if (p->nearest != 0U) {
            keep_pixel(p, s, colours);
        } else {
            add_pixel(p, s, colours);
            if ((s->x + 1U) == ((uint32_t)p->left + p->width)) {
                end_line(p, s);
            }
        }
    }
    s->x++;
    if (s->x == p->source_width) {
        s->x = 0;
        s->y++;
    }
}

int32_t mk_image_pixel(const mk_image_params *p, void *state, const uint16_t place[3])
{
    mk_image_state *const s = (mk_image_state *)state;
    const uint32_t row = (uint32_t)place[0] - p->out_top; /* wraps above it */
    const uint32_t column = (uint32_t)place[1] - p->out_left;
    if ((row >= p->out_height) || (column >= p->out_width)) {
        return 0;
    }
    const uint32_t colour = (p->backwards != 0U) ? (2U - place[2]) : place[2];
    return pixels_of(p, s)[(((row * p->out_width) + column) * p->colours) + colour];
}
