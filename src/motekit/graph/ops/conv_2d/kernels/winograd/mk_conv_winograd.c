#include "mk_conv_winograd.h"

#define MK_TILES 4U
#define MK_STEP 16U /* words of the tiles to two inputs */
#define MK_WIDE 8U  /* outputs of a block */

/* One row of input under a block, for mk_winograd_row. */
typedef struct {
    const int8_t *from; /* the first pixel that is not padding, from that left of the block */
    uint32_t pixel;     /* bytes to the next pixel, 0 in a row of padding */
    uint32_t next;      /* bytes to the next four channels, 0 in a row of padding */
    uint32_t fours;     /* channels / 4 */
    uint32_t left;      /* the first pixel is padding */
    uint32_t right;     /* the last pixel is padding */
    uint32_t zeros;     /* the zero point four times */
} mk_winograd_source;

/* Two channels of a block. */
typedef struct {
    const uint32_t *tiles;
    const int16_t *stream;
    const int32_t *slope;
    int8_t *out;
    uint32_t pitch;  /* output channels */
    uint32_t steps;  /* pairs of inputs */
    uint32_t pairs;
    int32_t offset;
} mk_winograd_block;

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)

#define MK_NAKED __attribute__((naked)) static
#define MK_UNUSED __attribute__((unused))

/* The pixel in `word` as two pairs in the upper bytes of int16; lr is 0xFF00FF00. */
#define MK_SPLIT(word, even)              \
    "and " even ", lr, " word ", lsl #8\n" \
    "and " word ", lr, " word "\n"

/* One tile of one half of the channels from pixels d0 to d3; r12 and r11 are free. */
#define MK_TILE(d0, d1, d2, d3, at)              \
    "shsub16 r12, " d0 ", " d2 "\n"              \
    "shadd16 r11, " d1 ", " d2 "\n"              \
    "str r12, [r1, #" at "]\n"                   \
    "shsub16 r12, " d2 ", " d1 "\n"              \
    "str r11, [r1, #" at "+16]\n"                \
    "shsub16 r11, " d3 ", " d1 "\n"              \
    "str r12, [r1, #" at "+32]\n"                \
    "str r11, [r1, #" at "+48]\n"

/* The next two pixels into the registers named. */
#define MK_TWO(a, a_even, b, b_even)      \
    "ldr " a ", [r0]\n"                   \
    "ldr " b ", [r0, r2]\n"               \
    "add r0, r0, r2, lsl #1\n"            \
    MK_SPLIT(a, a_even)                   \
    MK_SPLIT(b, b_even)

/* r0 pixel, r1 tiles, r2 pixel step, r3-r10 four pixels: odd and even channels of each, r11-r12
 * results, lr the upper bytes. Stack: 0 from, pixel, next, fours, left, right, zeros. */
MK_NAKED void mk_winograd_row(const mk_winograd_source *s MK_UNUSED, uint32_t *tiles MK_UNUSED)
{
    __asm volatile(
        "push {r4-r11, lr}\n"
        "sub sp, #28\n"
        "ldm r0, {r2-r8}\n"
        "stm sp, {r2-r8}\n"
        "mov lr, #0xFF00FF00\n"
        "1:\n"
        "ldrd r0, r2, [sp]\n"
        "ldr r11, [sp, #16]\n"
        "ldr r3, [sp, #24]\n"
        "cmp r11, #0\n"
        "bne 2f\n"
        "ldr r3, [r0]\n"
        "add r0, r0, r2\n"
        "2:\n"
        "ldr r5, [r0]\n"
        "add r0, r0, r2\n"
        MK_SPLIT("r3", "r4")
        MK_SPLIT("r5", "r6")
        MK_TWO("r7", "r8", "r9", "r10")
        MK_TILE("r4", "r6", "r8", "r10", "0")
        MK_TILE("r3", "r5", "r7", "r9", "64")
        MK_TWO("r3", "r4", "r5", "r6")
        MK_TILE("r8", "r10", "r4", "r6", "4")
        MK_TILE("r7", "r9", "r3", "r5", "68")
        MK_TWO("r7", "r8", "r9", "r10")
        MK_TILE("r4", "r6", "r8", "r10", "8")
        MK_TILE("r3", "r5", "r7", "r9", "72")
        "ldr r11, [sp, #20]\n"
        "ldr r3, [r0]\n"
        "cmp r11, #0\n"
        "bne 3f\n"
        "ldr r5, [r0, r2]\n"
        "b 4f\n"
        "3:\n"
        "ldr r5, [sp, #24]\n"
        "4:\n"
        MK_SPLIT("r3", "r4")
        MK_SPLIT("r5", "r6")
        MK_TILE("r8", "r10", "r4", "r6", "12")
        MK_TILE("r7", "r9", "r3", "r5", "76")
        "add r1, r1, #128\n"
        "ldm sp, {r0, r2, r3, r4}\n" /* from, pixel, next, fours */
        "add r0, r0, r3\n"
        "subs r4, #1\n"
        "str r0, [sp]\n"
        "str r4, [sp, #12]\n"
        "bne.w 1b\n"
        "add sp, #28\n"
        "pop {r4-r11, pc}\n");
}

