/* Floor of the square root of 32 bits, exact. */
#ifndef MK_ROOT_H
#define MK_ROOT_H

#include <stdint.h>

#if defined(__ARM_FP) || defined(__riscv_flen)

/* Floor of the square root. The float result is off by less than 0.02; half less of it is the
 * root or one below, 65535 at most. */
static inline uint32_t mk_root(uint32_t x)
{
    const uint32_t root = (uint32_t)(__builtin_sqrtf((float)x) - 0.5F); /* of 0: -0.5, which is 0 */
    return root + (((x - (root * root)) > (2U * root)) ? 1U : 0U);
}

#else

/* Floor of the square root, one result bit a step. */
static inline uint32_t mk_root(uint32_t x)
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

#endif
