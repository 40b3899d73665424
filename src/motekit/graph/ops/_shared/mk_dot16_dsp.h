/* Sums of products of 16-bit values and 8-bit weights for cores with the DSP extension and
 * unaligned word loads; elsewhere the same in C. */
#ifndef MK_DOT16_DSP_H
#define MK_DOT16_DSP_H

#include <stdint.h>

#define MK_DOT16_DSP_PART 256U /* products of at most 2^22 whose sum fits 32 bits; of fours */

#if defined(__ARM_FEATURE_SIMD32)
#include <arm_acle.h>

static inline int32_t mk_dot16_dsp_word(const void *at)
{
    int32_t word;
    __builtin_memcpy(&word, at, sizeof word);
    return word;
}

static inline int32_t mk_dot16_dsp_turned(int32_t word)
{
    return (int32_t)(((uint32_t)word >> 8U) | ((uint32_t)word << 24U));
}
#endif

/* Adds the products of four values with those of two rows of weights, whose second and third of
 * every four are exchanged. */
static inline void mk_dot16_dsp_four(const int16_t *x, const int8_t *a, const int8_t *b,
                                     int32_t sums[2])
{
#if defined(__ARM_FEATURE_SIMD32)
    const int32_t low = mk_dot16_dsp_word(x);
    const int32_t high = mk_dot16_dsp_word(&x[2]);
    const int32_t wa = mk_dot16_dsp_word(a);
    const int32_t wb = mk_dot16_dsp_word(b);
    sums[0] = __smlad(low, (int32_t)__sxtb16(wa), sums[0]);
    sums[1] = __smlad(low, (int32_t)__sxtb16(wb), sums[1]);
    sums[0] = __smlad(high, (int32_t)__sxtb16(mk_dot16_dsp_turned(wa)), sums[0]);
    sums[1] = __smlad(high, (int32_t)__sxtb16(mk_dot16_dsp_turned(wb)), sums[1]);
#else
    sums[0] += x[0] * a[0] + x[1] * a[2] + x[2] * a[1] + x[3] * a[3];
    sums[1] += x[0] * b[0] + x[1] * b[2] + x[2] * b[1] + x[3] * b[3];
#endif
}

/* Adds the products of n values with two rows of weights to sums[0] and sums[1]. */
static inline void mk_dot16_dsp(const int16_t *x, const int8_t *const rows[2], uint32_t n,
                                int64_t sums[2])
{
    const int8_t *a = rows[0];
    const int8_t *b = rows[1];
    uint32_t left = n;
    while (left > 0U) {
        uint32_t count = (left < MK_DOT16_DSP_PART) ? left : MK_DOT16_DSP_PART;
        int32_t parts[2] = {0, 0};
        left -= count;
        for (; count >= 4U; count -= 4U) {
            mk_dot16_dsp_four(x, a, b, parts);
            x = &x[4];
            a = &a[4];
            b = &b[4];
        }
        for (; count > 0U; count--) {
            parts[0] += (int32_t)*x * *a;
            parts[1] += (int32_t)*x * *b;
            x++;
            a++;
            b++;
        }
        sums[0] += parts[0];
        sums[1] += parts[1];
    }
}

#endif
