#include "mk_matrix.h"

#ifdef MK_MATRIX_EXACT
#include "mk_requantize.h"
#endif

#ifndef MK_MATRIX_UNROLL
#define MK_MATRIX_UNROLL 8 /* fours of inputs in the loop body, 72 bytes of code each; 2^n */
#endif

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)

#include "mk_matrix_arm.inc"

#else

typedef struct {
    int32_t sum[2][MK_MATRIX_ROWS];
} mk_matrix_block;

static int32_t mk_matrix_low(uint32_t pair)
{
    return (int32_t)(int16_t)(uint16_t)pair;
}

static int32_t mk_matrix_high(uint32_t pair)
{
    return (int32_t)(int16_t)(uint16_t)(pair >> 16U);
}

/* Sums wrap: only their final value has to fit. */
static int32_t mk_matrix_add(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

static void mk_matrix_four(const uint32_t *patch, const int8_t *weights, mk_matrix_block *block)
{
    for (uint32_t channel = 0U; channel < 2U; channel++) {
        const int8_t *w = &weights[4U * channel];
        const int32_t first = w[0] + 256 * w[1] + ((w[0] < 0) ? 256 : 0);
        const int32_t second = w[2] + 256 * w[3] + ((w[2] < 0) ? 256 : 0);
        for (uint32_t row = 0U; row < MK_MATRIX_ROWS; row++) {
            const uint32_t odd = patch[row];
            const uint32_t both = patch[MK_MATRIX_ROWS + row];
            int32_t *sum = &block->sum[channel][row];
            *sum = mk_matrix_add(*sum, mk_matrix_low(odd) * first);
            *sum = mk_matrix_add(*sum, mk_matrix_high(odd) * second);
            *sum = mk_matrix_add(*sum, mk_matrix_low(both) * w[0]);
            *sum = mk_matrix_add(*sum, mk_matrix_high(both) * w[2]);
        }
    }
}

/* Sums of a pair of channels; returns the stream after it. */
static const int8_t *mk_matrix_pair(const mk_matrix_call *call, const int8_t *stream,
                                    mk_matrix_block *block)
{
    const uint32_t *patch = call->patch;
    int32_t start[2];
    __builtin_memcpy(start, stream, sizeof start);
    stream = &stream[sizeof start];
    for (uint32_t row = 0U; row < MK_MATRIX_ROWS; row++) {
        block->sum[0][row] = start[0];
        block->sum[1][row] = start[1];
    }
    for (uint32_t i = 0U; i < call->params->inputs; i += 4U) {
        mk_matrix_four(patch, stream, block);
        patch = &patch[MK_MATRIX_QUAD];
        stream = &stream[8];
    }
    return stream;
}

static int8_t mk_matrix_line(const mk_matrix_params *p, int32_t sum, const int32_t *slope)
{
    int32_t offset = 0;
    if ((p->mode & MK_MATRIX_DIPS) != 0U) {
        offset = p->offset;
        sum = (sum < 0) ? mk_matrix_add(sum, -slope[2]) : sum;
    }
    const int32_t high = (int32_t)(((int64_t)sum * slope[0]) >> 32U);
    const uint32_t shift = ((p->mode & MK_MATRIX_COARSE) != 0U) ? 8U : 12U;
    const int32_t out = (high + offset) >> shift;
    return (int8_t)((out < INT8_MIN) ? INT8_MIN : ((out > INT8_MAX) ? INT8_MAX : out));
}

static void mk_matrix_store(const mk_matrix_params *p, const mk_matrix_block *block,
                            uint32_t pair, int8_t *const *out)
{
    const int32_t *slope = &p->slope[pair * (((p->mode & MK_MATRIX_DIPS) != 0U) ? 4U : 2U)];
    const int odd = ((p->mode & MK_MATRIX_ODD) != 0U) && ((pair + 1U) == p->pairs);
    for (uint32_t row = 0U; row < MK_MATRIX_ROWS; row++) {
        for (uint32_t channel = 0U; channel < (odd ? 1U : 2U); channel++) {
            const int32_t sum = block->sum[channel][row];
            out[row][2U * pair + channel] = mk_matrix_line(p, sum, &slope[channel]);
        }
    }
}

static uint32_t mk_matrix_pack(int32_t low, int32_t high)
{
    return (uint32_t)(uint16_t)low | ((uint32_t)(uint16_t)high << 16U);
}

/* Four bytes, or what there is of them, into one row of a patch. */
static void mk_matrix_quad(const int8_t *from, uint32_t *to, uint32_t count)
{
    int32_t x[4] = {0, 0, 0, 0};
    for (uint32_t i = 0U; i < count; i++) {
        x[i] = from[i];
    }
    to[0] = mk_matrix_pack(x[1] - 127, x[3] - 127);
    to[MK_MATRIX_ROWS] = mk_matrix_pack(256 * x[0] + 127 - x[1], 256 * x[2] + 127 - x[3]);
}

static void mk_matrix_expand(const int8_t *from, uint32_t *to, uint32_t count)
{
    for (; count > 4U; count -= 4U) {
        mk_matrix_quad(from, to, 4U);
        from = &from[4];
        to = &to[MK_MATRIX_QUAD];
    }
    mk_matrix_quad(from, to, count);
}

void mk_matrix_gather(const mk_matrix_runs *runs, uint32_t offset, uint32_t *to)
{
    const uint32_t fours = runs->bytes & ~3U;
    int8_t rest[4];
    uint32_t left = 0U;
    for (uint32_t i = 0U; (fours != 0U) && (i < runs->count); i++) {
        mk_matrix_expand(&runs->runs[i].at[offset & runs->runs[i].move], to, fours);
        to = &to[MK_MATRIX_QUAD * (fours / 4U)];
    }
    for (uint32_t i = 0U; i < runs->count; i++) {
        for (uint32_t j = fours; j < runs->bytes; j++) {
            rest[left] = runs->runs[i].at[(offset & runs->runs[i].move) + j];
            left++;
            if (left == 4U) {
                mk_matrix_quad(rest, to, left);
                to = &to[MK_MATRIX_QUAD];
                left = 0U;
            }
        }
    }
    if (left != 0U) {
        mk_matrix_quad(rest, to, left);
    }
}

static void mk_matrix_one(const mk_matrix_call *call, const int8_t *const *in, int8_t *const *out)
{
    const mk_matrix_params *p = call->params;
    const int8_t *stream = p->stream;
    mk_matrix_block block;
    for (uint32_t row = 0U; (in[0] != 0) && (row < MK_MATRIX_ROWS); row++) {
        mk_matrix_expand(in[row], &call->patch[row], p->inputs);
    }
    for (uint32_t pair = 0U; pair < p->pairs; pair++) {
        stream = mk_matrix_pair(call, stream, &block);
        if ((p->mode & MK_MATRIX_RAW) != 0U) {
            __builtin_memcpy(&out[0][pair * sizeof block], &block, sizeof block);
        } else {
            mk_matrix_store(p, &block, pair, out);
        }
    }
}

void mk_matrix(const mk_matrix_call *call)
{
    const mk_matrix_params *p = call->params;
    const uint32_t channels = 2U * p->pairs - (((p->mode & MK_MATRIX_ODD) != 0U) ? 1U : 0U);
    const int8_t *in[MK_MATRIX_ROWS] = {call->in[0], call->in[1], call->in[2]};
    int8_t *out[MK_MATRIX_ROWS] = {call->out[0], call->out[1], call->out[2]};
    for (uint32_t block = 0U; block < call->blocks; block++) {
        mk_matrix_one(call, in, out);
        for (uint32_t row = 0U; (block + 1U < call->blocks) && (row < MK_MATRIX_ROWS); row++) {
            in[row] = (in[row] != 0) ? &in[row][MK_MATRIX_ROWS * (uint32_t)p->inputs] : 0;
            out[row] = &out[row][MK_MATRIX_ROWS * channels];
        }
    }
}

#endif

#ifdef MK_MATRIX_EXACT

static void mk_matrix_finish(const mk_matrix_params *p, const int32_t *sums, int8_t *const *out)
{
    const uint32_t channels = 2U * p->pairs - (((p->mode & MK_MATRIX_ODD) != 0U) ? 1U : 0U);
    for (uint32_t c = 0U; c < channels; c++) {
        const uint32_t factor = (p->per_channel != 0U) ? c : 0U;
        for (uint32_t row = 0U; row < MK_MATRIX_ROWS; row++) {
            const int32_t sum = *sums / 256; /* a multiple of it: patches hold upper bytes */
            const int32_t scaled =
                mk_multiply_double(sum, p->multiplier[factor], p->shift[factor]);
            out[row][c] = (int8_t)mk_clamp(scaled + p->out_zero, p->out_min, p->out_max);
            sums++;
        }
    }
}

static void mk_matrix_exact(const mk_matrix_call *call)
{
    const uint32_t odd = ((call->params->mode & MK_MATRIX_ODD) != 0U) ? 1U : 0U;
    const uint32_t in_step = MK_MATRIX_ROWS * (uint32_t)call->params->inputs;
    const uint32_t out_step = MK_MATRIX_ROWS * (2U * call->params->pairs - odd);
    mk_matrix_call one = *call;
    int8_t *out[MK_MATRIX_ROWS] = {call->out[0], call->out[1], call->out[2]};
    one.blocks = 1U;
    one.out[0] = (int8_t *)(void *)call->sums;
    for (uint32_t block = 0U; block < call->blocks; block++) {
        mk_matrix(&one);
        mk_matrix_finish(call->params, call->sums, out);
        for (uint32_t row = 0U; (block + 1U < call->blocks) && (row < MK_MATRIX_ROWS); row++) {
            one.in[row] = (one.in[row] != 0) ? &one.in[row][in_step] : 0;
            out[row] = &out[row][out_step];
        }
    }
}

#endif

void mk_matrix_rows(const mk_matrix_call *call)
{
#ifdef MK_MATRIX_EXACT
    if ((call->params->mode & MK_MATRIX_RAW) != 0U) {
        mk_matrix_exact(call);
        return;
    }
#endif
    mk_matrix(call);
}
