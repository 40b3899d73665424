#include "mk_conv_first.h"

#define MK_KERNEL 3U /* rows of a window, and lines */
#define MK_WIDE 3U   /* outputs of a block */

/* Only what some layer of the model needs is compiled; what they all share is a constant. */
#if defined(MK_FIRST_3_BY_2) || defined(MK_FIRST_1_BY_2)
#define MK_BY_2
#endif
#if defined(MK_FIRST_3_BY_1) || defined(MK_FIRST_1_BY_1)
#define MK_BY_1
#endif
#if defined(MK_BY_1) && defined(MK_BY_2)
#define MK_STRIDE(p) ((p)->stride_w)
#elif defined(MK_BY_2)
#define MK_STRIDE(p) 2U
#else
#define MK_STRIDE(p) 1U
#endif
#if !defined(MK_FIRST_1_BY_1) && !defined(MK_FIRST_1_BY_2)
#define MK_CHANNELS(p) 3U
#elif !defined(MK_FIRST_3_BY_1) && !defined(MK_FIRST_3_BY_2)
#define MK_CHANNELS(p) 1U
#else
#define MK_CHANNELS(p) ((p)->channels)
#endif

/* Blocks of three outputs that lie side by side; what the loops change comes first. */
typedef struct {
    const int32_t *slope;
    int8_t *out[MK_WIDE];
    const int16_t *end; /* of the stream */
    const uint32_t *line[MK_KERNEL]; /* where the block's first window begins */
    const int16_t *stream;
    const int32_t *slopes;
    uint32_t blocks; /* at least 1 */
} mk_first_call;

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)

#define MK_NAKED __attribute__((naked)) static
#define MK_UNUSED __attribute__((unused))

/* r0 window, r1 stream, r2-r4 words of three windows, r5-r6 weights of two channels, r7 the next
 * line's place, r8-r10 sums of the first channel, r11-r12 and lr of the second. Single loads stand
 * together because they pipeline: 12 cycles for 12 products. The stack is an mk_first_call. */
#define MK_WORDS(at, across)                    \
    "ldr r2, [r0, #" at "]\n"                   \
    "ldr r3, [r0, #" at "+" across "]\n"        \
    "ldr r4, [r0, #" at "+2*" across "]\n"

#define MK_COLUMN(at, across)   \
    "ldr r6, [r1, #4]\n"        \
    "ldr.w r5, [r1], #8\n"      \
    MK_WORDS(at, across)        \
    "smlad r8, r2, r5, r8\n"    \
    "smlad r9, r3, r5, r9\n"    \
    "smlad r10, r4, r5, r10\n"  \
    "smlad r11, r2, r6, r11\n"  \
    "smlad r12, r3, r6, r12\n"  \
    "smlad lr, r4, r6, lr\n"

/* The first column of a pair of channels, with its starts. */
#define MK_BEGIN(across)        \
    "ldr r0, [sp, #20]\n"       \
    "ldr r11, [r1, #4]\n"       \
    "ldr r5, [r1, #8]\n"        \
    "ldr r6, [r1, #12]\n"       \
    "ldr.w r8, [r1], #16\n"     \
    MK_WORDS("0", across)       \
    "smlad r9, r3, r5, r8\n"    \
    "smlad r10, r4, r5, r8\n"   \
    "smlad r8, r2, r5, r8\n"    \
    "smlad r12, r3, r6, r11\n"  \
    "smlad lr, r4, r6, r11\n"   \
    "smlad r11, r2, r6, r11\n"

#define MK_STORE(sum, to)                  \
    "ssat " sum ", #8, " sum ", asr #12\n" \
    "strb " sum ", [" to "], #1\n"

