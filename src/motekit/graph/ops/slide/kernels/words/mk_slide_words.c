#include "mk_slide_words.h"

/* A word from any address. */
static inline uint32_t mk_load(const int8_t *at)
{
    uint32_t word;
    __builtin_memcpy(&word, at, sizeof word);
    return word;
}

/* Upwards: `to` may lie below `from` in the same memory. */
static void mk_shift(int8_t *to, const int8_t *from, uint32_t bytes)
{
    uint32_t at = 0U;
    while (bytes - at >= 16U) {
        const uint32_t a = mk_load(&from[at]);
        const uint32_t b = mk_load(&from[at + 4U]);
        const uint32_t c = mk_load(&from[at + 8U]);
        const uint32_t d = mk_load(&from[at + 12U]);
        __builtin_memcpy(&to[at], &a, sizeof a);
        __builtin_memcpy(&to[at + 4U], &b, sizeof b);
        __builtin_memcpy(&to[at + 8U], &c, sizeof c);
        __builtin_memcpy(&to[at + 12U], &d, sizeof d);
        at += 16U;
    }
    while (at < bytes) {
        to[at] = from[at];
        at++;
    }
}

void mk_slide_words(const mk_slide_words_params *p, const void *window, const void *frames,
                    void *out)
{
    const int8_t *from[2] = {&((const int8_t *)window)[p->fresh], (const int8_t *)frames};
    const uint32_t bytes[2] = {p->kept, p->fresh};
    const uint32_t step[2] = {p->kept + p->fresh, p->fresh};
    int8_t *to = (int8_t *)out;
    for (uint32_t i = 0U; i < 2U * p->rows; i++) {
        const uint32_t side = i & 1U; /* of a row: what stays, then what is new */
        mk_shift(to, from[side], bytes[side]);
        to = &to[bytes[side]];
        from[side] = &from[side][step[side]];
    }
}
