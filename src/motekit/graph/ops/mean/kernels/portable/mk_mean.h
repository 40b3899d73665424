/* Mean over axes, int8. */
#ifndef MK_MEAN_H
#define MK_MEAN_H

#include <stdint.h>

#include "mk_reduce.h"

typedef struct {
    mk_reduce loops;
    int32_t bias;       /* input zero point times the elements of a mean */
    int32_t multiplier; /* divides by the number of elements, too */
    int8_t shift;
    int8_t out_zero;
} mk_mean_params;

/* in and out must not overlap. */
void mk_mean(const mk_mean_params *p, const int8_t *in, int8_t *out);

#endif
