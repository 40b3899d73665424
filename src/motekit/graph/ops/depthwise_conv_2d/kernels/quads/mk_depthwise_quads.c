#include "mk_depthwise_quads.h"

#define MK_QUAD 4U

/* One output pixel. */
typedef struct {
    const int8_t *const *taps; /* where the pixels under the window are */
    const int8_t *const *end;
    const int8_t *stream;
    const int32_t *lines;
    int8_t *out;
    int32_t offset;
    uint32_t channel; /* the first of the next four */
    uint32_t last;    /* the first of the last four */
} mk_quads_pixel;

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)

#define MK_NAKED __attribute__((naked)) static
#define MK_UNUSED __attribute__((unused))

#define MK_DIP(sum, dip)                    \
    "and r12, " dip ", " sum ", asr #31\n"  \
    "sub " sum ", " sum ", r12\n"

#define MK_SATURATE(sum, at)               \
    "ssat " sum ", #8, " sum ", asr #12\n" \
    "strb " sum ", [r0, #" at "]\n"

/* r0 taps, r1 stream, r2 channel, r3-r4 pixels, r5-r6 weights, r7 and lr pairs, r8-r11 sums, r12
 * end of the taps. Stack: 0 taps, 4 end, 8 stream, 12 lines, 16 out, 20 offset, 24 channel,
 * 28 last. */
MK_NAKED void mk_quads_pixel_all(const mk_quads_pixel *pixel MK_UNUSED)
{
    __asm volatile(
        "push {r4-r11, lr}\n"
        "sub sp, #36\n"
        "ldm r0, {r1-r8}\n"
        "stm sp, {r1-r8}\n"
        "ldr r1, [sp, #8]\n"
        "1:\n" /* ---- next four channels ---- */
        "ldr r0, [sp]\n"
        "ldr r12, [sp, #4]\n"
        "ldr r2, [sp, #24]\n"
        "mov r8, #0\n"
        "mov r9, #0\n"
        "mov r10, #0\n"
        "mov r11, #0\n"
        "2:\n" /* two taps */
        "ldr r4, [r0, #4]\n"
        "ldr r3, [r0], #8\n"
        "ldr r6, [r1, #4]\n"
        "ldr r5, [r1], #8\n"
        "ldr r3, [r3, r2]\n"
        "ldr r4, [r4, r2]\n"
        "pkhbt r7, r3, r4, lsl #16\n"
        "pkhtb r4, r4, r3, asr #16\n"
        "sxtb16 r3, r7\n"
        "sxtb16 lr, r5\n"
        "smlad r8, r3, lr, r8\n"
        "sxtb16 r7, r7, ror #8\n"
        "sxtb16 r5, r5, ror #8\n"
        "smlad r9, r7, r5, r9\n"
        "sxtb16 r3, r4\n"
        "sxtb16 lr, r6\n"
        "smlad r10, r3, lr, r10\n"
        "sxtb16 r4, r4, ror #8\n"
        "sxtb16 r6, r6, ror #8\n"
        "smlad r11, r4, r6, r11\n"
        "cmp r0, r12\n"
        "bne 2b\n"

        "ldm r1!, {r3-r6}\n"
        "ldr r0, [sp, #12]\n"
        "add r8, r3, r8, lsl #8\n"
        "add r9, r4, r9, lsl #8\n"
        "add r10, r5, r10, lsl #8\n"
        "add r11, r6, r11, lsl #8\n"
        "ldm r0!, {r3-r6}\n"
        "ldr r7, [sp, #20]\n"
        "cmp r7, #0\n"
        "beq 3f\n"
        "str r1, [sp, #32]\n"
        "ldm r0!, {r1, r2, r7, lr}\n"
        MK_DIP("r8", "r1")
        MK_DIP("r9", "r2")
        MK_DIP("r10", "r7")
        MK_DIP("r11", "lr")
        "ldr r7, [sp, #20]\n"
        "ldr r2, [sp, #24]\n"
        "ldr r1, [sp, #32]\n"
        "3:\n"
        "str r0, [sp, #12]\n"
        "ldr r0, [sp, #16]\n"
        "smmla r8, r8, r3, r7\n"
        "smmla r9, r9, r4, r7\n"
        "smmla r10, r10, r5, r7\n"
        "smmla r11, r11, r6, r7\n"
        "add r0, r0, r2\n"
        "ldr r3, [sp, #28]\n"
        MK_SATURATE("r8", "0")
        MK_SATURATE("r9", "1")
        MK_SATURATE("r10", "2")
        MK_SATURATE("r11", "3")
        "cmp r2, r3\n"
        "beq 4f\n"
        "add r2, r2, #4\n"
        "cmp r2, r3\n"
        "it hi\n"
        "movhi r2, r3\n"
        "str r2, [sp, #24]\n"
        "b 1b\n"
        "4:\n"
        "add sp, #36\n"
        "pop {r4-r11, pc}\n");
}

