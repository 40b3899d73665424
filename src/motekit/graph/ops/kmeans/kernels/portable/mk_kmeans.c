#include "mk_kmeans.h"

#include "mk_config.h"

#define MK_KMEANS_OUT_OF_REACH 65535

#if defined(__ARM_FP) || defined(__riscv_flen)

/* Floor of the square root. The float result is off by less than 0.02; half less of it is the
 * root or one below, 65535 at most. */
static uint32_t mk_kmeans_root(uint32_t x)
{
    const uint32_t root = (uint32_t)(__builtin_sqrtf((float)x) - 0.5F); /* of 0: -0.5, which is 0 */
    return root + (((x - (root * root)) > (2U * root)) ? 1U : 0U);
}

#else

/* Floor of the square root, one result bit a step. */
static uint32_t mk_kmeans_root(uint32_t x)
{
    uint32_t rest = x;
    uint32_t root = 0U;
    for (uint32_t bit = (uint32_t)1 << 30U; bit != 0U; bit >>= 2U) {
        const uint32_t trial = root + bit;
        root >>= 1U;
        if (rest >= trial) {
            rest -= trial;
            root += bit;
        }
    }
    return root;
}

#endif

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
            best = (int32_t)mk_kmeans_root(square) - radius;
        }
        c = &c[MK_KMEANS_AXES + 1];
    }
    *out = best * (int32_t)((uint32_t)1 << MK_KMEANS_SHIFT);
}