/* `rest` is the row after its first column, `across` the bytes between windows. */
#define MK_BLOCKS(across, rest)                                  \
    __asm volatile(                                              \
        "push {r4-r11, lr}\n"                                    \
        "sub sp, #44\n"                                          \
        "ldm r0, {r1-r11}\n"                                     \
        "stm sp, {r1-r11}\n"                                     \
        "1:\n" /* ---- next block ---- */                        \
        "ldr r1, [sp, #32]\n"                                    \
        "ldr r0, [sp, #36]\n"                                    \
        "str r0, [sp]\n"                                         \
        "2:\n" /* ---- next pair of channels ---- */             \
        MK_BEGIN(across)                                         \
        rest                                                     \
        "add r7, sp, #24\n" /* the other two rows */             \
        "4:\n"                                                   \
        "ldr r0, [r7], #4\n"                                     \
        MK_COLUMN("0", across)                                   \
        rest                                                     \
        "add r2, sp, #32\n"                                      \
        "cmp r7, r2\n"                                           \
        "bne 4b\n"                                               \
        "ldm sp, {r0, r2-r5}\n"                                  \
        "ldm r0!, {r6, r7}\n"                                    \
        "smmul r8, r8, r6\n"                                     \
        "smmul r9, r9, r6\n"                                     \
        "smmul r10, r10, r6\n"                                   \
        "smmul r11, r11, r7\n"                                   \
        "smmul r12, r12, r7\n"                                   \
        "smmul lr, lr, r7\n"                                     \
        MK_STORE("r8", "r2")                                     \
        MK_STORE("r11", "r2")                                    \
        MK_STORE("r9", "r3")                                     \
        MK_STORE("r12", "r3")                                    \
        MK_STORE("r10", "r4")                                    \
        MK_STORE("lr", "r4")                                     \
        "cmp r1, r5\n"                                           \
        "stm sp, {r0, r2-r4}\n"                                  \
        "bne.w 2b\n"                                             \
        "ldr r7, [sp, #40]\n"                                    \
        "subs r7, #1\n"                                          \
        "beq 3f\n"                                               \
        "str r7, [sp, #40]\n"                                    \
        "sub r3, r4, r3\n" /* channels */                        \
        "add r5, r4, r3\n"                                       \
        "add r6, r5, r3\n"                                       \
        "add r0, sp, #4\n"                                       \
        "stm r0, {r4-r6}\n"                                      \
        "add r0, sp, #20\n"                                      \
        "ldm r0, {r2-r4}\n"                                      \
        "add r2, r2, #3*" across "\n"                            \
        "add r3, r3, #3*" across "\n"                            \
        "add r4, r4, #3*" across "\n"                            \
        "stm r0, {r2-r4}\n"                                      \
        "b.w 1b\n"                                               \
        "3:\n"                                                   \
        "add sp, #44\n"                                          \
        "pop {r4-r11, pc}\n")

#define MK_FIVE(step, across)        \
    MK_COLUMN(step, across)          \
    MK_COLUMN("2*" step, across)     \
    MK_COLUMN("3*" step, across)     \
    MK_COLUMN("4*" step, across)

#ifdef MK_FIRST_3_BY_2
MK_NAKED void mk_first_3_by_2(const mk_first_call *call MK_UNUSED)
{
    MK_BLOCKS("12", MK_FIVE("4", "12"));
}
#endif

#ifdef MK_FIRST_3_BY_1
MK_NAKED void mk_first_3_by_1(const mk_first_call *call MK_UNUSED)
{
    MK_BLOCKS("12", MK_FIVE("8", "12"));
}
#endif

#ifdef MK_FIRST_1_BY_2
MK_NAKED void mk_first_1_by_2(const mk_first_call *call MK_UNUSED)
{
    MK_BLOCKS("4", MK_COLUMN("4", "4"));
}
#endif

#ifdef MK_FIRST_1_BY_1
MK_NAKED void mk_first_1_by_1(const mk_first_call *call MK_UNUSED)
{
    MK_BLOCKS("4", MK_COLUMN("8", "4"));
}
#endif

#ifdef MK_BY_2
#define MK_TWO_PAIRS(word, at)      \
    "sxtb16 r7, " word "\n"         \
    "sxtb16 r8, " word ", ror #8\n" \
    "pkhbt r9, r7, r8, lsl #16\n"   \
    "pkhtb r7, r8, r7, asr #16\n"   \
    "str r9, [r1, #" at "]\n"       \
    "str r7, [r1, #" at "+4]\n"

/* r0 from, r1 to, r2 sixteens left, r3-r6 bytes, r7-r9 pairs. */
MK_NAKED void mk_first_sixteens(const int8_t *from MK_UNUSED, uint32_t *to MK_UNUSED,
                                uint32_t count MK_UNUSED)
{
    __asm volatile(
        "push {r4-r9, lr}\n"
        "1:\n"
        "ldr r4, [r0, #4]\n"
        "ldr r5, [r0, #8]\n"
        "ldr r6, [r0, #12]\n"
        "ldr r3, [r0], #16\n"
        MK_TWO_PAIRS("r3", "0")
        MK_TWO_PAIRS("r4", "8")
        MK_TWO_PAIRS("r5", "16")
        MK_TWO_PAIRS("r6", "24")
        "add r1, r1, #32\n"
        "subs r2, #1\n"
        "bne 1b\n"
        "pop {r4-r9, pc}\n");
}
#endif

