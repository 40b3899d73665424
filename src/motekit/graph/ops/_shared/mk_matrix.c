#include "mk_matrix.h"

#ifdef MK_MATRIX_EXACT
#include "mk_requantize.h"
#endif

#ifndef MK_MATRIX_UNROLL
#define MK_MATRIX_UNROLL 8 /* fours of inputs in the loop body, 72 bytes of code each; 2^n */
#endif

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)

#define MK_TEXT_(x) #x
#define MK_TEXT(x) MK_TEXT_(x)

/* Four bytes in `word` become two words of a patch; r12 is 0x007F007F, r10 is 0. */
#define MK_WORD(word, at)                        \
    "rev16 " word ", " word "\n"                 \
    "eor " word ", " word ", r12\n"              \
    "uxtb16 r7, " word "\n"                      \
    "ssub16 r7, r10, r7\n"                       \
    "str " word ", [r0, #12+" at "]\n"           \
    "str r7, [r0, #" at "]\n"

/* What only some layers need is left out where no layer of the model does. */
#ifdef MK_MATRIX_EXACT
#define MK_RAW_TEST                       \
    "lsls r6, r7, #30\n" /* carry: raw */ \
    "bcs 9f\n"
#define MK_SUMS                                 \
    "9:\n" /* ---- the sums as they are ---- */ \
    "stm r2!, {r8-r12, lr}\n"                   \
    "str r2, [sp, #4]\n"                        \
    "ldr r5, [sp, #52]\n"                       \
    "ldr r7, [sp, #32]\n"                       \
    "cmp r1, r5\n"                              \
    "bne 20b\n"
#else
#define MK_RAW_TEST
#define MK_SUMS
#endif
#ifdef MK_MATRIX_HAS_COARSE
#define MK_COARSE_SHIFTS                     \
    "lsls r7, r7, #29\n" /* carry: coarse */ \
    "bcc 31f\n"                              \
    "ssat r8, #8, r8, asr #8\n"              \
    "ssat r9, #8, r9, asr #8\n"              \
    "ssat r10, #8, r10, asr #8\n"            \
    "ssat r11, #8, r11, asr #8\n"            \
    "ssat r12, #8, r12, asr #8\n"            \
    "ssat lr, #8, lr, asr #8\n"              \
    "b 32f\n"
#else
#define MK_COARSE_SHIFTS "lsls r7, r7, #29\n"
#endif
#ifdef MK_MATRIX_HAS_DIPS
#define MK_DIP_TEST      \
    "lsls r6, r7, #31\n" \
    "bne 6f\n"
#define MK_DIP_SUMS              \
    "b 7f\n"                     \
    "6:\n"                       \
    "ldr r6, [r0, #12]\n"        \
    "ldr r5, [r0, #8]\n"         \
    "and r7, r5, r8, asr #31\n"  \
    "sub r8, r8, r7\n"           \
    "and r7, r5, r9, asr #31\n"  \
    "sub r9, r9, r7\n"           \
    "and r7, r5, r10, asr #31\n" \
    "sub r10, r10, r7\n"         \
    "and r7, r6, r11, asr #31\n" \
    "sub r11, r11, r7\n"         \
    "and r7, r6, r12, asr #31\n" \
    "sub r12, r12, r7\n"         \
    "and r7, r6, lr, asr #31\n"  \
    "sub lr, lr, r7\n"           \
    "ldr r7, [sp, #20]\n"        \
    "ldr r6, [r0, #4]\n"         \
    "ldr.w r5, [r0], #16\n"      \
    "smmla r8, r8, r5, r7\n"     \
    "smmla r9, r9, r5, r7\n"     \
    "smmla r10, r10, r5, r7\n"   \
    "smmla r11, r11, r6, r7\n"   \
    "smmla r12, r12, r6, r7\n"   \
    "smmla lr, lr, r6, r7\n"
