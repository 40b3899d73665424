/* Stored integers to real values in single precision. */
#ifndef MK_DEQUANTIZE_H
#define MK_DEQUANTIZE_H

#include <stdint.h>

typedef struct {
    float scale;
    int32_t zero;
    uint32_t size;
} mk_dequantize_params;

void mk_dequantize_i8(const mk_dequantize_params *p, const int8_t *in, float *out);
void mk_dequantize_u8(const mk_dequantize_params *p, const uint8_t *in, float *out);
void mk_dequantize_i16(const mk_dequantize_params *p, const int16_t *in, float *out);

#endif
