/* Copies of runs of bytes, by words where both ends lie on one. */
#ifndef MK_RUN_H
#define MK_RUN_H

#include <stdint.h>

#if defined(__GNUC__)
typedef uint32_t __attribute__((may_alias)) mk_run_word; /* may overlay other types */

/* Bytes copied in words, four at a time: `count` without what is left over. */
static inline uint32_t mk_run_words(int8_t *to, const int8_t *from, uint32_t count)
{
    if (((((uintptr_t)to) | ((uintptr_t)from)) & 3U) != 0U) {
        return 0U;
    }
    mk_run_word *out = (void *)to;
    const mk_run_word *in = (const void *)from;
    const uint32_t whole = count & ~15U;
    for (uint32_t i = 0U; i < whole; i += 16U) {
        const uint32_t a = in[0];
        const uint32_t b = in[1];
        const uint32_t c = in[2];
        const uint32_t d = in[3];
        out[0] = a;
        out[1] = b;
        out[2] = c;
        out[3] = d;
        in = &in[4];
        out = &out[4];
    }
    return whole;
}
#else
static inline uint32_t mk_run_words(int8_t *to, const int8_t *from, uint32_t count)
{
    (void)to;
    (void)from;
    (void)count;
    return 0U;
}
#endif

/* to and from must not overlap. */
static inline void mk_run(int8_t *to, const int8_t *from, uint32_t count)
{
    for (uint32_t i = mk_run_words(to, from, count); i < count; i++) {
        to[i] = from[i];
    }
}

#endif
