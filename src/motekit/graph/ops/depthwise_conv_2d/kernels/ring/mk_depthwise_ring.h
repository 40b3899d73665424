/* Depthwise 3x3 convolution with three lines of a strip in memory: images of any size, and any
 * range of output lines. */
#ifndef MK_DEPTHWISE_RING_H
#define MK_DEPTHWISE_RING_H

#include "mk_planar.h"
#include "mk_rows.h"

/* "Rows" are lines here. scratch: 224 bytes, then 48 bytes for every two values of a line with its
 * padding. */
void mk_depthwise_ring(const mk_planar_params *p, const mk_rows *rows);

#endif
