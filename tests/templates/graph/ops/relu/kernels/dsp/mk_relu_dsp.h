/* max(x, zero) of int8, four at a time on cores with the DSP extension. */
#ifndef MK_RELU_DSP_H
#define MK_RELU_DSP_H

#include <stdint.h>

typedef struct {
    uint32_t count; /* a multiple of 4 */
    int8_t zero;
} mk_relu_dsp_params;

/* in and out are aligned to 4 bytes; out may be in. */
void mk_relu_dsp(const mk_relu_dsp_params *p, const int8_t *in, int8_t *out);

#endif
