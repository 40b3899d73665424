/* Slices of an int8 tensor along an axis, chosen by index. */
#ifndef MK_GATHER_H
#define MK_GATHER_H

#include <stdint.h>

typedef struct {
    uint32_t outer;   /* elements of the axes before */
    uint32_t count;   /* elements of the axis, at least 1 */
    uint32_t run;     /* bytes of a slice */
    uint32_t indices; /* how many */
} mk_gather_params;

/* index: below 0 counts as 0, too large as the last one. in and out must not overlap. */
void mk_gather(const mk_gather_params *p, const int8_t *in, const int32_t *index, int8_t *out);

#endif
