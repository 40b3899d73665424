/* Average over a sliding window, int8, NHWC, four channels at a time. */
#ifndef MK_AVERAGE_POOL_FOURS_H
#define MK_AVERAGE_POOL_FOURS_H

#include <stdint.h>

typedef struct {
    uint16_t in_h, in_w, channels; /* channels: a multiple of 4 */
    uint16_t out_h, out_w;
    uint16_t kernel_h, kernel_w;   /* at most 255 pixels, all inside the image */
    uint16_t stride_h, stride_w;
    int8_t out_min;
    int8_t out_max;
} mk_average_pool_fours_params;

/* in: [in_h][in_w][channels], out: [out_h][out_w][channels]. */
void mk_average_pool_fours(const mk_average_pool_fours_params *p, const int8_t *in, int8_t *out);

#endif