#else
#define MK_DIP_TEST
#define MK_DIP_SUMS
#endif
#ifdef MK_MATRIX_HAS_MODES
#define MK_MODE_TEST "bhi.w 5f\n"
#define MK_ANY_MODE                      \
    "5:\n" /* ---- any mode ---- */      \
    "ldr r7, [sp, #56]\n"                \
    MK_RAW_TEST                          \
    MK_DIP_TEST                          \
    "ldm r0!, {r5, r6}\n"                \
    "smmul r8, r8, r5\n"                 \
    "smmul r9, r9, r5\n"                 \
    "smmul r10, r10, r5\n"               \
    "smmul r11, r11, r6\n"               \
    "smmul r12, r12, r6\n"               \
    "smmul lr, lr, r6\n"                 \
    MK_DIP_SUMS                          \
    "7:\n"                               \
    "ldr r7, [sp, #56]\n"                \
    "ldr r5, [sp, #52]\n"                \
    MK_COARSE_SHIFTS                     \
    "31:\n"                              \
    "ssat r8, #8, r8, asr #12\n"         \
    "ssat r9, #8, r9, asr #12\n"         \
    "ssat r10, #8, r10, asr #12\n"       \
    "ssat r11, #8, r11, asr #12\n"       \
    "ssat r12, #8, r12, asr #12\n"       \
    "ssat lr, #8, lr, asr #12\n"         \
    "32:\n"                              \
    "strb r8, [r2], #1\n"                \
    "strb r9, [r3], #1\n"                \
    "strb r10, [r4], #1\n"               \
    "cmp r1, r5\n"                       \
    "bne 33f\n"                          \
    "lsls r7, r7, #2\n" /* carry: odd */ \
    "bcs 8f\n"                           \
    "33:\n"                              \
    "strb r11, [r2], #1\n"               \
    "strb r12, [r3], #1\n"               \
    "strb lr, [r4], #1\n"                \
    "stm sp, {r0, r2-r4}\n"              \
    "ldr r7, [sp, #32]\n"                \
    "cmp r1, r5\n"                       \
    "bne.w 20b\n"
#else
#define MK_MODE_TEST
#define MK_ANY_MODE
#endif

/* r0 patch, r1 stream, r2-r4 row words, r5-r6 weights of the two channels, r7 end of the patch,
 * r8-r10 sums of channel 0 for rows 0-2, r11-r12 and lr of channel 1. Single loads stand
 * together because they pipeline: 24 cycles for 24 products.
 * Stack: 0 slope; 4, 8, 12 out; 16 end of stream, or 0 with a mode; 20 offset; 24 patch;
 * 28 entry; 32 end of patch; 36 params; 40, 44, 48 in; 52 end of stream; 56 mode; 60 blocks. */
