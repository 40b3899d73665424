/* Larger or smaller of two int16 tensors. */
#ifndef MK_EXTREMUM16_H
#define MK_EXTREMUM16_H

#include <stdint.h>

#include "mk_broadcast.h"

typedef struct {
    mk_broadcast loops;
    uint8_t larger; /* 1: the larger, 0: the smaller */
} mk_extremum16_params;

/* out may be an input that does not repeat. */
void mk_extremum16(const mk_extremum16_params *p, const int16_t *a, const int16_t *b,
                   int16_t *out);

#endif
