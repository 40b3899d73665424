/* Elementwise function of int16 values that is straight above and below zero. */
#ifndef MK_SLOPES16_H
#define MK_SLOPES16_H

#include <stdint.h>

typedef struct {
    uint32_t size;
    int32_t above, below; /* multipliers of values from 0 on, and below */
    int8_t above_shift, below_shift;
    int16_t low, high; /* of the output */
} mk_slopes16_params;

/* out may be in. */
void mk_slopes16(const mk_slopes16_params *p, const int16_t *in, int16_t *out);

#endif
