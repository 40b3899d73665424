/* Conversions to another quantization. */
#ifndef MK_QUANTIZE_H
#define MK_QUANTIZE_H

#include <stdint.h>

typedef struct {
    float out_scale;    /* from float: real value of one step */
    int32_t multiplier; /* from integers: factor to the output, multiplier * 2^(shift - 31) */
    int32_t in_zero;
    int32_t out_zero;
    int32_t out_min;
    int32_t out_max;
    uint32_t size;
    int8_t shift;
} mk_quantize_params;

void mk_quantize_f32_i8(const mk_quantize_params *p, const float *in, int8_t *out);
void mk_quantize_f32_u8(const mk_quantize_params *p, const float *in, uint8_t *out);
void mk_quantize_f32_i16(const mk_quantize_params *p, const float *in, int16_t *out);
void mk_quantize_i8_i8(const mk_quantize_params *p, const int8_t *in, int8_t *out);
void mk_quantize_i8_u8(const mk_quantize_params *p, const int8_t *in, uint8_t *out);
void mk_quantize_i8_i16(const mk_quantize_params *p, const int8_t *in, int16_t *out);
void mk_quantize_u8_i8(const mk_quantize_params *p, const uint8_t *in, int8_t *out);
void mk_quantize_u8_u8(const mk_quantize_params *p, const uint8_t *in, uint8_t *out);
void mk_quantize_u8_i16(const mk_quantize_params *p, const uint8_t *in, int16_t *out);
void mk_quantize_i16_i8(const mk_quantize_params *p, const int16_t *in, int8_t *out);
void mk_quantize_i16_u8(const mk_quantize_params *p, const int16_t *in, uint8_t *out);
void mk_quantize_i16_i16(const mk_quantize_params *p, const int16_t *in, int16_t *out);

#endif
