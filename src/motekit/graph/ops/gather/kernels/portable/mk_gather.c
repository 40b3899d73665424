#include "mk_gather.h"

#include "mk_run.h"

static uint32_t mk_gather_within(int32_t index, uint32_t count)
{
    const uint32_t floored = (index < 0) ? 0U : (uint32_t)index;
    return (floored < count) ? floored : (count - 1U);
}

void mk_gather(const mk_gather_params *p, const int8_t *in, const int32_t *index, int8_t *out)
{
    for (uint32_t row = 0U; row < p->outer; row++) {
        for (uint32_t i = 0U; i < p->indices; i++) {
            const int8_t *from = &in[mk_gather_within(index[i], p->count) * p->run];
            mk_run(out, from, p->run);
            out = &out[p->run];
        }
        in = &in[p->count * p->run];
    }
}
