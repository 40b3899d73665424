/* Average over a sliding window, int8, NHWC; pixels outside the image do not count. */
#ifndef MK_AVERAGE_POOL_2D_H
#define MK_AVERAGE_POOL_2D_H

#include <stdint.h>

typedef struct {
    uint16_t batches;
    uint16_t in_h, in_w, channels;
    uint16_t out_h, out_w;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    uint16_t pad_top, pad_left;
    int8_t out_min;
    int8_t out_max;
} mk_average_pool_2d_params;

/* in: [batches][in_h][in_w][channels], out: [batches][out_h][out_w][channels]. */
void mk_average_pool_2d(const mk_average_pool_2d_params *p, const int8_t *in, int8_t *out);

#endif
