/* Sigmoid and tanh of int16 values; outputs have 15 fraction bits. */
#ifndef MK_CURVES16_H
#define MK_CURVES16_H

#include <stdint.h>

typedef struct {
    uint32_t size;
    int32_t multiplier; /* of an input, to steps of 1/12288: (x * multiplier + half) >> shift */
    uint8_t shift;      /* 0 to 31 */
} mk_curves16_params;

/* out may be in. */
void mk_sigmoid16(const mk_curves16_params *p, const int16_t *in, int16_t *out);
void mk_tanh16(const mk_curves16_params *p, const int16_t *in, int16_t *out);

#endif
