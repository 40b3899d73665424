/* Mean over axes, int16. */
#ifndef MK_MEAN_WIDE_H
#define MK_MEAN_WIDE_H

#include <stdint.h>

#include "mk_reduce.h"

typedef struct {
    mk_reduce loops;
    int32_t multiplier; /* divides by the number of elements, too */
    int8_t shift;
} mk_mean_wide_params;

/* in and out must not overlap. */
void mk_mean_wide(const mk_mean_wide_params *p, const int16_t *in, int16_t *out);

#endif
