/* Product of two int8 tensors. */
#ifndef MK_MUL_H
#define MK_MUL_H

#include <stdint.h>

#include "mk_broadcast.h"

typedef struct {
    mk_broadcast loops;
    int32_t multiplier;
    int8_t shift;
    int8_t a_zero, b_zero, out_zero;
    int8_t out_min, out_max;
} mk_mul_params;

/* out may be an input that does not repeat. */
void mk_mul(const mk_mul_params *p, const int8_t *a, const int8_t *b, int8_t *out);

#endif
