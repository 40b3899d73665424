#include "mk_concatenation.h"

#include "mk_run.h"

void mk_concatenation(const mk_concatenation_params *p, const void *const *in, void *out)
{
    int8_t *to = (int8_t *)out;
    for (uint32_t row = 0U; row < p->outer; row++) {
        for (uint32_t i = 0U; i < p->inputs; i++) {
            const int8_t *from = &((const int8_t *)in[i])[row * p->chunk[i]];
            mk_run(to, from, p->chunk[i]);
            to = &to[p->chunk[i]];
        }
    }
}
