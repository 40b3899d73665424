#include "mk_softmax.h"

#include "mk_requantize.h"

#define MK_SOFTMAX_ONE INT32_MAX        /* 1.0 in Q0.31, saturated */
#define MK_SOFTMAX_QUARTER (1 << 24)    /* 1/4 in Q5.26 */
#define MK_SOFTMAX_ONE_Q2 (1 << 29)     /* 1.0 in Q2.29 */

/* exp(x - 1/8) in Q0.31 for x in [-1/8, 1/8), the Taylor polynomial of degree 4. */
static int32_t mk_softmax_exp_near(int32_t x)
{
    const int32_t exp_eighth = 1895147668; /* exp(-1/8) */
    const int32_t third = 715827883;
    const int32_t x2 = mk_doubling_high_mul(x, x);
    const int32_t x3 = mk_doubling_high_mul(x2, x);
    const int32_t x4 = mk_doubling_high_mul(x2, x2);
    const int32_t cubic = mk_doubling_high_mul(mk_rounding_shift(x4, 2U) + x3, third);
    const int32_t tail = mk_rounding_shift(cubic + x2, 1U);
    return exp_eighth + mk_doubling_high_mul(exp_eighth, x + tail);
}

/* exp(diff * scale) in Q0.31; diff is 0 or negative, at least diff_min. */
static int32_t mk_softmax_exp(const mk_softmax_params *p, int32_t diff)
{
    /* exp(-2^k) in Q0.31 for k = -2 to 4 */
    static const int32_t powers[7] = {
        1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    const int32_t a = mk_doubling_high_mul(diff * (1 << p->left_shift), p->multiplier);
    const int32_t part = (a & (MK_SOFTMAX_QUARTER - 1)) - MK_SOFTMAX_QUARTER;
    uint32_t rest = ((uint32_t)(part - a) >> 24U) & 127U; /* quarters */
    int32_t result = mk_softmax_exp_near(part * 32 + (1 << 28));
    for (uint32_t k = 0U; rest != 0U; k++) {
        if ((rest & 1U) != 0U) {
            result = mk_doubling_high_mul(result, powers[k]);
        }
        rest >>= 1U;
    }
    return (a == 0) ? MK_SOFTMAX_ONE : result;
}

/* 1 / (1 + f) in Q0.31 for f in [0, 1) in Q0.31, by three Newton steps. */
static int32_t mk_softmax_reciprocal(int32_t f)
{
    const int32_t half = (int32_t)(((uint32_t)f + 0x80000000U) >> 1U); /* (1 + f) / 2 */
    int32_t x = 1515870810 + mk_doubling_high_mul(half, -1010580540); /* 48/17 - 32/17 half */
    for (uint32_t i = 0U; i < 3U; i++) {
        const int32_t error = MK_SOFTMAX_ONE_Q2 - mk_doubling_high_mul(half, x);
        x += mk_doubling_high_mul(x, error) * 4;
    }
    return (x >= (1 << 30)) ? INT32_MAX : (x * 2);
}

static void mk_softmax_row(const mk_softmax_params *p, const int8_t *in, int8_t *out)
{
    int32_t max = INT8_MIN;
    uint32_t sum = 0U; /* Q12.19 */
    uint32_t lead = 0U;
    for (uint32_t i = 0U; i < p->size; i++) {
        max = (in[i] > max) ? in[i] : max;
    }
    for (uint32_t i = 0U; i < p->size; i++) {
        const int32_t diff = in[i] - max;
        if (diff >= p->diff_min) {
            sum += (uint32_t)mk_rounding_shift(mk_softmax_exp(p, diff), 12U);
        }
    }
    while ((sum & 0x80000000U) == 0U) {
        sum <<= 1U;
        lead++;
    }
    const int32_t scale = mk_softmax_reciprocal((int32_t)(sum & 0x7FFFFFFFU));
    for (uint32_t i = 0U; i < p->size; i++) {
        const int32_t diff = in[i] - max;
        int32_t value = 0;
        if (diff >= p->diff_min) {
            value = mk_doubling_high_mul(scale, mk_softmax_exp(p, diff));
            value = mk_rounding_shift(value, 35U - lead);
        }
        out[i] = (int8_t)mk_clamp(value - 128, INT8_MIN, INT8_MAX);
    }
}

void mk_softmax(const mk_softmax_params *p, const int8_t *in, int8_t *out)
{
    for (uint32_t row = 0U; row < p->rows; row++) {
        mk_softmax_row(p, &in[row * p->size], &out[row * p->size]);
    }
}