__attribute__((naked)) void mk_matrix(const mk_matrix_call *call __attribute__((unused)))
{
    __asm volatile(
        "push {r4-r11, lr}\n"
        "sub sp, #68\n"
        "ldm r0, {r2-r10}\n" /* params patch in in in out out out blocks */
        "add r0, sp, #36\n"
        "stm r0, {r2, r4-r6}\n"
        "str r10, [sp, #60]\n"
        "add r0, sp, #4\n"
        "stm r0, {r7-r9}\n"
        "ldm r2, {r0, r1, r4, r5, r12}\n" /* stream slope offset inputs|pairs mode */
        "str r3, [sp, #24]\n"
        "str r4, [sp, #20]\n"
        "str r12, [sp, #56]\n"
        "uxth r6, r5\n"
        "lsr r5, r5, #16\n"
        "add r6, r6, #3\n"
        "lsr r6, r6, #2\n" /* quads */
        "add r7, r6, #1\n" /* 8 bytes of stream to a quad, and 8 for the starts */
        "lsl r7, r7, #3\n"
        "mla r7, r7, r5, r0\n"
        "str r7, [sp, #52]\n"
        "cmp r12, #0\n" /* an end below every address leads to the modes */
        "it ne\n"
        "movne r7, #0\n"
        "str r7, [sp, #16]\n"
        "add r7, r6, r6, lsl #1\n" /* 24 bytes of patch to a quad */
        "add r7, r3, r7, lsl #3\n"
        "str r7, [sp, #32]\n"
        "sub r6, r6, #1\n" /* one quad stands apart; enter so that the last body is whole */
        "and r6, r6, #" MK_TEXT(MK_MATRIX_UNROLL) " - 1\n"
        "mov r5, #72\n" /* bytes of code to a quad */
        "adr.w r7, 30f\n"
        "mls r7, r6, r5, r7\n"
        "orr r7, r7, #1\n"
        "str r7, [sp, #28]\n"

        "10:\n" /* ---- next block: expand three rows unless they are ---- */
        "ldr r1, [sp, #40]\n"
        "cmp r1, #0\n"
        "beq.w 17f\n"
        "ldr r8, [sp, #36]\n"
        "ldrh r8, [r8, #12]\n"
        "mov r9, #0\n"
        "mov r10, #0\n"
        "mov r12, #0x007F007F\n"
        "11:\n"
        "ldr r0, [sp, #24]\n"
        "add r0, r0, r9\n"
        "subs r2, r8, #16\n"
        "blo 13f\n"
        "12:\n" /* sixteen bytes */
        "ldr r4, [r1, #4]\n"
        "ldr r5, [r1, #8]\n"
        "ldr r6, [r1, #12]\n"
        "ldr r3, [r1], #16\n"
        MK_WORD("r3", "0")
        MK_WORD("r4", "24")
        MK_WORD("r5", "48")
        MK_WORD("r6", "72")
        "add r0, r0, #96\n"
        "subs r2, #16\n"
        "bhs 12b\n"
        "13:\n"
        "adds r2, #12\n"
        "bmi 15f\n"
        "14:\n" /* four bytes */
        "ldr r3, [r1], #4\n"
        MK_WORD("r3", "0")
        "add r0, r0, #24\n"
        "subs r2, #4\n"
        "bpl 14b\n"
        "15:\n"
        "adds r2, #4\n"
        "beq 16f\n"
        "ldrb r3, [r1], #1\n" /* one to three bytes */
        "subs r2, #1\n"
        "beq 18f\n"
        "ldrb r4, [r1], #1\n"
        "orr r3, r3, r4, lsl #8\n"
        "subs r2, #1\n"
        "beq 18f\n"
        "ldrb r4, [r1], #1\n"
        "orr r3, r3, r4, lsl #16\n"
        "18:\n"
        MK_WORD("r3", "0")
        "16:\n"
        "add r9, r9, #4\n"
        "add r3, sp, #40\n"
        "cmp r9, #8\n"
        "bhi 19f\n"
        "ldr r1, [r3, r9]\n"
        "b 11b\n"
        "19:\n" /* where the next block's rows are */
        "add r2, r1, r8\n"
        "add r4, r2, r8\n"
        "stm r3, {r1, r2, r4}\n"
        "17:\n"
        "ldr r2, [sp, #36]\n"
        "ldr r7, [sp, #32]\n"
        "ldr r1, [r2]\n"
        "ldr r2, [r2, #4]\n"
        "str r2, [sp]\n"
        "b.w 20f\n"

        ".balign 4\n"
        "2:\n" /* ---- MK_MATRIX_UNROLL times four inputs ---- */
        ".rept " MK_TEXT(MK_MATRIX_UNROLL) "\n"
        "ldr r6, [r1, #4]\n"
        "ldr.w r5, [r1], #8\n"
        "ldr r3, [r0, #4]\n"
        "ldr r4, [r0, #8]\n"
        "ldr.w r2, [r0], #12\n"
        "smlad r8, r2, r5, r8\n"
        "smlad r9, r3, r5, r9\n"
        "smlad r10, r4, r5, r10\n"
        "smlad r11, r2, r6, r11\n"
        "smlad r12, r3, r6, r12\n"
        "smlad lr, r4, r6, lr\n"
        "ldm r0!, {r2-r4}\n"
        "sxtb16 r5, r5\n"
        "smlad r8, r2, r5, r8\n"
        "smlad r9, r3, r5, r9\n"
        "smlad r10, r4, r5, r10\n"
        "sxtb16 r6, r6\n"
        "smlad r11, r2, r6, r11\n"
        "smlad r12, r3, r6, r12\n"
        "smlad lr, r4, r6, lr\n"
        ".endr\n"
        "30:\n"
        "cmp r0, r7\n"
        "bne.w 2b\n"

        "ldm sp, {r0, r2-r5}\n"
        "cmp r1, r5\n" /* equal after the last pair */
        MK_MODE_TEST
        "ldm r0!, {r5, r6}\n" /* ---- plain line ---- */
        "smmul r8, r8, r5\n"
        "smmul r9, r9, r5\n"
        "smmul r10, r10, r5\n"
        "smmul r11, r11, r6\n"
        "smmul r12, r12, r6\n"
        "smmul lr, lr, r6\n"
        "4:\n"
        "ssat r8, #8, r8, asr #12\n"
        "strb r8, [r2], #1\n"
        "ssat r11, #8, r11, asr #12\n"
        "strb r11, [r2], #1\n"
        "ssat r9, #8, r9, asr #12\n"
        "strb r9, [r3], #1\n"
        "ssat r12, #8, r12, asr #12\n"
        "strb r12, [r3], #1\n"
        "ssat r10, #8, r10, asr #12\n"
        "strb r10, [r4], #1\n"
        "ssat lr, #8, lr, asr #12\n"
        "strb lr, [r4], #1\n"
        "stm sp, {r0, r2-r4}\n"
        "beq 8f\n"

        "20:\n" /* ---- next pair of channels: its first four inputs ---- */
        "ldr r0, [sp, #24]\n"
        "ldr r11, [r1, #4]\n"
        "ldr r5, [r1, #8]\n"
        "ldr r6, [r1, #12]\n"
        "ldr.w r8, [r1], #16\n"
        "ldr r3, [r0, #4]\n"
        "ldr r4, [r0, #8]\n"
        "ldr.w r2, [r0], #12\n"
        "smlad r9, r3, r5, r8\n"
        "smlad r10, r4, r5, r8\n"
        "smlad r8, r2, r5, r8\n"
        "smlad r12, r3, r6, r11\n"
        "smlad lr, r4, r6, r11\n"
        "smlad r11, r2, r6, r11\n"
        "ldm r0!, {r2-r4}\n"
        "sxtb16 r5, r5\n"
        "smlad r8, r2, r5, r8\n"
        "smlad r9, r3, r5, r9\n"
        "smlad r10, r4, r5, r10\n"
        "sxtb16 r6, r6\n"
        "smlad r11, r2, r6, r11\n"
        "smlad r12, r3, r6, r12\n"
        "smlad lr, r4, r6, lr\n"
        "ldr pc, [sp, #28]\n"

        MK_ANY_MODE
        "8:\n" /* ---- end of a block: r2-r4 are the ends of its rows ---- */
        "ldr r7, [sp, #60]\n"
        "subs r7, #1\n"
        "beq 1f\n"
        "str r7, [sp, #60]\n"
        "sub r3, r4, r3\n"
        "str r4, [sp, #4]\n"
        "add r4, r4, r3\n"
        "str r4, [sp, #8]\n"
        "add r4, r4, r3\n"
        "str r4, [sp, #12]\n"
        "b.w 10b\n"

        MK_SUMS
        "1:\n"
        "add sp, #68\n"
        "pop {r4-r11, pc}\n");
}

