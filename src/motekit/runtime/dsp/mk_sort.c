/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_sort.h"

/* Shellsort: no recursion and no second copy. */
void mk_sort(mk_sample *x, uint32_t n)
{
    uint32_t gap = n;
    while (gap > 1U) {
        gap = (gap < 5U) ? 1U : (((gap * 5U) - 1U) / 11U);
        for (uint32_t i = gap; i < n; i++) {
            const mk_sample v = x[i];
            uint32_t to = i;
            while ((to >= gap) && (x[to - gap] > v)) {
                x[to] = x[to - gap];
                to -= gap;
            }
            x[to] = v;
        }
    }
}
