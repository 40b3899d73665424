/* Fully connected layer, int8, for cores with the DSP extension.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_FULLY_CONNECTED_SIMD_H
#define MK_FULLY_CONNECTED_SIMD_H

#include "mk_fully_connected.h"

/* in: [rows][in_features], out: [rows][out_features]; they must not overlap. */
void mk_fully_connected_simd(const mk_fully_connected_params *p, const int8_t *in, int8_t *out);

#endif
