/* Layers that run row by row, each as far as it can go: no row is computed twice, and of what
 * lies between two layers only the rows still needed are kept.
 *
 * A layer makes rows in order, padding above and below them included, so that whoever reads them
 * sees one run of rows. The last ones have a place, one after the other; before a row comes that
 * has none, the others move down. Of all layers that have the rows they need, the last one goes
 * first.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_STREAM_H
#define MK_STREAM_H

#include <stdint.h>

#define MK_STREAM_INPUTS 2U
#define MK_STREAM_NONE 0xFFU

typedef struct {
    uint32_t at;         /* of its rows, bytes from the start of the arena */
    uint16_t pitch;      /* bytes of a row */
    uint16_t kept;       /* rows that have a place */
    uint16_t rows;       /* without padding */
    uint8_t above;       /* rows of padding */
    uint8_t below;
    uint8_t step;        /* rows made at a time; 0: all are there from the start */
    int8_t zero;         /* what padding holds */
    uint8_t take;        /* rows of its inputs from one step to the next */
    uint8_t window;      /* rows of its inputs that a step sees */
    uint8_t from[MK_STREAM_INPUTS];  /* layers whose rows it reads, or MK_STREAM_NONE */
    uint8_t start[MK_STREAM_INPUTS]; /* row of each that its first step sees first */
} mk_stream_layer;

/* One step of one layer. */
typedef struct {
    const int8_t *in[MK_STREAM_INPUTS];
    int8_t *out;
    uint32_t row; /* of the output, padding not counted */
} mk_stream_step;

typedef struct {
    const mk_stream_layer *layers; /* in an order in which rows are made before they are read */
    uint32_t count;                /* at most MK_STREAM_NONE */
    void (*run)(int8_t *arena, uint32_t layer, const mk_stream_step *step);
} mk_stream_group;

/* made: one a layer. */
void mk_stream(const mk_stream_group *group, int8_t *arena, uint16_t *made);

#endif
