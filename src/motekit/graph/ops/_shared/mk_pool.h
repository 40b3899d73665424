/* What the pooling kernels share. */
#ifndef MK_POOL_H
#define MK_POOL_H

#include <stdint.h>

/* The rows and columns of a window that exist. */
typedef struct {
    int32_t top, bottom; /* rows [top, bottom) */
    int32_t left, right;
} mk_pool_window;

#endif
