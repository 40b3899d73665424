/* Loops over two int8 inputs that broadcast to one dense output. */
#ifndef MK_BROADCAST_H
#define MK_BROADCAST_H

#include <stdint.h>

#define MK_BROADCAST_LOOPS 4

typedef struct {
    int32_t count[MK_BROADCAST_LOOPS];    /* outermost loop first */
    int32_t a_stride[MK_BROADCAST_LOOPS]; /* elements; 0 where a repeats */
    int32_t b_stride[MK_BROADCAST_LOOPS];
} mk_broadcast;

/* Where the innermost loop runs. */
typedef struct {
    const int8_t *a;
    const int8_t *b;
    int8_t *out;
} mk_broadcast_run;

/* One run of the innermost loop. */
typedef void (*mk_broadcast_inner)(const void *params, const mk_broadcast_run *at);

static inline void mk_broadcast_walk(const mk_broadcast *w, const mk_broadcast_run *start,
                                     mk_broadcast_inner inner, const void *params)
{
    mk_broadcast_run at = *start;
    for (int32_t i = 0; i < w->count[0]; i++) {
        for (int32_t j = 0; j < w->count[1]; j++) {
            for (int32_t k = 0; k < w->count[2]; k++) {
                at.a = &start->a[i * w->a_stride[0] + j * w->a_stride[1] + k * w->a_stride[2]];
                at.b = &start->b[i * w->b_stride[0] + j * w->b_stride[1] + k * w->b_stride[2]];
                inner(params, &at);
                at.out = &at.out[w->count[3]];
            }
        }
    }
}

#endif
