/* Loops of a reduction: three over what is kept, three over what is reduced. */
#ifndef MK_REDUCE_H
#define MK_REDUCE_H

#include <stdint.h>

#define MK_REDUCE_LOOPS 3

typedef struct {
    int32_t kept[MK_REDUCE_LOOPS]; /* counts, outermost first */
    int32_t kept_stride[MK_REDUCE_LOOPS];
    int32_t gone[MK_REDUCE_LOOPS];
    int32_t gone_stride[MK_REDUCE_LOOPS];
} mk_reduce;

#endif
