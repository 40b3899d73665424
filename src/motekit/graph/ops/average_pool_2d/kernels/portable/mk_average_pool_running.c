#include "mk_average_pool_running.h"

#include "mk_requantize.h"

void mk_average_pool_running(const mk_average_pool_running_params *p, const int8_t *in,
                             int8_t *out, int16_t *sums, uint32_t row)
{
    const int32_t count = (int32_t)p->rows * p->columns;
    for (uint32_t c = 0U; c < p->channels; c++) {
        int32_t sum = (row == 0U) ? 0 : sums[c];
        for (uint32_t x = 0U; x < p->columns; x++) {
            sum += in[x * p->channels + c];
        }
        sums[c] = (int16_t)sum;
        if (row + 1U == p->rows) {
            const int32_t half = (sum > 0) ? (count / 2) : (-(count / 2));
            out[c] = (int8_t)mk_clamp((sum + half) / count, p->out_min, p->out_max);
        }
    }
}
