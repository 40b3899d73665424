/* Logarithm without a libm.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_LOG_H
#define MK_LOG_H

/* log10(x) of a positive, normal x: within 4e-7 + 1 unit in the last place. Below 2^-126, zero
 * included, something between -38.3 and -37.9. Infinity and above: 38.5. */
float mk_log10f(float x);

#endif
