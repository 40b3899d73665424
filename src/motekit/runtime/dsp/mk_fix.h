/* Integer multiplication for cores without an FPU. Exact, so the same on all of them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_FIX_H
#define MK_FIX_H

#include <stdint.h>

/* 1: the core multiplies 32 by 32 bits to 32 only, so halves are multiplied. */
#ifndef MK_NARROW_MULTIPLY
#if defined(__ARM_ARCH_6M__) || defined(__ARM_ARCH_8M_BASE__)
#define MK_NARROW_MULTIPLY 1
#else
#define MK_NARROW_MULTIPLY 0
#endif
#endif

/* floor(a * b / 2^32) */
static inline int32_t mk_mulhi(int32_t a, int32_t b)
{
#if MK_NARROW_MULTIPLY
    const int32_t ah = a >> 16;
    const int32_t bh = b >> 16;
    const uint32_t al = (uint32_t)a & 0xFFFFU;
    const uint32_t bl = (uint32_t)b & 0xFFFFU;
    const int32_t mid = (ah * (int32_t)bl) + (int32_t)((al * bl) >> 16);
    const int32_t cross = ((int32_t)al * bh) + (mid & 0xFFFF);
    return ((ah * bh) + (mid >> 16)) + (cross >> 16);
#else
    return (int32_t)(((int64_t)a * b) >> 32);
#endif
}

/* floor(a * b / 2^16), b of 16 bits: quick on any core. */
static inline int32_t mk_mul16(int32_t a, int32_t b)
{
    return ((a >> 16) * b) + ((int32_t)(((uint32_t)a & 0xFFFFU) * (uint32_t)b) >> 16);
}

/* a * a */
static inline uint64_t mk_square(uint32_t a)
{
#if MK_NARROW_MULTIPLY
    const uint32_t high = a >> 16;
    const uint32_t low = a & 0xFFFFU;
    const uint64_t outer = ((uint64_t)(high * high) << 32) | (uint64_t)(low * low);
    return outer + ((uint64_t)(high * low) << 17);
#else
    return (uint64_t)a * a;
#endif
}

/* a * b */
static inline uint64_t mk_multiply(uint32_t a, uint32_t b)
{
#if MK_NARROW_MULTIPLY
    const uint32_t ah = a >> 16;
    const uint32_t bh = b >> 16;
    const uint32_t al = a & 0xFFFFU;
    const uint32_t bl = b & 0xFFFFU;
    const uint32_t low = al * bl;
    const uint32_t mid = (ah * bl) + (low >> 16);
    const uint32_t cross = (al * bh) + (mid & 0xFFFFU);
    const uint32_t high = ((ah * bh) + (mid >> 16)) + (cross >> 16);
    return ((uint64_t)high << 32) | (uint64_t)((cross << 16) | (low & 0xFFFFU));
#else
    return (uint64_t)a * b;
#endif
}

/* a * b */
static inline int64_t mk_multiply_signed(int32_t a, int32_t b)
{
#if MK_NARROW_MULTIPLY
    const uint64_t size = mk_multiply((uint32_t)a, (uint32_t)b);
    const uint32_t less = ((a < 0) ? (uint32_t)b : 0U) + ((b < 0) ? (uint32_t)a : 0U);
    return (int64_t)(size - ((uint64_t)less << 32));
#else
    return (int64_t)a * b;
#endif
}

#endif
