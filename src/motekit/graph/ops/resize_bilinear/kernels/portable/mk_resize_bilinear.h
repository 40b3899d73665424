/* An int8 image in another size: every pixel is a mix of four. */
#ifndef MK_RESIZE_BILINEAR_H
#define MK_RESIZE_BILINEAR_H

#include <stdint.h>

typedef struct {
    const int16_t *rows;    /* [out_h][3]: row below, row above, weight of the one above */
    const int16_t *columns; /* [out_w][3] */
    uint16_t batches;
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w;
} mk_resize_bilinear_params;

/* in: [batches][in_h][in_w][in_c], out: [batches][out_h][out_w][in_c]; they must not overlap. */
void mk_resize_bilinear(const mk_resize_bilinear_params *p, const int8_t *in, int8_t *out);

#endif
