#include "mk_softmax_wide.h"

#include "mk_requantize.h"

/* x: -32,768 to 32,767 */
static int32_t mk_softmax_wide_look(const int16_t *table, int32_t x)
{
    const int16_t *point = &table[256 + (x >> 7U)];
    return point[0] + (((point[1] - point[0]) * (x & 127) + 64) >> 7U);
}

/* Writes the exponentials of a row; their sum in Q16.15. */
static uint32_t mk_softmax_wide_exponentials(const mk_softmax_wide_params *p, const int16_t *in,
                                             int16_t *out)
{
    int32_t max = in[0];
    uint32_t sum = 0U;
    for (uint32_t i = 1U; i < p->size; i++) {
        max = (in[i] > max) ? in[i] : max;
    }
    for (uint32_t i = 0U; i < p->size; i++) {
        const int32_t diff = mk_multiply_double(in[i] - max, p->multiplier, p->shift);
        const int32_t from = (diff < -65535) ? -65535 : diff; /* no overflow when it moves up */
        const int32_t x = mk_clamp(from + 32767, INT16_MIN, INT16_MAX);
        const int32_t value = mk_softmax_wide_look(p->exponentials, x);
        out[i] = (int16_t)value;
        sum += (uint32_t)value;
    }
    return sum;
}

void mk_softmax_wide(const mk_softmax_wide_params *p, const int16_t *in, int16_t *out)
{
    for (uint32_t row = 0U; row < p->rows; row++) {
        uint32_t sum = mk_softmax_wide_exponentials(p, in, out);
        uint32_t right = 31U;
        int32_t near;
        int32_t factor;
        while (sum < 0x80000000U) {
            sum <<= 1U;
            right--;
        }
        near = (int32_t)(((sum >> 1U) + 8192U) >> 14U) - (32768 + 65536);
        factor = mk_softmax_wide_look(p->reciprocals, mk_clamp(near, INT16_MIN, INT16_MAX));
        for (uint32_t i = 0U; i < p->size; i++) {
            const int32_t half = (int32_t)((uint32_t)1 << (right - 1U));
            out[i] = (int16_t)mk_clamp((int32_t)(((int64_t)out[i] * factor + half) >> right), 0,
                                       INT16_MAX);
        }
        in = &in[p->size];
        out = &out[p->size];
    }
}
