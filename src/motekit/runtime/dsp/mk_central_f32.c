/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_central.h"

#define MK_CENTRAL_PART 256U /* samples of a part at most: its sums are rounded term by term */

static mk_central_f32 part_of(const float *x, uint32_t n)
{
    mk_central_f32 part = {0.0F, 0.0F, 0.0F, 0.0F};
    const float first = *x; /* a part far from zero loses no bits of its mean */
    float sum = 0.0F;
    for (uint32_t i = 0; i < n; i++) {
        sum += x[i] - first;
    }
    part.mean = first + (sum / (float)n);
    for (uint32_t i = 0; i < n; i++) {
        const float d = x[i] - part.mean;
        const float d2 = d * d;
        part.m2 += d2;
        part.m3 += d2 * d;
        part.m4 += d2 * d2;
    }
    return part;
}

static void join(mk_central_f32 *all, uint32_t before, const mk_central_f32 *part, uint32_t n)
{
    const float whole = (float)(before + n);
    const float a = (float)before / whole;
    const float b = (float)n / whole;
    const float d = part->mean - all->mean;
    const float d2 = d * d;
    const float between = d2 * ((float)before * b); /* square between the two means */
    const float aa = a * a;
    const float bb = b * b;
    all->m4 = (all->m4 + part->m4) + ((between * d2) * ((aa - (a * b)) + bb)) +
              ((6.0F * d2) * ((aa * part->m2) + (bb * all->m2))) +
              ((4.0F * d) * ((a * part->m3) - (b * all->m3)));
    all->m3 = (all->m3 + part->m3) + ((between * d) * (a - b)) +
              ((3.0F * d) * ((a * part->m2) - (b * all->m2)));
    all->m2 = (all->m2 + part->m2) + between;
    all->mean += d * b;
}

void mk_central_add_f32(mk_central_f32 *all, uint32_t before, const float *x, uint32_t n)
{
    while (n > 0U) {
        const uint32_t some = (n < MK_CENTRAL_PART) ? n : MK_CENTRAL_PART;
        const mk_central_f32 part = part_of(x, some);
        if (before == 0U) {
            *all = part;
        } else {
            join(all, before, &part, some);
        }
        before += some;
        x += some;
        n -= some;
    }
}
