/* Products with real factors, as float64 arithmetic gives them. */
#ifndef MK_REAL_H
#define MK_REAL_H

#include <stdint.h>

/* x * mantissa / 2^right, rounded to 53 bits, ties to even, and then to the nearest integer, halves
 * away from zero; limited to -INT32_MAX .. INT32_MAX.
 * |x| < 2^48; mantissa < 2^53; right is 1 to 127. */
int32_t mk_multiply_real(int64_t x, int64_t mantissa, uint32_t right);

#endif
