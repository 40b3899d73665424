/* Max over a sliding window, int16, NHWC; pixels outside the image do not count. */
#ifndef MK_MAX_POOL_WIDE_H
#define MK_MAX_POOL_WIDE_H

#include <stdint.h>

typedef struct {
    uint16_t batches;
    uint16_t in_h, in_w, channels;
    uint16_t out_h, out_w;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    uint16_t pad_top, pad_left;
    int16_t out_min;
    int16_t out_max;
} mk_max_pool_wide_params;

/* in: [batches][in_h][in_w][channels], out: [batches][out_h][out_w][channels]. */
void mk_max_pool_wide(const mk_max_pool_wide_params *p, const int16_t *in, int16_t *out);

#endif
