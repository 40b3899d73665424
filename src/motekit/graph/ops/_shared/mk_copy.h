/* Copies a regular part of one tensor into a regular part of another, element by element. */
#ifndef MK_COPY_H
#define MK_COPY_H

#include <stdint.h>

#define MK_COPY_LOOPS 5

typedef struct {
    int32_t count[MK_COPY_LOOPS];      /* outermost loop first */
    int32_t in_stride[MK_COPY_LOOPS];  /* bytes, may be negative */
    int32_t out_stride[MK_COPY_LOOPS]; /* bytes */
    int32_t in_start;                  /* bytes */
    int32_t out_start;
    int32_t fill_bytes; /* of the output, set to `fill` first */
    uint16_t run;       /* bytes of an element */
    int8_t fill;
} mk_copy_params;

/* in and out must not overlap. */
void mk_copy(const mk_copy_params *p, const void *in, void *out);

#endif