/* Two inputs: r0 tiles, r1 stream, r2-r3 tiles, r4-r5 weights, r6-r9 sums of channel 0 for tiles
 * 0 to 3, r10-r12 and lr of channel 1. */
#define MK_TWO_INPUTS           \
    "ldr r5, [r1, #4]\n"        \
    "ldr.w r4, [r1], #8\n"      \
    "ldr r2, [r0, #4]\n"        \
    "ldr r3, [r0, #8]\n"        \
    "smlad r7, r2, r4, r7\n"    \
    "smlad r11, r2, r5, r11\n"  \
    "smlad r8, r3, r4, r8\n"    \
    "smlad r12, r3, r5, r12\n"  \
    "ldr r3, [r0, #12]\n"       \
    "ldr.w r2, [r0], #64\n"     \
    "smlad r9, r3, r4, r9\n"    \
    "smlad lr, r3, r5, lr\n"    \
    "smlad r6, r2, r4, r6\n"    \
    "smlad r10, r2, r5, r10\n"

#define MK_ALL(one) \
    one("r6") one("r7") one("r8") one("r9") one("r10") one("r11") one("r12") one("lr")

#define MK_DIP_0(sum) "and r0, r4, " sum ", asr #31\n" "sub " sum ", " sum ", r0\n"
#define MK_DIP_1(sum) "and r0, r5, " sum ", asr #31\n" "sub " sum ", " sum ", r0\n"

#define MK_STORE(a, b)                       \
    "ssat " a ", #8, " a ", asr #12\n"       \
    "ssat " b ", #8, " b ", asr #12\n"       \
    "strb " a ", [r0]\n"                     \
    "strb " b ", [r0, #1]\n"                 \
    "add r0, r0, r2\n"

/* Requantize all sums; results go to [sp + `out`] and every second pixel from there. */
#define MK_FINISH(out, local)                \
    "ldr r3, [sp, #52]\n"                    \
    "ldr r2, [sp, #56]\n"                    \
    "cmp r2, #0\n"                           \
    "beq " local "f\n"                       \
    "ldr r5, [r3, #12]\n"                    \
    "ldr r4, [r3, #8]\n"                     \
    MK_DIP_0("r6") MK_DIP_0("r7") MK_DIP_0("r8") MK_DIP_0("r9")       \
    MK_DIP_1("r10") MK_DIP_1("r11") MK_DIP_1("r12") MK_DIP_1("lr")    \
    local ":\n"                              \
    "ldr r0, [sp, #" out "]\n"               \
    "ldr r5, [r3, #4]\n"                     \
    "ldr r4, [r3]\n"                         \
    "smmla r6, r6, r4, r2\n"                 \
    "smmla r7, r7, r4, r2\n"                 \
    "smmla r8, r8, r4, r2\n"                 \
    "smmla r9, r9, r4, r2\n"                 \
    "smmla r10, r10, r5, r2\n"               \
    "smmla r11, r11, r5, r2\n"               \
    "smmla r12, r12, r5, r2\n"               \
    "smmla lr, lr, r5, r2\n"                 \
    "ldr r2, [sp, #60]\n"                    \
    "add r3, r0, #2\n"                       \
    "str r3, [sp, #" out "]\n"               \
    MK_STORE("r6", "r10")                    \
    MK_STORE("r7", "r11")                    \
    MK_STORE("r8", "r12")                    \
    MK_STORE("r9", "lr")

