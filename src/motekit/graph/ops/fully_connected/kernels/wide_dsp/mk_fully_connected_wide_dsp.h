/* Fully connected layer of int16 activations for cores with the DSP extension: two outputs at a
 * time, two products an instruction. */
#ifndef MK_FULLY_CONNECTED_WIDE_DSP_H
#define MK_FULLY_CONNECTED_WIDE_DSP_H

#include "mk_fully_connected_wide.h"

/* As mk_fully_connected_wide; the second and third of every four weights of an output are
 * exchanged. */
void mk_fully_connected_wide_dsp(const mk_fully_connected_wide_params *p, const int16_t *in,
                                 int16_t *out);

#endif
