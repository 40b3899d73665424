/* An int8 image in another size, from the nearest pixels. */
#ifndef MK_RESIZE_NEAREST_H
#define MK_RESIZE_NEAREST_H

#include <stdint.h>

typedef struct {
    const uint16_t *rows;    /* [out_h]: input row of every output row */
    const uint16_t *columns; /* [out_w] */
    uint16_t batches;
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w;
} mk_resize_nearest_params;

/* in: [batches][in_h][in_w][in_c], out: [batches][out_h][out_w][in_c]; they must not overlap. */
void mk_resize_nearest(const mk_resize_nearest_params *p, const int8_t *in, int8_t *out);

#endif
