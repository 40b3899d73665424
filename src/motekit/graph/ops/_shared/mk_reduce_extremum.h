/* Largest or smallest int8 value over axes. */
#ifndef MK_REDUCE_EXTREMUM_H
#define MK_REDUCE_EXTREMUM_H

#include <stdint.h>

#include "mk_reduce.h"

typedef struct {
    mk_reduce loops;
    uint8_t largest; /* 1: the largest, 0: the smallest */
} mk_reduce_extremum_params;

/* in and out must not overlap. */
void mk_reduce_extremum(const mk_reduce_extremum_params *p, const int8_t *in, int8_t *out);

#endif
