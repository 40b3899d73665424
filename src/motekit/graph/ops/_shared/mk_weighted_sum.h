/* Scaled sum or difference of two int8 tensors: both are moved up 20 bits, scaled to a common
 * scale, and their sum scaled to the output's. */
#ifndef MK_WEIGHTED_SUM_H
#define MK_WEIGHTED_SUM_H

#include <stdint.h>

#include "mk_broadcast.h"

typedef struct {
    mk_broadcast loops;
    int32_t a_multiplier, b_multiplier, out_multiplier;
    int8_t a_shift, b_shift, out_shift; /* 0 or negative */
    int8_t sign;                        /* of b: 1 or -1 */
    int8_t a_zero, b_zero, out_zero;
    int8_t out_min, out_max;
} mk_weighted_sum_params;

/* out may be an input that does not repeat. */
void mk_weighted_sum(const mk_weighted_sum_params *p, const int8_t *a, const int8_t *b, int8_t *out);

#endif
