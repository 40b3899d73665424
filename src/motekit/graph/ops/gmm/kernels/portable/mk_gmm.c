#include "mk_gmm.h"

#include "mk_root.h"

#define MK_GMM_LIMIT 0xBFFFFFFFU /* one square more stays below 2^32 */

static inline int32_t clamp16(int32_t v)
{
    return (v > 32767) ? 32767 : ((v < -32768) ? -32768 : v);
}

/* The square of one coordinate, at most 2^30. */
static uint32_t coordinate(const int16_t *factor, const int32_t *away, uint32_t terms, int32_t shift)
{
    int64_t sum = (int64_t)1 << (shift - 1);
    for (uint32_t i = 0U; i < terms; i++) {
        sum += (int64_t)(factor[i] * away[i]);
    }
    sum >>= shift;
    const int32_t y = (int32_t)((sum > 32767) ? 32767 : ((sum < -32768) ? -32768 : sum));
    return (uint32_t)(y * y);
}

/* A component is given up as soon as it is farther away than the best one. */
void mk_gmm(const mk_gmm_params *p, const int16_t *in, int32_t *out, int32_t *away)
{
    const int16_t *mean = p->means;
    const int16_t *factor = p->factors;
    const int8_t *shift = p->shifts;
    uint32_t best = MK_GMM_LIMIT;
    for (uint32_t k = 0U; k < p->count; k++) {
        uint32_t total = (uint32_t)p->offsets[k];
        for (uint32_t j = 0U; j < p->dims; j++) {
            const uint32_t first = (p->full != 0U) ? 0U : j;
            away[j] = clamp16((int32_t)in[p->axes[j]] - mean[j]);
            if (total < best) {
                total += coordinate(factor, &away[first], (j - first) + 1U, shift[j]);
            }
            factor = &factor[(j - first) + 1U];
        }
        best = (total < best) ? total : best;
        mean = &mean[p->dims];
        shift = &shift[p->dims];
    }
    *out = (int32_t)(((mk_root(best) * (uint32_t)p->mul) + ((uint32_t)1 << (p->shift - 1U))) >>
                     p->shift);
}
