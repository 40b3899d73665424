/* Sum or difference of two int16 tensors, each with its scale. */
#ifndef MK_WEIGHTED_SUM16_H
#define MK_WEIGHTED_SUM16_H

#include <stdint.h>

#include "mk_broadcast.h"

typedef struct {
    mk_broadcast loops;
    int32_t a_multiplier, b_multiplier, out_multiplier;
    int8_t a_shift, b_shift, out_shift;
    int8_t sign; /* 1 or -1, of b */
    int16_t low, high; /* of the output */
} mk_weighted_sum16_params;

/* out may be an input that does not repeat. */
void mk_weighted_sum16(const mk_weighted_sum16_params *p, const int16_t *a, const int16_t *b,
                       int16_t *out);

#endif
