#include "mk_relu_dsp.h"

#if defined(__ARM_FEATURE_SIMD32)
#include <arm_acle.h>

static inline void mk_four(const int8_t *in, int8_t *out, int8_t zero)
{
    const uint32_t floor = 0x01010101U * (uint8_t)zero;
    uint32_t x;
    __builtin_memcpy(&x, in, sizeof x);
    (void)__ssub8((int8x4_t)x, (int8x4_t)floor); /* its flags: which of the four reach zero */
    x = (uint32_t)__sel((uint8x4_t)x, (uint8x4_t)floor);
    __builtin_memcpy(out, &x, sizeof x);
}
#else
static inline void mk_four(const int8_t *in, int8_t *out, int8_t zero)
{
    for (uint32_t i = 0U; i < 4U; i++) {
        out[i] = (in[i] > zero) ? in[i] : zero;
    }
}
#endif

void mk_relu_dsp(const mk_relu_dsp_params *p, const int8_t *in, int8_t *out)
{
    for (uint32_t i = 0U; i < p->count; i += 4U) {
        mk_four(&in[i], &out[i], p->zero);
    }
}