/* Start a pass over the inputs with tiles from [sp + `at`] on; go on at `then`. */
#define MK_PASS(at, end, then)    \
    "ldr r0, [sp, #" at "]\n"     \
    "ldr r2, [sp, #" end "]\n"    \
    "adr.w r3, " then "f\n"       \
    "orr r3, r3, #1\n"            \
    "strd r2, r3, [sp]\n"         \
    "ldr pc, [sp, #8]\n"

/* Stack: 0 end of the pass; 4 what follows it; 8 entry; 12 pairs left; 16 to 28 tiles of e0 to e3;
 * 32 to 44 their ends; 48 step of slopes; 52 slope; 56 offset; 60 two pixels of output; 64 out of
 * even pixels; 68 of odd ones; 72 m1 of tiles and channels; 104 m1 + m2. */
MK_NAKED void mk_winograd_pairs(const mk_winograd_block *b MK_UNUSED)
{
    __asm volatile(
        "push {r4-r11, lr}\n"
        "sub sp, #136\n"
        "ldm r0, {r0-r7}\n" /* tiles stream slope out pitch steps pairs offset */
        "str r6, [sp, #12]\n"
        "str r2, [sp, #52]\n"
        "str r7, [sp, #56]\n"
        "cmp r7, #0\n"
        "ite eq\n"
        "moveq r6, #8\n"
        "movne r6, #16\n"
        "str r6, [sp, #48]\n"
        "add r6, r3, r4\n"
        "lsl r4, r4, #1\n"
        "str r4, [sp, #60]\n"
        "strd r3, r6, [sp, #64]\n"
        "mov r6, r0\n"
        "add r7, r0, #16\n"
        "add r8, r0, #32\n"
        "add r9, r0, #48\n"
        "add r12, sp, #16\n"
        "stm r12!, {r6-r9}\n"
        "lsl r2, r5, #6\n"
        "add r6, r6, r2\n"
        "add r7, r7, r2\n"
        "add r8, r8, r2\n"
        "add r9, r9, r2\n"
        "stm r12, {r6-r9}\n"
        "mov r2, #12\n" /* enter the loop so that its last turn is whole */
        "udiv r3, r5, r2\n"
        "mls r3, r3, r2, r5\n"
        "adr.w r4, 3f\n"
        "cmp r3, #0\n"
        "it eq\n"
        "moveq r3, #12\n"
        "mov r2, #48\n" /* bytes of code to two inputs */
        "mls r4, r3, r2, r4\n"
        "orr r4, r4, #1\n"
        "str r4, [sp, #8]\n"

        "1:\n" /* ---- next two channels ---- */
        "ldm r1!, {r6, r10}\n"
        "mov r7, r6\n"
        "mov r8, r6\n"
        "mov r9, r6\n"
        "mov r11, r10\n"
        "mov r12, r10\n"
        "mov lr, r10\n"
        MK_PASS("20", "36", "4")

        ".balign 4\n"
        "2:\n" /* ---- twelve times two inputs ---- */
        ".rept 12\n"
        MK_TWO_INPUTS
        ".endr\n"
        "3:\n"
        "ldr r2, [sp]\n"
        "cmp r0, r2\n"
        "bne.w 2b\n"
        "ldr pc, [sp, #4]\n"

        ".balign 4\n"
        "4:\n" /* ---- m1 ---- */
        "add r2, sp, #72\n"
        "stm r2, {r6-r12, lr}\n"
        MK_PASS("24", "40", "5")
        ".balign 4\n"
        "5:\n" /* ---- m1 + m2 ---- */
        "add r2, sp, #104\n"
        "stm r2, {r6-r12, lr}\n"
        MK_PASS("16", "32", "6")
        ".balign 4\n"
        "6:\n" /* ---- m1 + m2 + m0 ---- */
        MK_FINISH("64", "8")
        "add r0, sp, #104\n"
        "ldm r0, {r6-r12, lr}\n"
        "add r0, sp, #72\n"
        "ldm r0!, {r2-r5}\n"
        "rsb r6, r6, r2, lsl #1\n"
        "rsb r7, r7, r3, lsl #1\n"
        "rsb r8, r8, r4, lsl #1\n"
        "rsb r9, r9, r5, lsl #1\n"
        "ldm r0, {r2-r5}\n"
        "rsb r10, r10, r2, lsl #1\n"
        "rsb r11, r11, r3, lsl #1\n"
        "rsb r12, r12, r4, lsl #1\n"
        "rsb lr, lr, r5, lsl #1\n"
        MK_PASS("28", "44", "7")
        ".balign 4\n"
        "7:\n" /* ---- m1 - m2 + m3 ---- */
        MK_FINISH("68", "9")
        "ldr r2, [sp, #48]\n"
        "ldr r3, [sp, #52]\n"
        "ldr r4, [sp, #12]\n"
        "add r3, r3, r2\n"
        "subs r4, #1\n"
        "str r3, [sp, #52]\n"
        "str r4, [sp, #12]\n"
        "bne.w 1b\n"
        "add sp, #136\n"
        "pop {r4-r11, pc}\n");
}

