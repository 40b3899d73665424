/* Softmax of int16 rows; outputs have 15 fraction bits. */
#ifndef MK_SOFTMAX_WIDE_H
#define MK_SOFTMAX_WIDE_H

#include <stdint.h>

typedef struct {
    const int16_t *exponentials; /* [513]: exp(-10) ... exp(0) in Q0.15 */
    const int16_t *reciprocals;  /* [513]: 1 / (1 + f), f = 0 ... 1, in Q0.15 */
    int32_t multiplier;          /* takes x - max to 65,535 steps for 10 */
    int8_t shift;
    uint16_t rows;
    uint16_t size; /* elements of a row */
} mk_softmax_wide_params;

/* in and out: [rows][size]; out may be in. */
void mk_softmax_wide(const mk_softmax_wide_params *p, const int16_t *in, int16_t *out);

#endif
