#include "mk_lstm.h"

#include "mk_requantize.h"

#define MK_LSTM_ONE 32767 /* 1.0 in Q0.15, saturated */
#define MK_LSTM_GATE_BITS 3U

/* High half of 2ab of two int16 values, rounded, saturated. */
static int32_t mk_lstm_high(int32_t a, int32_t b)
{
    const int32_t high = (a * b + 0x4000) >> 15U;
    return (high > INT16_MAX) ? INT16_MAX : high;
}

static int32_t mk_lstm_saturate(int32_t x)
{
    return mk_clamp(x, INT16_MIN, INT16_MAX);
}

/* exp(x - 1/8) in Q0.15 for x in [-1/8, 1/8), Q0.15. */
static int32_t mk_lstm_exp_near(int32_t x)
{
    const int32_t x2 = mk_lstm_high(x, x);
    const int32_t x3 = mk_lstm_high(x2, x);
    const int32_t x4 = mk_rounding_shift(mk_lstm_high(x2, x2), 2U);
    const int32_t cubic = mk_lstm_high(x4 + x3, 10923); /* 1/3 */
    const int32_t tail = mk_rounding_shift(cubic + x2, 1U);
    return 28918 + mk_lstm_high(x + tail, 28918); /* exp(-1/8) */
}

/* exp(a) in Q0.15 for a <= 0 with `bits` integer bits. */
static int32_t mk_lstm_exp(int32_t a, uint32_t bits)
{
    /* exp(-2^k) in Q0.15 for k = -2 to 4 */
    static const int16_t powers[7] = {25520, 19875, 12055, 4435, 600, 11, 0};
    const uint32_t fraction = 15U - bits;
    const int32_t quarter = 1 << (fraction - 2U);
    const int32_t part = (a & (quarter - 1)) - quarter;
    const uint32_t rest = (uint32_t)(part - a) >> (fraction - 2U); /* quarters */
    int32_t result = mk_lstm_exp_near(part * (1 << bits) + (1 << 12));
    if (a == 0) {
        return MK_LSTM_ONE;
    }
    if ((bits > 5U) && (a < -(32 * (1 << fraction)))) {
        return 0;
    }
    for (uint32_t k = 0U; (k < 7U) && (k < bits + 2U); k++) {
        if (((rest >> k) & 1U) != 0U) {
            result = mk_lstm_high(result, powers[k]);
        }
    }
    return result;
}

/* 2 / (1 + x) in Q2.13 for x in [0, 1] in Q0.15, by three Newton steps. */
static int32_t mk_lstm_newton(int32_t x)
{
    const int32_t half = (x + MK_LSTM_ONE + 1) / 2;
    int32_t y = 23130 + mk_lstm_high(half, -15420); /* 48/17 - 32/17 half */
    for (uint32_t i = 0U; i < 3U; i++) {
        const int32_t error = (1 << 13) - mk_lstm_high(half, y);
        y += mk_lstm_saturate(mk_lstm_high(y, error) * 4);
    }
    return y;
}

/* Sigmoid of Q3.12 in Q0.15. */
static int32_t mk_lstm_sigmoid(int32_t a)
{
    const int32_t negative = (a > 0) ? -a : a;
    const int32_t value =
        mk_lstm_saturate(mk_lstm_newton(mk_lstm_exp(negative, MK_LSTM_GATE_BITS)) * 2);
    if (a == 0) {
        return 1 << 14;
    }
    return (a > 0) ? value : (MK_LSTM_ONE - value);
}

/* Hyperbolic tangent in Q0.15 of a number with `bits` integer bits. */
static int32_t mk_lstm_tanh(int32_t a, uint32_t bits)
{
    const int32_t negative = (a > 0) ? -a : a;
    const int32_t value =
        mk_lstm_saturate((mk_lstm_newton(mk_lstm_exp(negative, bits + 1U)) - (1 << 13)) * 4);
    if (a == 0) {
        return 0;
    }
    return (a > 0) ? value : -value;
}

static int32_t mk_lstm_dot(const int8_t *a, const int8_t *b, uint32_t n, int32_t start)
{
    int32_t sum = start;
    for (uint32_t i = 0U; i < n; i++) {
        sum += (int32_t)a[i] * b[i];
    }
    return sum;
}

/* What a unit computes from. */
typedef struct {
    const mk_lstm_params *p;
    const int8_t *x;
    const int8_t *hidden;
    uint32_t unit;
} mk_lstm_at;

/* Q3.12 value of a gate before its activation. */
static int32_t mk_lstm_gate_value(const mk_lstm_at *at, const mk_lstm_gate *gate)
{
    const uint32_t n = at->p->in_features;
    const uint32_t units = at->p->units;
    const uint32_t u = at->unit;
    const int32_t first = mk_lstm_dot(at->x, &gate->weights[u * n], n, gate->bias[u]);
    const int32_t second =
        mk_lstm_dot(at->hidden, &gate->recurrent[u * units], units, gate->recurrent_bias[u]);
    const int32_t base =
        mk_lstm_saturate(mk_multiply_double(first, gate->multiplier, gate->shift));
    return mk_lstm_saturate(
        base + mk_multiply_double(second, gate->recurrent_multiplier, gate->recurrent_shift));
}

/* One step of one unit: updates its cell, gives its int8 output. */
static int8_t mk_lstm_unit(const mk_lstm_at *at, int16_t *cell)
{
    const mk_lstm_params *p = at->p;
    const int32_t in = mk_lstm_sigmoid(mk_lstm_gate_value(at, &p->input));
    const int32_t keep = mk_lstm_sigmoid(mk_lstm_gate_value(at, &p->forget));
    const int32_t fresh = mk_lstm_tanh(mk_lstm_gate_value(at, &p->cell), MK_LSTM_GATE_BITS);
    const int32_t show = mk_lstm_sigmoid(mk_lstm_gate_value(at, &p->output));
    int32_t state = mk_rounding_shift(keep * *cell, 15U);
    state = mk_lstm_saturate(state + mk_rounding_shift(in * fresh, 15U + p->cell_bits));
    if (p->cell_clip > 0) {
        state = mk_clamp(state, -p->cell_clip, p->cell_clip);
    }
    *cell = (int16_t)state;
    const int32_t out = mk_multiply_double(show * mk_lstm_tanh(state, p->cell_bits),
                                           p->hidden_multiplier, p->hidden_shift);
    return (int8_t)mk_clamp(out + p->hidden_zero, INT8_MIN, INT8_MAX);
}

void mk_lstm(const mk_lstm_params *p, const int8_t *x, int8_t *y, int8_t *hidden, int16_t *cell)
{
    mk_lstm_at at = {p, x, hidden, 0U};
    for (uint32_t b = 0U; b < p->batches; b++) {
        at.hidden = &hidden[b * p->units];
        for (uint32_t step = 0U; step < p->steps; step++) {
            for (at.unit = 0U; at.unit < p->units; at.unit++) {
                y[at.unit] = mk_lstm_unit(&at, &cell[b * p->units + at.unit]);
            }
            at.hidden = y;
            at.x = &at.x[p->in_features];
            y = &y[p->units];
        }
        for (uint32_t u = 0U; u < p->units; u++) {
            hidden[b * p->units + u] = at.hidden[u];
        }
    }
}