#else

static uint32_t mk_winograd_pack(int32_t low, int32_t high)
{
    return (uint32_t)(uint16_t)low | ((uint32_t)(uint16_t)high << 16U);
}

static int32_t mk_winograd_half(uint32_t pair, uint32_t upper)
{
    return (int32_t)(int16_t)(uint16_t)(pair >> (16U * upper));
}

/* 128 e[j] of one channel. */
static int32_t mk_winograd_e(const int32_t *d, uint32_t j)
{
    const int32_t e[4] = {d[0] - d[2], d[1] + d[2], d[2] - d[1], d[3] - d[1]};
    return 128 * e[j];
}

static void mk_winograd_row(const mk_winograd_source *s, uint32_t *tiles)
{
    const int8_t *from = s->from;
    for (uint32_t i = 0U; i < 2U * s->fours; i++) {
        int32_t d[2][MK_WIDE + 2U];
        for (uint32_t x = 0U; x < MK_WIDE + 2U; x++) {
            const int padding = ((x == 0U) && (s->left != 0U))
                || ((x == MK_WIDE + 1U) && (s->right != 0U));
            for (uint32_t half = 0U; half < 2U; half++) {
                d[half][x] = padding ? (int8_t)(uint8_t)(s->zeros & 0xFFU)
                    : from[(x - s->left) * s->pixel + 2U * half + i % 2U];
            }
        }
        for (uint32_t k = 0U; k < MK_STEP; k++) {
            const uint32_t x = 2U * (k % MK_TILES);
            tiles[k] = mk_winograd_pack(mk_winograd_e(&d[0][x], k / MK_TILES),
                                        mk_winograd_e(&d[1][x], k / MK_TILES));
        }
        tiles = &tiles[MK_STEP];
        from = &from[(i % 2U) * s->next];
    }
}

/* m[j] of one channel and tile; sums wrap, only the last has to fit. */
static uint32_t mk_winograd_m(const mk_winograd_block *b, const int16_t *u, uint32_t place)
{
    const uint32_t *tiles = &b->tiles[place];
    uint32_t sum = 0U;
    for (uint32_t i = 0U; i < b->steps; i++) {
        sum += (uint32_t)(mk_winograd_half(*tiles, 0U) * u[0]);
        sum += (uint32_t)(mk_winograd_half(*tiles, 1U) * u[1]);
        tiles = &tiles[MK_STEP];
        u = &u[4];
    }
    return sum;
}

