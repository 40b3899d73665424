/* A tensor cut along an axis. */
#ifndef MK_SPLIT_H
#define MK_SPLIT_H

#include <stdint.h>

typedef struct {
    const uint32_t *chunk; /* [outputs]: bytes of an output from the axis on */
    uint32_t outer;        /* elements of the axes before */
    uint16_t outputs;
} mk_split_params;

/* out: one pointer an output; none may overlap in. */
void mk_split(const mk_split_params *p, const void *in, void *const *out);

#endif