#ifdef MK_BY_1
/* r0 from, r1 to, r2 fours left, r3-r4 bytes 0 to 3 and 1 to 4, r5-r7 their even and odd ones,
 * r3, r4, r8, r9 pairs. */
MK_NAKED void mk_first_fours(const int8_t *from MK_UNUSED, uint32_t *to MK_UNUSED,
                             uint32_t count MK_UNUSED)
{
    __asm volatile(
        "push {r4-r9, lr}\n"
        "1:\n"
        "ldr r4, [r0, #1]\n"
        "ldr r3, [r0], #4\n"
        "sxtb16 r5, r3\n"
        "sxtb16 r6, r3, ror #8\n"
        "sxtb16 r7, r4, ror #8\n"
        "pkhbt r3, r5, r6, lsl #16\n"
        "pkhbt r4, r6, r5\n"
        "pkhtb r8, r6, r5, asr #16\n"
        "pkhtb r9, r7, r6, asr #16\n"
        "stm r1!, {r3, r4, r8, r9}\n"
        "subs r2, #1\n"
        "bne 1b\n"
        "pop {r4-r9, pc}\n");
}
#endif

static void mk_first_run(const mk_conv_first_params *p, const mk_first_call *call)
{
#ifdef MK_FIRST_3_BY_2
    if ((MK_CHANNELS(p) == 3U) && (MK_STRIDE(p) == 2U)) {
        mk_first_3_by_2(call);
    }
#endif
#ifdef MK_FIRST_3_BY_1
    if ((MK_CHANNELS(p) == 3U) && (MK_STRIDE(p) == 1U)) {
        mk_first_3_by_1(call);
    }
#endif
#ifdef MK_FIRST_1_BY_2
    if ((MK_CHANNELS(p) == 1U) && (MK_STRIDE(p) == 2U)) {
        mk_first_1_by_2(call);
    }
#endif
#ifdef MK_FIRST_1_BY_1
    if ((MK_CHANNELS(p) == 1U) && (MK_STRIDE(p) == 1U)) {
        mk_first_1_by_1(call);
    }
#endif
}

#else

#ifdef MK_BY_2
static void mk_first_sixteens(const int8_t *from, uint32_t *to, uint32_t count)
{
    for (uint32_t i = 0U; i < 8U * count; i++) {
        to[i] = (uint32_t)(uint16_t)from[2U * i] | ((uint32_t)(uint16_t)from[2U * i + 1U] << 16U);
    }
}
#endif

#ifdef MK_BY_1
static void mk_first_fours(const int8_t *from, uint32_t *to, uint32_t count)
{
    for (uint32_t i = 0U; i < 4U * count; i++) {
        to[i] = (uint32_t)(uint16_t)from[i] | ((uint32_t)(uint16_t)from[i + 1U] << 16U);
    }
}
#endif

static uint32_t mk_first_products(uint32_t pair, const int16_t *weights)
{
    const int32_t low = (int16_t)(uint16_t)pair;
    const int32_t high = (int16_t)(uint16_t)(pair >> 16U);
    return (uint32_t)(low * weights[0]) + (uint32_t)(high * weights[1]);
}

/* Output channel c of the window that begins `at` words after the call's first one. */
static int8_t mk_first_output(const mk_conv_first_params *p, const mk_first_call *call,
                              uint32_t at, uint32_t c)
{
    const uint32_t columns = (MK_CHANNELS(p) == 3U) ? 5U : 2U;
    const uint32_t step = 3U - MK_STRIDE(p);
    const int16_t *w = &p->stream[(c / 2U) * (4U + 4U * MK_KERNEL * columns)];
    uint32_t sum;
    __builtin_memcpy(&sum, &w[2U * (c % 2U)], sizeof sum);
    w = &w[4U + 2U * (c % 2U)];
    for (uint32_t i = 0U; i < MK_KERNEL; i++) {
        for (uint32_t j = 0U; j < columns; j++) {
            sum += mk_first_products(call->line[i][at + step * j], w);
            w = &w[4];
        }
    }
    const int32_t out = (int32_t)(((int64_t)(int32_t)sum * p->slope[c]) >> 44U);
    return (int8_t)((out < INT8_MIN) ? INT8_MIN : ((out > INT8_MAX) ? INT8_MAX : out));
}

