#include "mk_gmm.h"

#include "mk_config.h"
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
void mk_gmm(const mk_gmm_params *p, const int16_t *in, int32_t *out)
{
    const int16_t *mean = p->means;
    const int16_t *factor = p->factors;
    const int8_t *shift = p->shifts;
    uint32_t best = MK_GMM_LIMIT;
    int32_t away[MK_GMM_AXES];
    for (uint32_t k = 0U; k < p->count; k++) {
        uint32_t total = (uint32_t)p->offsets[k];
        for (uint32_t j = 0U; j < (uint32_t)MK_GMM_AXES; j++) {
            away[j] = clamp16((int32_t)in[p->axes[j]] - mean[j]);
            const uint32_t terms = (MK_GMM_DIAGONAL != 0) ? 1U : (j + 1U);
            if (total < best) {
                const int32_t *from = (MK_GMM_DIAGONAL != 0) ? &away[j] : away;
                total += coordinate(factor, from, terms, shift[j]);
            }
            factor = &factor[terms];
        }
        best = (total < best) ? total : best;
        mean = &mean[MK_GMM_AXES];
        shift = &shift[MK_GMM_AXES];
    }
    *out = (int32_t)(((mk_root(best) * (uint32_t)p->mul) + ((uint32_t)1 << (p->shift - 1U))) >>
                     p->shift);
}
