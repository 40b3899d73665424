#include "mk_quantize.h"

#include "mk_requantize.h"

/* Nearest step, halves away from zero; limited to 2^24 steps either way, NaN is 0. */
static int32_t mk_quantize_real(const mk_quantize_params *p, float real)
{
    const float limit = 16777216.0f;
    float steps = real / p->out_scale;
    int32_t whole;
    float rest;
    steps = (steps > limit) ? limit : steps;
    steps = (steps < -limit) ? -limit : steps;
    whole = (steps == steps) ? (int32_t)steps : 0;
    rest = steps - (float)whole;
    whole += (rest >= 0.5f) ? 1 : 0;
    whole -= (rest <= -0.5f) ? 1 : 0;
    return mk_clamp(whole + p->out_zero, p->out_min, p->out_max);
}

static int32_t mk_quantize_step(const mk_quantize_params *p, int32_t x)
{
    const int32_t scaled = mk_multiply_double(x - p->in_zero, p->multiplier, p->shift);
    return mk_clamp(scaled + p->out_zero, p->out_min, p->out_max);
}

void mk_quantize_f32_i8(const mk_quantize_params *p, const float *in, int8_t *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        out[i] = (int8_t)mk_quantize_real(p, in[i]);
    }
}

void mk_quantize_f32_u8(const mk_quantize_params *p, const float *in, uint8_t *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        out[i] = (uint8_t)mk_quantize_real(p, in[i]);
    }
}

void mk_quantize_f32_i16(const mk_quantize_params *p, const float *in, int16_t *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        out[i] = (int16_t)mk_quantize_real(p, in[i]);
    }
}

void mk_quantize_i8_i8(const mk_quantize_params *p, const int8_t *in, int8_t *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        out[i] = (int8_t)mk_quantize_step(p, in[i]);
    }
}

void mk_quantize_i8_u8(const mk_quantize_params *p, const int8_t *in, uint8_t *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        out[i] = (uint8_t)mk_quantize_step(p, in[i]);
    }
}

void mk_quantize_i8_i16(const mk_quantize_params *p, const int8_t *in, int16_t *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        out[i] = (int16_t)mk_quantize_step(p, in[i]);
    }
}

void mk_quantize_u8_i8(const mk_quantize_params *p, const uint8_t *in, int8_t *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        out[i] = (int8_t)mk_quantize_step(p, in[i]);
    }
}

void mk_quantize_u8_u8(const mk_quantize_params *p, const uint8_t *in, uint8_t *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        out[i] = (uint8_t)mk_quantize_step(p, in[i]);
    }
}

void mk_quantize_u8_i16(const mk_quantize_params *p, const uint8_t *in, int16_t *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        out[i] = (int16_t)mk_quantize_step(p, in[i]);
    }
}

void mk_quantize_i16_i8(const mk_quantize_params *p, const int16_t *in, int8_t *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        out[i] = (int8_t)mk_quantize_step(p, in[i]);
    }
}

void mk_quantize_i16_u8(const mk_quantize_params *p, const int16_t *in, uint8_t *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        out[i] = (uint8_t)mk_quantize_step(p, in[i]);
    }
}

void mk_quantize_i16_i16(const mk_quantize_params *p, const int16_t *in, int16_t *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        out[i] = (int16_t)mk_quantize_step(p, in[i]);
    }
}
