/* Depthwise 3x3 convolution with up to 8 lines of a strip in memory. */
#ifndef MK_DEPTHWISE_PLANE8_H
#define MK_DEPTHWISE_PLANE8_H

#include "mk_planar.h"

/* scratch: 160 bytes, then 128 bytes for every two values of a line with its padding. */
void mk_depthwise_plane8(const mk_planar_params *p, const int8_t *in, int8_t *out, void *scratch);

#endif
