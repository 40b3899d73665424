/* 2-D convolution of int16 activations for cores with the DSP extension: two output channels at a
 * time, two products an instruction. */
#ifndef MK_CONV_WIDE_DSP_H
#define MK_CONV_WIDE_DSP_H

#include "mk_conv_wide.h"

/* As mk_conv_wide without groups. The second and third of every four weights of an output are
 * exchanged.
 * patch: kernel_h * kernel_w * in_c values; not used by a 1x1 kernel without padding. */
void mk_conv_wide_dsp(const mk_conv_wide_params *p, const int16_t *in, int16_t *out,
                      int16_t *patch);

#endif
