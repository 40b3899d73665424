#include "mk_average_pool_fours.h"

#include "mk_requantize.h"

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)

/* Adds four channels of `count` pixels, at least one: channels 0 and 2 to pairs[0], 1 and 3 to
 * pairs[1]. r0 pixel, r1 pixels left, r2 step, r3-r4 sums, r5 and r12 words. */
__attribute__((naked)) static void mk_pool_run(const int8_t *from __attribute__((unused)),
                                               uint32_t count __attribute__((unused)),
                                               uint32_t step __attribute__((unused)),
                                               uint32_t *pairs __attribute__((unused)))
{
    __asm volatile(
        "push {r3-r5, lr}\n"
        "ldrd r3, r4, [r3]\n"
        "lsrs r1, r1, #1\n"
        "bcc 1f\n"
        "ldr r12, [r0]\n"
        "add r0, r0, r2\n"
        "sxtab16 r3, r3, r12\n"
        "sxtab16 r4, r4, r12, ror #8\n"
        "1:\n"
        "cbz r1, 3f\n"
        "2:\n"
        "ldr r12, [r0]\n"
        "ldr r5, [r0, r2]\n"
        "add r0, r0, r2, lsl #1\n"
        "sxtab16 r3, r3, r12\n"
        "sxtab16 r4, r4, r12, ror #8\n"
        "sxtab16 r3, r3, r5\n"
        "sxtab16 r4, r4, r5, ror #8\n"
        "subs r1, #1\n"
        "bne 2b\n"
        "3:\n"
        "ldr r0, [sp]\n"
        "strd r3, r4, [r0]\n"
        "pop {r3-r5, pc}\n");
}

#else

static void mk_pool_run(const int8_t *from, uint32_t count, uint32_t step, uint32_t *pairs)
{
    for (uint32_t i = 0U; i < count; i++) {
        for (uint32_t c = 0U; c < 2U; c++) {
            const int32_t low = (int16_t)(uint16_t)pairs[c] + from[c];
            const int32_t high = (int16_t)(uint16_t)(pairs[c] >> 16U) + from[c + 2U];
            pairs[c] = (uint32_t)(uint16_t)low | ((uint32_t)(uint16_t)high << 16U);
        }
        from = &from[step];
    }
}

#endif

static int8_t mk_pool_mean(const mk_average_pool_fours_params *p, uint32_t pair, int32_t count)
{
    int32_t sum = (int16_t)(uint16_t)pair;
    sum += (sum > 0) ? (count / 2) : (-(count / 2));
    return (int8_t)mk_clamp(sum / count, p->out_min, p->out_max);
}

/* Four channels under the window at `from`. */
static void mk_pool_window(const mk_average_pool_fours_params *p, const int8_t *from, int8_t *out)
{
    const uint32_t row = (uint32_t)p->in_w * p->channels;
    const int32_t count = (int32_t)p->kernel_h * p->kernel_w;
    uint32_t pairs[2] = {0U, 0U};
    if (p->kernel_w == p->in_w) { /* its pixels follow each other */
        mk_pool_run(from, (uint32_t)count, p->channels, pairs);
    } else {
        for (uint32_t i = 0U; i < p->kernel_h; i++) {
            mk_pool_run(&from[i * row], p->kernel_w, p->channels, pairs);
        }
    }
    for (uint32_t c = 0U; c < 4U; c++) {
        out[c] = mk_pool_mean(p, pairs[c % 2U] >> (16U * (c / 2U)), count);
    }
}

void mk_average_pool_fours(const mk_average_pool_fours_params *p, const int8_t *in, int8_t *out)
{
    for (uint32_t y = 0U; y < p->out_h; y++) {
        for (uint32_t x = 0U; x < p->out_w; x++) {
            const uint32_t pixel = y * p->stride_h * p->in_w + x * p->stride_w;
            for (uint32_t c = 0U; c < p->channels; c += 4U) {
                mk_pool_window(p, &in[pixel * p->channels + c], out);
                out = &out[4];
            }
        }
    }
}
