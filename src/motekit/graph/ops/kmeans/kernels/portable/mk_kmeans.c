#include "mk_kmeans.h"

#include "mk_config.h"
#include "mk_root.h"

#define MK_KMEANS_OUT_OF_REACH 65535

/* Squares are compared, so that only a cluster that improves on the best one takes a root. */
void mk_kmeans(const mk_kmeans_params *p, const int16_t *in, int32_t *out)
{
    const int16_t *c = p->clusters;
    int32_t best = MK_KMEANS_OUT_OF_REACH;
    int32_t x[MK_KMEANS_AXES];
#pragma GCC unroll 4
    for (uint32_t a = 0U; a < (uint32_t)MK_KMEANS_AXES; a++) {
        x[a] = in[p->axes[a]];
    }
    for (uint32_t k = p->count; k != 0U; k--) {
        const int32_t radius = c[0];
        uint32_t square = 0U; /* below 2^32 by the choice of the shift */
#pragma GCC unroll 4
        for (uint32_t a = 0U; a < (uint32_t)MK_KMEANS_AXES; a++) {
            const int32_t away = (x[a] - c[a + 1U]) >> MK_KMEANS_SHIFT;
            square += (uint32_t)away * (uint32_t)away;
        }
        int32_t bound = best + radius;
        bound = (bound < 0) ? 0 : bound;
        bound = (bound > MK_KMEANS_OUT_OF_REACH) ? MK_KMEANS_OUT_OF_REACH : bound;
        if (square < ((uint32_t)bound * (uint32_t)bound)) {
            best = (int32_t)mk_root(square) - radius;
        }
        c = &c[MK_KMEANS_AXES + 1];
    }
    *out = best * (int32_t)((uint32_t)1 << MK_KMEANS_SHIFT);
}
