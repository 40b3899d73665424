#include "mk_dequantize.h"

void mk_dequantize_i8(const mk_dequantize_params *p, const int8_t *in, float *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        out[i] = p->scale * (float)(in[i] - p->zero);
    }
}

void mk_dequantize_u8(const mk_dequantize_params *p, const uint8_t *in, float *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        out[i] = p->scale * (float)(in[i] - p->zero);
    }
}

void mk_dequantize_i16(const mk_dequantize_params *p, const int16_t *in, float *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        out[i] = p->scale * (float)(in[i] - p->zero);
    }
}
