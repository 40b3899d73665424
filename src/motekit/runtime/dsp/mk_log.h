/* Logarithm without a libm.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_LOG_H
#define MK_LOG_H

/* A call costs less than the constants of an inlined copy, which then lie on the stack. */
#if defined(__GNUC__)
#define MK_LOG_CALL __attribute__((noinline))
#else
#define MK_LOG_CALL
#endif

/* log10(x) of a positive, normal x: within 8e-7 + 2 units in the last place. Below 2^-126, zero
 * included, something between -38.3 and -37.9. Infinity and above: 38.5. */
MK_LOG_CALL float mk_log10f(float x);

#endif
