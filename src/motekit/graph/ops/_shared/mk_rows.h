/* Rows of an image for kernels that work row by row, so that a program may run a whole layer or
 * feed several layers a few rows at a time through ring buffers. */
#ifndef MK_ROWS_H
#define MK_ROWS_H

#include <stdint.h>

typedef struct {
    const int8_t *in;
    int8_t *out;
    void *scratch;             /* 4-byte aligned */
    uint16_t first, last;      /* output rows [first, last) */
    uint16_t in_ring;          /* row y of the input is in place y % in_ring */
    uint16_t out_ring;
} mk_rows;

#endif
