#include "mk_fully_connected_fours.h"

static uint32_t mk_fours_pack(int32_t low, int32_t high)
{
    return (uint32_t)(uint16_t)low | ((uint32_t)(uint16_t)high << 16U);
}

/* Expands one row; what is missing of the last four inputs has weights of zero. */
static void mk_fours_expand(const int8_t *in, uint32_t *to, uint32_t count)
{
    for (uint32_t i = 0U; i < count; i += 4U) {
        const int32_t x1 = (i + 1U < count) ? (in[i + 1U] - 127) : 0;
        const int32_t x2 = (i + 2U < count) ? (256 * in[i + 2U]) : 0;
        const int32_t x3 = (i + 3U < count) ? (in[i + 3U] - 127) : 0;
        to[0] = mk_fours_pack(x1, x3);
        to[1] = mk_fours_pack(256 * in[i] - x1, x2 - x3);
        to = &to[2];
    }
}

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)

/* Four inputs: r0 expanded, r1 stream, r2-r5 weights of the outputs, r6-r7 inputs, r8-r11 sums. */
#define MK_FOUR                 \
    "ldr r3, [r1, #4]\n"        \
    "ldr r4, [r1, #8]\n"        \
    "ldr r5, [r1, #12]\n"       \
    "ldr.w r2, [r1], #16\n"     \
    "ldr r7, [r0, #4]\n"        \
    "ldr.w r6, [r0], #8\n"      \
    "smlad r8, r6, r2, r8\n"    \
    "smlad r9, r6, r3, r9\n"    \
    "smlad r10, r6, r4, r10\n"  \
    "smlad r11, r6, r5, r11\n"  \
    "sxtb16 r2, r2\n"           \
    "sxtb16 r3, r3\n"           \
    "sxtb16 r4, r4\n"           \
    "sxtb16 r5, r5\n"           \
    "smlad r8, r7, r2, r8\n"    \
    "smlad r9, r7, r3, r9\n"    \
    "smlad r10, r7, r4, r10\n"  \
    "smlad r11, r7, r5, r11\n"

#define MK_OUT(sum, slope)              \
    "smmul " sum ", " sum ", " slope "\n" \
    "asr " sum ", " sum ", r0\n"        \
    "ssat " sum ", #8, " sum "\n"

/* One row. r12 end of the inputs, lr outputs left. Stack: 0 params, expanded, out, entry. */
__attribute__((naked)) static void mk_fours_row(const mk_fully_connected_fours_params *p
                                                __attribute__((unused)),
                                                const uint32_t *expanded
                                                __attribute__((unused)),
                                                int8_t *out __attribute__((unused)))
{
    __asm volatile(
        "push {r4-r11, lr}\n"
        "sub sp, #20\n"
        "ldrh r4, [r0, #14]\n" /* inputs */
        "ldrh lr, [r0, #16]\n" /* outputs */
        "add r4, r4, #3\n"
        "lsr r4, r4, #2\n"
        "add r12, r1, r4, lsl #3\n"
        "rsb r4, r4, #0\n"
        "and r4, r4, #7\n" /* quads to leave out: the loop is entered so that it ends whole */
        "adr.w r5, 2f\n"
        "add r5, r5, r4, lsl #6\n"
        "orr r5, r5, #1\n"
        "ldr r4, [r0, #4]\n"
        "str r4, [sp, #16]\n" /* slope */
        "stm sp, {r0-r2, r5}\n"
        "ldr r1, [r0]\n"
        "1:\n" /* ---- next four outputs ---- */
        "ldr r0, [sp, #4]\n"
        "ldm r1!, {r8-r11}\n"
        "ldr pc, [sp, #12]\n"
        ".balign 4\n"
        "2:\n"
        MK_FOUR MK_FOUR MK_FOUR MK_FOUR MK_FOUR MK_FOUR MK_FOUR MK_FOUR
        "cmp r0, r12\n"
        "bne.w 2b\n"
        "ldr r2, [sp]\n"
        "ldr r3, [sp, #16]\n"
        "ldr r4, [sp, #8]\n"
        "ldrh r0, [r2, #10]\n" /* shift */
        "ldrh r2, [r2, #8]\n"  /* slope step */
        "add r2, r2, r3\n"
        "str r2, [sp, #16]\n"
        "ldm r3, {r2, r3, r5, r6}\n"
        MK_OUT("r8", "r2")
        MK_OUT("r9", "r3")
        MK_OUT("r10", "r5")
        MK_OUT("r11", "r6")
        "subs lr, lr, #4\n"
        "blo 3f\n"
        "strb r9, [r4, #1]\n"
        "strb r10, [r4, #2]\n"
        "strb r11, [r4, #3]\n"
        "strb r8, [r4], #4\n"
        "str r4, [sp, #8]\n"
        "bne.w 1b\n"
        "b 4f\n"
        "3:\n" /* ---- one to three last outputs ---- */
        "adds lr, lr, #3\n"
        "strb r8, [r4], #1\n"
        "beq 4f\n"
        "subs lr, lr, #1\n"
        "strb r9, [r4], #1\n"
        "beq 4f\n"
        "strb r10, [r4]\n"
        "4:\n"
        "add sp, #20\n"
        "pop {r4-r11, pc}\n");
}

#else

static int32_t mk_fours_half(uint32_t pair, uint32_t upper)
{
    return (int32_t)(int16_t)(uint16_t)(pair >> (16U * upper));
}

/* Sum of one output; its weights are every fourth word. Sums wrap: only the last has to fit. */
static int32_t mk_fours_sum(const uint32_t *expanded, const int8_t *weights, uint32_t inputs,
                            int32_t start)
{
    uint32_t sum = (uint32_t)start;
    for (uint32_t i = 0U; i < inputs; i += 4U) {
        for (uint32_t j = 0U; j < 2U; j++) {
            const int32_t low = weights[2U * j];
            const int32_t both = low + 256 * weights[2U * j + 1U] + ((low < 0) ? 256 : 0);
            sum += (uint32_t)(mk_fours_half(expanded[0], j) * both);
            sum += (uint32_t)(mk_fours_half(expanded[1], j) * low);
        }
        expanded = &expanded[2];
        weights = &weights[16];
    }
    return (int32_t)sum;
}

static void mk_fours_row(const mk_fully_connected_fours_params *p, const uint32_t *expanded,
                         int8_t *out)
{
    const uint32_t pitch = 16U * ((p->inputs + 3U) / 4U + 1U); /* of four outputs */
    for (uint32_t o = 0U; o < p->outputs; o++) {
        const int8_t *four = &p->stream[pitch * (o / 4U)];
        const int32_t slope = p->slope[(p->slope_step / 4U) * (o / 4U) + o % 4U];
        int32_t start;
        __builtin_memcpy(&start, &four[4U * (o % 4U)], sizeof start);
        const int32_t sum =
            mk_fours_sum(expanded, &four[16U + 4U * (o % 4U)], p->inputs, start);
        const int32_t high = (int32_t)(((int64_t)sum * slope) >> 32U) >> p->shift;
        out[o] = (int8_t)((high < INT8_MIN) ? INT8_MIN : ((high > INT8_MAX) ? INT8_MAX : high));
    }
}

#endif

void mk_fully_connected_fours(const mk_fully_connected_fours_params *p, const int8_t *in,
                              int8_t *out, void *scratch)
{
    uint32_t *expanded = scratch;
    for (uint32_t row = 0U; row < p->rows; row++) {
        mk_fours_expand(in, expanded, p->inputs);
        mk_fours_row(p, expanded, out);
        in = &in[p->inputs];
        out = &out[p->outputs];
    }
}
