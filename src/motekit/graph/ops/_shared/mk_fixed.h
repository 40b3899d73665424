/* Fixed-point products for code that is small rather than fast: calls in place of copies. */
#ifndef MK_FIXED_H
#define MK_FIXED_H

#include <stdint.h>

#if defined(__GNUC__)
#define MK_FIXED_CALL __attribute__((noinline)) /* not even where a program is optimised whole */
#else
#define MK_FIXED_CALL
#endif

/* High word of 2ab, rounded to nearest, halves upwards. Not for a = b = INT32_MIN. */
MK_FIXED_CALL int32_t mk_high_mul(int32_t a, int32_t b);

#endif
