/* Per-channel energy normalisation (Wang et al. 2017): how far an energy stands out of its own
 * smoothed past, in place of a logarithm. The meaning is motekit.dsp.audio.pcen.
 *
 *   mean  = mean + s (energy - mean), the first energy standing for what was before it
 *   value = (energy / (floor + mean)^gain + bias)^power - bias^power
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_PCEN_H
#define MK_PCEN_H

#include <stdint.h>

#include "mk_types.h"

#if MK_FIXED
#include "mk_wide.h"

typedef mk_wide mk_pcen_mean;
/* s, 1 - s, floor and bias, each as mantissa (its bits) and exponent; gain in 2^-26ths; the unit's
 * share of a logarithm in 2^-16ths; power in 2^-26ths; exponent of the unit of values; bias^power in
 * it. */
typedef int32_t mk_pcen_number;

int32_t mk_pcen_q(const mk_pcen_number *c, mk_pcen_mean *mean, mk_wide energy, uint32_t first);

/* An energy in 24 bits and back: within 2^-16 of it, from 2^-96 up to 2^127. */
int32_t mk_pcen_pack_q(mk_wide energy);
mk_wide mk_pcen_unpack_q(int32_t kept);
#else
typedef float mk_pcen_mean;
/* s; floor; -gain per log10, as log2; log2 of the unit's share; bias; power per log10, as log2,
 * or 0 for a square root; bias^power. */
typedef float mk_pcen_number;

float mk_pcen_f32(const mk_pcen_number *c, mk_pcen_mean *mean, float energy, uint32_t first);

/* An energy in 24 bits and back: within 2^-17 of it. */
int32_t mk_pcen_pack_f32(float energy);
float mk_pcen_unpack_f32(int32_t kept);
#endif

#endif