static void mk_first_run(const mk_conv_first_params *p, const mk_first_call *call)
{
    int8_t *out = call->out[0];
    for (uint32_t x = 0U; x < MK_WIDE * call->blocks; x++) {
        for (uint32_t c = 0U; c < 2U * p->pairs; c++) {
            *out = mk_first_output(p, call, x * MK_CHANNELS(p), c);
            out++;
        }
    }
}

#endif

/* Value `at` of a row as 16 bits, the zero point outside it. */
static uint32_t mk_first_value(const mk_conv_first_params *p, const int8_t *row, uint32_t at)
{
    const int32_t value = ((row != 0) && (at < p->values)) ? row[at] : p->in_zero;
    return (uint32_t)value & 0xFFFFU;
}

/* Expand what goes many values at a time, from value `at` of the row on, into word `from` of a
 * line and the next ones; how many words that were. */
static uint32_t mk_first_many(const mk_conv_first_params *p, const int8_t *row, uint32_t at,
                              uint32_t *line, uint32_t from)
{
    const uint32_t one = 2U - MK_STRIDE(p); /* a word takes a value of the next one, or none */
    uint32_t words = (at < p->values) ? ((p->values - one - at) / MK_STRIDE(p)) : 0U;
    words = (words < p->words - from) ? words : (p->words - from);
#ifdef MK_BY_2
    if (MK_STRIDE(p) == 2U) {
        words &= ~7U;
        if (words != 0U) {
            mk_first_sixteens(&row[at], &line[from], words / 8U);
        }
    }
#endif
#ifdef MK_BY_1
    if (MK_STRIDE(p) == 1U) {
        words &= ~3U;
        if (words != 0U) {
            mk_first_fours(&row[at], &line[from], words / 4U);
        }
    }
#endif
    return words;
}

/* Expand row y of the input; y outside it is padding. */
static void mk_first_expand(const mk_conv_first_params *p, const mk_rows *rows, uint32_t y,
                            uint32_t *line)
{
    const int8_t *row = (y < p->in_h) ? &rows->in[(y % rows->in_ring) * p->values] : 0;
    uint32_t i = 0U;
    while (i < p->words) {
        const uint32_t at = MK_STRIDE(p) * i - p->lead; /* wraps before the first value */
        const uint32_t many = (row != 0) ? mk_first_many(p, row, at, line, i) : 0U;
        if (many == 0U) {
            line[i] = mk_first_value(p, row, at) | (mk_first_value(p, row, at + 1U) << 16U);
            i++;
        }
        i += many;
    }
}

/* Blocks of a row of outputs, the first one x outputs after where the lines begin. */
static void mk_first_blocks(const mk_conv_first_params *p, mk_first_call *call, int8_t *out,
                            uint32_t x)
{
    for (uint32_t i = 0U; i < MK_WIDE; i++) {
        call->line[i] = &call->line[i][x * MK_CHANNELS(p)];
        call->out[i] = &out[(x + i) * 2U * p->pairs];
    }
    mk_first_run(p, call);
}

void mk_conv_first(const mk_conv_first_params *p, const mk_rows *rows)
{
    mk_first_call call = {p->slope, {0}, &p->stream[p->length], {0}, p->stream, p->slope, 0U};
    const uint32_t keep = (p->stride_h < MK_KERNEL) ? (MK_KERNEL - p->stride_h) : 0U;
    uint32_t *const scratch = rows->scratch;
    for (uint32_t y = rows->first; y < rows->last; y++) {
        uint32_t from = y * p->stride_h - p->pad_top; /* wraps above the image */
        for (uint32_t i = 0U; i < MK_KERNEL; i++) {
            uint32_t *line = &scratch[((from + MK_KERNEL) % MK_KERNEL) * p->words];
            if ((i >= keep) || (y == rows->first)) {
                mk_first_expand(p, rows, from, line);
            }
            call.line[i] = line;
            from++;
        }
        int8_t *out = &rows->out[(y % rows->out_ring) * p->out_w * 2U * p->pairs];
        call.blocks = p->out_w / MK_WIDE;
        for (uint32_t x = 0U; x < p->out_w; x += MK_WIDE * call.blocks) {
            call.blocks = (x == 0U) ? call.blocks : 1U; /* the last may cover one before */
            mk_first_blocks(p, &call, out, (x == 0U) ? 0U : (p->out_w - MK_WIDE));
        }
    }
}
