/* Larger or smaller of two int8 tensors. */
#ifndef MK_EXTREMUM_H
#define MK_EXTREMUM_H

#include <stdint.h>

#include "mk_broadcast.h"

typedef struct {
    mk_broadcast loops;
    uint8_t larger; /* 1: the larger, 0: the smaller */
} mk_extremum_params;

/* out may be an input that does not repeat. */
void mk_extremum(const mk_extremum_params *p, const int8_t *a, const int8_t *b, int8_t *out);

#endif
