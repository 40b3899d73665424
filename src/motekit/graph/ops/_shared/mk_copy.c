#include "mk_copy.h"

#include "mk_run.h"

static void mk_copy_inner(const mk_copy_params *p, const int8_t *from, int8_t *to)
{
    for (int32_t i = 0; i < p->count[3]; i++) {
        const int8_t *source = &from[i * p->in_stride[3]];
        int8_t *target = &to[i * p->out_stride[3]];
        for (int32_t j = 0; j < p->count[4]; j++) {
            mk_run(target, source, p->run);
            source = &source[p->in_stride[4]];
            target = &target[p->out_stride[4]];
        }
    }
}

void mk_copy(const mk_copy_params *p, const void *in, void *out)
{
    const int8_t *from = &((const int8_t *)in)[p->in_start];
    int8_t *to = (int8_t *)out;
    for (int32_t i = 0; i < p->fill_bytes; i++) {
        to[i] = p->fill;
    }
    to = &to[p->out_start];
    for (int32_t i = 0; i < p->count[0]; i++) {
        for (int32_t j = 0; j < p->count[1]; j++) {
            for (int32_t k = 0; k < p->count[2]; k++) {
                mk_copy_inner(
                    p, &from[i * p->in_stride[0] + j * p->in_stride[1] + k * p->in_stride[2]],
                    &to[i * p->out_stride[0] + j * p->out_stride[1] + k * p->out_stride[2]]);
            }
        }
    }
}
