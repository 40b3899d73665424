/* Softmax of int8 rows with a table of exponentials; output scale 1/256, zero point -128. */
#ifndef MK_SOFTMAX_TABLE_H
#define MK_SOFTMAX_TABLE_H

#include <stdint.h>

typedef struct {
    const int32_t *exponentials; /* [count]: of max - x = 0, 1, 2 ..., Q0.31; 0 from there on */
    uint16_t count;
    uint16_t rows;
    uint16_t size; /* elements of a row, 1 to 511 */
} mk_softmax_table_params;

/* in and out: [rows][size]; out may be in. */
void mk_softmax_table(const mk_softmax_table_params *p, const int8_t *in, int8_t *out);

#endif
