/* Product of two int16 tensors. */
#ifndef MK_MUL16_H
#define MK_MUL16_H

#include <stdint.h>

#include "mk_broadcast.h"

typedef struct {
    mk_broadcast loops;
    int32_t multiplier;
    int8_t shift;
    int16_t low, high; /* of the output */
} mk_mul16_params;

/* out may be an input that does not repeat. */
void mk_mul16(const mk_mul16_params *p, const int16_t *a, const int16_t *b, int16_t *out);

#endif
