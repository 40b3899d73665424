#include "mk_pair_sum.h"

static int32_t mk_pair_sum_part(int32_t factor, int8_t x)
{
    return (int32_t)(((int64_t)factor * x) >> 8U);
}

static void mk_pair_sum_few(const mk_pair_sum_params *p, const int8_t *a, const int8_t *b,
                            int8_t *out, uint32_t count)
{
    for (uint32_t i = 0U; i < count; i++) {
        const int32_t sum =
            p->start + mk_pair_sum_part(p->a_factor, a[i]) + mk_pair_sum_part(p->b_factor, b[i]);
        const int32_t x = sum >> 21U;
        out[i] = (int8_t)((x < INT8_MIN) ? INT8_MIN : ((x > INT8_MAX) ? INT8_MAX : x));
    }
}

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)

/* One result: `half` is b or t, the half of the words of a and b that holds it. */
#define MK_ONE(half, a, b, at)               \
    "smlaw" half " r9, r4, " a ", r6\n"      \
    "smlaw" half " r9, r5, " b ", r9\n"      \
    "ssat r9, #8, r9, asr #21\n"             \
    "strb r9, [r2, #" at "]\n"

/* r0 a, r1 b, r2 out, r3 fours left, r4 and r5 factors, r6 start, r7-r8 words of a, r10-r11 of b
 * with values in the upper bytes, r12 those bytes. */
__attribute__((naked)) static void mk_pair_sum_fours(const int8_t *a __attribute__((unused)),
                                                     const int8_t *b __attribute__((unused)),
                                                     int8_t *out __attribute__((unused)),
                                                     const mk_pair_sum_params *p
                                                     __attribute__((unused)))
{
    __asm volatile(
        "push {r4-r11, lr}\n"
        "ldm r3, {r4-r7}\n"
        "mov r12, #0xFF00FF00\n"
        "lsr r3, r7, #2\n"
        "1:\n"
        "ldr r8, [r0], #4\n"
        "ldr r11, [r1], #4\n"
        "and r7, r12, r8, lsl #8\n"
        "and r8, r12, r8\n"
        "and r10, r12, r11, lsl #8\n"
        "and r11, r12, r11\n"
        MK_ONE("b", "r7", "r10", "0")
        MK_ONE("b", "r8", "r11", "1")
        MK_ONE("t", "r7", "r10", "2")
        MK_ONE("t", "r8", "r11", "3")
        "add r2, r2, #4\n"
        "subs r3, #1\n"
        "bne 1b\n"
        "pop {r4-r11, pc}\n");
}

void mk_pair_sum(const mk_pair_sum_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const uint32_t fours = p->count & ~3U;
    if (fours != 0U) {
        mk_pair_sum_fours(a, b, out, p);
    }
    mk_pair_sum_few(p, &a[fours], &b[fours], &out[fours], p->count - fours);
}

#else

void mk_pair_sum(const mk_pair_sum_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    mk_pair_sum_few(p, a, b, out, p->count);
}

#endif
