#include "mk_split.h"

#include "mk_run.h"

void mk_split(const mk_split_params *p, const void *in, void *const *out)
{
    const int8_t *from = (const int8_t *)in;
    for (uint32_t row = 0U; row < p->outer; row++) {
        for (uint32_t i = 0U; i < p->outputs; i++) {
            int8_t *to = &((int8_t *)out[i])[row * p->chunk[i]];
            mk_run(to, from, p->chunk[i]);
            from = &from[p->chunk[i]];
        }
    }
}
