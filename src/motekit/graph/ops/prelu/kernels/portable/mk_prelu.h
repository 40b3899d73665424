/* Parametric ReLU: negative values are scaled by a slope of their own. */
#ifndef MK_PRELU_H
#define MK_PRELU_H

#include <stdint.h>

#include "mk_broadcast.h"

typedef struct {
    mk_broadcast loops;
    int32_t multiplier;       /* of values from zero on */
    int32_t alpha_multiplier; /* of negative values times alpha */
    int8_t shift;
    int8_t alpha_shift;
    int8_t a_zero, b_zero, out_zero;
} mk_prelu_params;

/* a: values, b: alpha; out may be a. */
void mk_prelu(const mk_prelu_params *p, const int8_t *a, const int8_t *b, int8_t *out);

#endif
