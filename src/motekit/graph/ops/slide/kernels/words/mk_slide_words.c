#include "mk_slide_words.h"

/* Upwards: `to` may lie below `from` in the same memory. */
static void mk_move(int8_t *to, const int8_t *from, uint32_t bytes)
{
    uint32_t at = 0U;
    while (bytes - at >= 16U) {
        uint32_t words[4];
        __builtin_memcpy(words, &from[at], sizeof words);
        __builtin_memcpy(&to[at], words, sizeof words);
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
        mk_move(to, from[side], bytes[side]);
        to = &to[bytes[side]];
        from[side] = &from[side][step[side]];
    }
}
