/* Index of the largest int8 value along an axis, the first one of equals. */
#ifndef MK_ARG_MAX_H
#define MK_ARG_MAX_H

#include <stdint.h>

typedef struct {
    uint32_t outer; /* elements of the axes before */
    uint32_t count; /* elements of the axis */
    uint32_t inner; /* elements of the axes after */
} mk_arg_max_params;

void mk_arg_max(const mk_arg_max_params *p, const int8_t *in, int32_t *out);

#endif
