/* Softmax of int8 rows in fixed point; output scale 1/256, zero point -128. */
#ifndef MK_SOFTMAX_H
#define MK_SOFTMAX_H

#include <stdint.h>

typedef struct {
    int32_t multiplier; /* takes (x - max) << left_shift to Q5.26 */
    int32_t diff_min;   /* smallest x - max whose exponential counts, <= 0 */
    uint16_t rows;
    uint16_t size;      /* elements of a row, 1 to 4,096 */
    uint8_t left_shift;
} mk_softmax_params;

/* in and out: [rows][size]; out may be in. */
void mk_softmax(const mk_softmax_params *p, const int8_t *in, int8_t *out);

#endif
