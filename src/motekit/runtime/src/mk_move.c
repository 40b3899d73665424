/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_move.h"

typedef uint32_t __attribute__((may_alias)) mk_move_word;

/* Four words at a time, each time read before they are written: the places may overlap by any
 * number of words. Returns the bytes moved. */
static uint32_t mk_move_words(mk_move_word *to, const mk_move_word *from, uint32_t count)
{
    uint32_t i = 0U;
    for (; i + 4U <= count / 4U; i += 4U) {
        const uint32_t a = from[i];
        const uint32_t b = from[i + 1U];
        const uint32_t c = from[i + 2U];
        const uint32_t d = from[i + 3U];
        to[i] = a;
        to[i + 1U] = b;
        to[i + 2U] = c;
        to[i + 3U] = d;
    }
    return 4U * i;
}

void mk_move(void *to, const void *from, uint32_t count)
{
    uint8_t *out = to;
    const uint8_t *in = from;
    uint32_t done = 0U;
    if ((((uintptr_t)out | (uintptr_t)in) & 3U) == 0U) {
        done = mk_move_words((mk_move_word *)to, (const mk_move_word *)from, count);
    }
    for (; done < count; done++) {
        out[done] = in[done];
    }
}
