/* Tensors one after the other along an axis. */
#ifndef MK_CONCATENATION_H
#define MK_CONCATENATION_H

#include <stdint.h>

typedef struct {
    const uint32_t *chunk; /* [inputs]: bytes of an input from the axis on */
    uint32_t outer;        /* elements of the axes before */
    uint16_t inputs;
} mk_concatenation_params;

/* in: one pointer an input; none may overlap out. */
void mk_concatenation(const mk_concatenation_params *p, const void *const *in, void *out);

#endif
