/* Samples in order, in place.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_SORT_H
#define MK_SORT_H

#include "mk_types.h"

/* n samples, the smallest first. */
void mk_sort(mk_sample *x, uint32_t n);

#endif
