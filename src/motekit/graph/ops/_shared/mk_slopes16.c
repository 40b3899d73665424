#include "mk_slopes16.h"

#include "mk_requantize.h"

void mk_slopes16(const mk_slopes16_params *p, const int16_t *in, int16_t *out)
{
    for (uint32_t i = 0U; i < p->size; i++) {
        const int32_t x = in[i];
        const int32_t scaled = (x >= 0) ? mk_multiply_double(x, p->above, p->above_shift)
                                        : mk_multiply_double(x, p->below, p->below_shift);
        out[i] = (int16_t)mk_clamp(scaled, p->low, p->high);
    }
}
