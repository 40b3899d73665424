#include "mk_softmax.h"

#include "mk_softmax_scale.h"

/* Small rather than fast. */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((minsize)), apply_to = function)
#endif

#define MK_SOFTMAX_QUARTER (1 << 24) /* 1/4 in Q5.26 */

/* exp(x - 1/8) in Q0.31 for x in [-1/8, 1/8), the Taylor polynomial of degree 4. All terms that
 * are rounded by a shift are positive. */
static int32_t mk_softmax_exp_near(int32_t x)
{
    const int32_t exp_eighth = 1895147668; /* exp(-1/8) */
    const int32_t third = 715827883;
    const int32_t x2 = mk_high_mul(x, x);
    const int32_t x3 = mk_high_mul(x2, x);
    const int32_t x4 = (mk_high_mul(x2, x2) + 2) >> 2U;
    const int32_t tail = (mk_high_mul(x4 + x3, third) + x2 + 1) >> 1U;
    return exp_eighth + mk_high_mul(exp_eighth, x + tail);
}

/* exp(diff * scale) in Q0.31, 0 below diff_min; diff is 0 or negative. */
static int32_t mk_softmax_exp(const mk_softmax_params *p, int32_t diff)
{
    /* exp(-2^k) in Q0.31 for k = -2 to 4 */
    static const int32_t powers[7] = {
        1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    int32_t result = 0;
    if (diff >= p->diff_min) {
        const int32_t a = mk_high_mul(diff * (1 << p->left_shift), p->multiplier);
        const int32_t part = (a & (MK_SOFTMAX_QUARTER - 1)) - MK_SOFTMAX_QUARTER;
        uint32_t quarters = ((uint32_t)(part - a) >> 24U) & 127U;
        result = mk_softmax_exp_near(part * 32 + (1 << 28));
        for (const int32_t *power = powers; quarters != 0U; power++) {
            if ((quarters & 1U) != 0U) {
                result = mk_high_mul(result, *power);
            }
            quarters >>= 1U;
        }
        if (a == 0) {
            result = INT32_MAX;
        }
    }
    return result;
}

void mk_softmax(const mk_softmax_params *p, const int8_t *in, int8_t *out)
{
    for (uint32_t row = 0U; row < p->rows; row++) {
        const int32_t max = mk_softmax_max(in, p->size);
        mk_softmax_scale scale;
        uint32_t sum = 0U; /* Q12.19 */
        for (uint32_t i = 0U; i < p->size; i++) {
            sum += ((uint32_t)mk_softmax_exp(p, in[i] - max) + 2048U) >> 12U;
        }
        scale = mk_softmax_scale_of(sum);
        for (uint32_t i = 0U; i < p->size; i++) {
            out[i] = mk_softmax_output(&scale, mk_softmax_exp(p, in[i] - max));
        }
        in = &in[p->size];
        out = &out[p->size];
    }
}

#if defined(__clang__)
#pragma clang attribute pop
#endif
