#include "mk_fully_connected_small.h"

#if defined(__ARM_FEATURE_SIMD32)
#include <arm_acle.h>

/* Four int8 from any address, as one word. */
static inline int32_t mk_four(const int8_t *at)
{
    int32_t word;
    __builtin_memcpy(&word, at, sizeof word);
    return word;
}

/* The second and fourth byte of a word where sign extension finds them. */
static inline int32_t mk_turned(int32_t word)
{
    return (int32_t)(((uint32_t)word >> 8U) | ((uint32_t)word << 24U));
}
#endif

void mk_fully_connected_small(const mk_fully_connected_small_params *p, const int8_t *in,
                              int8_t *out)
{
    const int8_t *weight = p->weights;
    const int32_t *bias = p->bias;
    uint32_t outputs = p->out_features;
    do {
        int32_t sum = *bias;
        const int8_t *x = in;
        int32_t left = p->in_features;
#if defined(__ARM_FEATURE_SIMD32)
        for (; left > 3; left -= 4) {
            const int32_t four = mk_four(x);
            const int32_t by = mk_four(weight);
            sum = __smlad(__sxtb16(four), __sxtb16(by), sum);
            sum = __smlad(__sxtb16(mk_turned(four)), __sxtb16(mk_turned(by)), sum);
            x += 4;
            weight += 4;
        }
#endif
        for (; left != 0; left--) {
            sum += (int32_t)*x * *weight;
            x++;
            weight++;
        }
        /* sum * factor to the nearest integer, halves upwards: one bit more, add one, halve */
        sum = (int32_t)(((int64_t)sum * p->multiplier) >> 32U);
        sum = (((sum >> p->shift) + 1) >> 1U) + p->out_zero;
        sum = (sum < INT8_MIN) ? INT8_MIN : sum;
        *out = (int8_t)((sum > INT8_MAX) ? INT8_MAX : sum);
        out++;
        bias++;
        outputs--;
    } while (outputs != 0U);
}