static int8_t mk_winograd_line(const mk_winograd_block *b, uint32_t sum, const int32_t *slope)
{
    int32_t dipped = (int32_t)sum;
    if ((b->offset != 0) && (dipped < 0)) {
        dipped = (int32_t)(sum - (uint32_t)slope[2]);
    }
    const int32_t high = (int32_t)(((int64_t)dipped * slope[0]) >> 32U) + b->offset;
    const int32_t out = high >> 12U;
    return (int8_t)((out < INT8_MIN) ? INT8_MIN : ((out > INT8_MAX) ? INT8_MAX : out));
}

static void mk_winograd_pairs(const mk_winograd_block *b)
{
    const uint32_t pass = 4U * b->steps; /* int16 of a pass */
    for (uint32_t c = 0U; c < 2U * b->pairs; c++) {
        const int16_t *pair = &b->stream[(c / 2U) * (4U + 4U * pass)];
        const int16_t *u = &pair[4U + 2U * (c % 2U)];
        const int32_t *slope = &b->slope[(c / 2U) * ((b->offset != 0) ? 4U : 2U) + c % 2U];
        uint32_t start;
        __builtin_memcpy(&start, &pair[2U * (c % 2U)], sizeof start);
        for (uint32_t tile = 0U; tile < MK_TILES; tile++) {
            int8_t *out = &b->out[2U * tile * b->pitch + c];
            const uint32_t m1 = mk_winograd_m(b, u, MK_TILES + tile);
            const uint32_t m2 = mk_winograd_m(b, &u[pass], 2U * MK_TILES + tile);
            const uint32_t m0 = mk_winograd_m(b, &u[2U * pass], tile);
            const uint32_t m3 = mk_winograd_m(b, &u[3U * pass], 3U * MK_TILES + tile);
            out[0] = mk_winograd_line(b, start + m1 + m2 + m0, slope);
            out[b->pitch] = mk_winograd_line(b, start + m1 - m2 + m3, slope);
        }
    }
}

#endif

/* The tiles of the block whose first output is at (y, x). */
static void mk_winograd_tiles(const mk_conv_winograd_params *p, const mk_rows *rows, uint32_t y,
                              uint32_t x)
{
    const uint32_t zeros = (uint8_t)p->in_zero * 0x01010101U;
    uint32_t *tiles = rows->scratch;
    for (uint32_t i = 0U; i < 3U; i++) {
        const uint32_t from = y + i - p->pad_top; /* wraps above the image */
        mk_winograd_source s = {(const int8_t *)&zeros, 0U, 0U, p->in_c / 4U, 0U, 0U, zeros};
        if (from < p->in_h) {
            const uint32_t row = (from % rows->in_ring) * p->in_w;
            s.left = (x == 0U) ? 1U : 0U;
            s.right = (x + MK_WIDE == p->in_w) ? 1U : 0U;
            s.from = &rows->in[(row + x - ((x == 0U) ? 0U : 1U)) * p->in_c];
            s.pixel = p->in_c;
            s.next = 4U;
        }
        mk_winograd_row(&s, tiles);
        tiles = &tiles[2U * MK_STEP * s.fours];
    }
}

void mk_conv_winograd(const mk_conv_winograd_params *p, const mk_rows *rows)
{
    const uint32_t pitch = 2U * p->pairs;
    for (uint32_t y = rows->first; y < rows->last; y++) {
        int8_t *out = &rows->out[(y % rows->out_ring) * p->in_w * pitch];
        for (uint32_t x = 0U; x < p->in_w; x += MK_WIDE) {
            const uint32_t at = (x + MK_WIDE <= p->in_w) ? x : (p->in_w - MK_WIDE);
            const mk_winograd_block block = {rows->scratch, p->stream, p->slope, &out[at * pitch],
                                             pitch, 3U * p->in_c / 2U, p->pairs, p->offset};
            mk_winograd_tiles(p, rows, y, at);
            mk_winograd_pairs(&block);
        }
    }
}
