/* Depthwise 3x3 convolution with three lines of a strip in memory: images of any size. */
#ifndef MK_DEPTHWISE_RING_H
#define MK_DEPTHWISE_RING_H

#include "mk_planar.h"

/* scratch: 224 bytes, then 48 bytes for every two values of a line with its padding. */
void mk_depthwise_ring(const mk_planar_params *p, const int8_t *in, int8_t *out, void *scratch);

#endif