/* r0 to, r1 from, r2 bytes left, r3-r7 words, r8 runs, r9 runs left, r10 zero, r11 what is left
 * over: up to three bytes above a marker bit that falls out with the fourth, r12 0x007F007F,
 * lr bytes of a run. Stack: 0 where the next left-over word goes; 4 offset. */
__attribute__((naked)) void mk_matrix_gather(const mk_matrix_runs *runs __attribute__((unused)),
                                             uint32_t offset __attribute__((unused)),
                                             uint32_t *to __attribute__((unused)))
{
    __asm volatile(
        "push {r4-r11, lr}\n"
        "sub sp, #12\n"
        "str r1, [sp, #4]\n"
        "ldm r0, {r8, r9, lr}\n"
        "mov r0, r2\n"
        "bic r3, lr, #3\n" /* 6 bytes of patch to a byte of the fours */
        "mul r3, r3, r9\n"
        "add r3, r3, r3, lsl #1\n"
        "add r3, r2, r3, lsl #1\n"
        "str r3, [sp]\n"
        "mov r12, #0x007F007F\n"
        "mov r10, #0\n"
        "mov r11, #0x80000000\n"
        "1:\n" /* ---- next run ---- */
        "ldr r3, [sp, #4]\n"
        "ldr r2, [r8, #4]\n"
        "ldr r1, [r8], #8\n"
        "and r2, r2, r3\n"
        "add r1, r1, r2\n"
        "subs r2, lr, #16\n"
        "blo 3f\n"
        "2:\n" /* sixteen bytes */
        "ldr r4, [r1, #4]\n"
        "ldr r5, [r1, #8]\n"
        "ldr r6, [r1, #12]\n"
        "ldr r3, [r1], #16\n"
        MK_WORD("r3", "0")
        MK_WORD("r4", "24")
        MK_WORD("r5", "48")
        MK_WORD("r6", "72")
        "add r0, r0, #96\n"
        "subs r2, #16\n"
        "bhs 2b\n"
        "3:\n"
        "lsls r3, r2, #29\n" /* carry: eight more; negative: four more */
        "bcc 4f\n"
        "ldr r4, [r1, #4]\n"
        "ldr r3, [r1], #8\n"
        MK_WORD("r3", "0")
        MK_WORD("r4", "24")
        "add r0, r0, #48\n"
        "4:\n"
        "lsls r3, r2, #30\n" /* carry: four more; else what remains is 0 to 3 bytes */
        "bcc 5f\n"
        "ldr r4, [r1], #4\n"
        MK_WORD("r4", "0")
        "add r0, r0, #24\n"
        "5:\n"
        "cmp r3, #0\n"
        "beq 8f\n"
        "6:\n" /* one byte left over */
        "ldrb r4, [r1], #1\n"
        "lsrs r11, r11, #8\n"
        "orr r11, r11, r4, lsl #24\n"
        "bcc 7f\n"
        "mov r5, r0\n"
        "ldr r0, [sp]\n"
        MK_WORD("r11", "0")
        "add r0, r0, #24\n"
        "str r0, [sp]\n"
        "mov r0, r5\n"
        "mov r11, #0x80000000\n"
        "7:\n"
        "subs r3, r3, #0x40000000\n"
        "bne 6b\n"
        "8:\n"
        "subs r9, #1\n"
        "bne.w 1b\n"
        "cmp r11, #0x80000000\n"
        "beq 11f\n"
        "10:\n"
        "lsrs r11, r11, #8\n"
        "bcc 10b\n"
        "ldr r0, [sp]\n"
        MK_WORD("r11", "0")
        "11:\n"
        "add sp, #12\n"
        "pop {r4-r11, pc}\n");
}

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