#else

/* 256 times the sum of channel `i` of the four, and its start; wraps, only the end has to fit. */
static uint32_t mk_quads_sum(const mk_quads_pixel *pixel, uint32_t i)
{
    const uint32_t place = MK_QUAD * (i / 2U) + i % 2U;
    const int8_t *weights = pixel->stream;
    uint32_t sum = 0U;
    uint32_t start;
    for (const int8_t *const *tap = pixel->taps; tap != pixel->end; tap = &tap[2]) {
        for (uint32_t j = 0U; j < 2U; j++) {
            sum += (uint32_t)((int32_t)tap[j][pixel->channel + i] * weights[place + 2U * j]);
        }
        weights = &weights[2U * MK_QUAD];
    }
    __builtin_memcpy(&start, &weights[sizeof start * i], sizeof start);
    return 256U * sum + start;
}

static int8_t mk_quads_value(const mk_quads_pixel *pixel, const int32_t *lines, uint32_t sum)
{
    int32_t scaled = (int32_t)sum;
    if ((pixel->offset != 0) && (scaled < 0)) {
        scaled = (int32_t)(sum - (uint32_t)lines[MK_QUAD]);
    }
    const int32_t high = (int32_t)(((int64_t)scaled * lines[0]) >> 32U) + pixel->offset;
    const int32_t out = high >> 12U;
    return (int8_t)((out < INT8_MIN) ? INT8_MIN : ((out > INT8_MAX) ? INT8_MAX : out));
}

static void mk_quads_pixel_all(const mk_quads_pixel *all)
{
    const uint32_t words = MK_QUAD * ((all->offset != 0) ? 2U : 1U);
    const uint32_t taps = (uint32_t)(all->end - all->taps);
    mk_quads_pixel pixel = *all;
    for (uint32_t c = 0U;; c += MK_QUAD) {
        pixel.channel = (c < all->last) ? c : all->last;
        for (uint32_t i = 0U; i < MK_QUAD; i++) {
            const uint32_t sum = mk_quads_sum(&pixel, i);
            pixel.out[pixel.channel + i] = mk_quads_value(&pixel, &pixel.lines[i], sum);
        }
        if (pixel.channel == all->last) {
            break;
        }
        pixel.stream = &pixel.stream[MK_QUAD * (taps + sizeof(int32_t))];
        pixel.lines = &pixel.lines[words];
    }
}

#endif

/* Where the pixels are under the window whose first tap is in row `top` and column `left`. */
static void mk_quads_taps(const mk_depthwise_quads_params *p, const mk_rows *rows, uint32_t top,
                          uint32_t left, const int8_t **taps)
{
    const int8_t *blank = (const int8_t *)&taps[p->taps];
    for (uint32_t i = 0U; i < p->kernel_h; i++) {
        const uint32_t y = top + i * p->dilation_h; /* wraps above the image, as x left of it */
        const int8_t *row = &rows->in[(y % rows->in_ring) * p->in_w * p->channels];
        for (uint32_t j = 0U; j < p->kernel_w; j++) {
            const uint32_t x = left + j * p->dilation_w;
            const int inside = (y < p->in_h) && (x < p->in_w);
            *taps = inside ? &row[x * p->channels] : blank;
            taps++;
        }
    }
}

void mk_depthwise_quads(const mk_depthwise_quads_params *p, const mk_rows *rows)
{
    const int8_t **taps = rows->scratch;
    int8_t *blank = (int8_t *)&taps[p->taps];
    for (uint32_t c = 0U; c < p->channels; c++) {
        blank[c] = p->in_zero;
    }
    taps[p->taps - 1U] = blank; /* beside an odd number; its weights are zero */
    mk_quads_pixel pixel = {taps, &taps[p->taps], p->stream, p->lines, 0, p->offset, 0U,
                            p->channels - MK_QUAD};
    for (uint32_t y = rows->first; y < rows->last; y++) {
        const uint32_t top = y * p->stride_h - p->pad_top;
        pixel.out = &rows->out[(y % rows->out_ring) * p->out_w * p->channels];
        for (uint32_t x = 0U; x < p->out_w; x++) {
            mk_quads_taps(p, rows, top, x * p->stride_w - p->pad_left, taps);
            mk_quads_pixel_all(&pixel);
            pixel.out = &pixel.out[p->channels];
        }
    }
}
