/* Depthwise 3x3 convolution with up to 16 lines of a strip in memory. */
#ifndef MK_DEPTHWISE_PLANE16_H
#define MK_DEPTHWISE_PLANE16_H

#include "mk_planar.h"

/* scratch: 160 bytes, then 256 bytes for every two values of a line with its padding. */
void mk_depthwise_plane16(const mk_planar_params *p, const int8_t *in, int8_t *out, void *scratch);

#endif
