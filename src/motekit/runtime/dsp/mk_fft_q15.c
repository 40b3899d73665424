/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_fft_q15.h"

#include <stddef.h>

#include "mk_tune.h"

/* Complex values are words: real part in the low half, imaginary part in the high one. Inside a
 * pass sums have MK_MORE bits more, so that a value is rounded once a pass. The largest energy
 * re^2 + im^2 of a pass says how far the next one shifts: sums of four values are at most four
 * times as large, whatever the angles. */
#define MK_MORE 2U
#define MK_FOUR_FIT 67076100U /* 8190^2: energies whose sums of four fit 16 bits */
#define MK_TWO_FIT 268304400U /* 16380^2: .. of two; and powers fit 32 bits */

static inline int32_t low(uint32_t v)
{
    return (int32_t)(v << 16) >> 16;
}

static inline int32_t high(uint32_t v)
{
    return (int32_t)v >> 16;
}

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)
#include "mk_fft_q15_arm.inc"
#else
/* a.re * b.re + a.im * b.im */
static inline int32_t dot(uint32_t a, uint32_t b)
{
    return (low(a) * low(b)) + (high(a) * high(b));
}

/* a.re * b.im - a.im * b.re */
static inline int32_t cross(uint32_t a, uint32_t b)
{
    return (low(a) * high(b)) - (high(a) * low(b));
}

static inline uint32_t energy(int32_t re, int32_t im)
{
    return (uint32_t)(re * re) + (uint32_t)(im * im);
}
#endif

/* The least shift after which energies fit. */
static uint32_t shift_for(uint32_t most, uint32_t fit)
{
    uint32_t down = 0;
    for (; most > fit; most = (most + 3U) >> 2) {
        down++;
    }
    return down;
}

/* Half of what a shift divides by. */
static inline int32_t half_of(uint32_t down)
{
    return (int32_t)((1UL << down) >> 1);
}

/* Keep a sum of a pass, to which half a unit has been added. Returns the largest energy. */
static inline uint32_t put(uint32_t *at, int32_t re, int32_t im, uint32_t down, uint32_t most)
{
    const int32_t r = re >> down;
    const int32_t i = im >> down;
    const uint32_t size = energy(r, i);
    *at = mk_both(r, i);
    return (size > most) ? size : most;
}

/* A value with more bits. */
typedef struct {
    int32_t re;
    int32_t im;
} mk_wider;

/* A word turned back by the angle of w, or as it is where there is none. */
static inline mk_wider wider(uint32_t z, const uint32_t *w)
{
    mk_wider out;
    if (w == NULL) {
        out.re = low(z) * (int32_t)(1U << MK_MORE);
        out.im = high(z) * (int32_t)(1U << MK_MORE);
    } else {
        out.re = dot(z, *w) >> (15U - MK_MORE);
        out.im = cross(*w, z) >> (15U - MK_MORE);
    }
    return out;
}

#if MK_ARM_THUMB
#include "mk_fft_q15_thumb.inc"
#else
/* w: once, twice and three times an angle, or NULL for none. */
static inline uint32_t butterfly(uint32_t *a, uint32_t quarter, const uint32_t *w, uint32_t down,
                                 uint32_t most)
{
    const mk_wider c = wider(a[2U * quarter], (w == NULL) ? NULL : &w[1]);
    mk_wider p = wider(*a, NULL);
    p.re += half_of(down);
    p.im += half_of(down);
    const mk_wider q = {p.re - c.re, p.im - c.im};
    p.re += c.re;
    p.im += c.im;
    const mk_wider b = wider(a[quarter], w);
    const mk_wider d = wider(a[3U * quarter], (w == NULL) ? NULL : &w[2]);
    const mk_wider r = {b.re + d.re, b.im + d.im};
    const mk_wider s = {b.im - d.im, d.re - b.re};
    most = put(a, p.re + r.re, p.im + r.im, down, most);
    most = put(&a[quarter], p.re - r.re, p.im - r.im, down, most);
    most = put(&a[2U * quarter], q.re + s.re, q.im + s.im, down, most);
    return put(&a[3U * quarter], q.re - s.re, q.im - s.im, down, most);
}

/* The first block of a pass is not turned. */
static uint32_t first_block(uint32_t *a, uint32_t quarter, uint32_t down)
{
    uint32_t most = 0;
    for (uint32_t n = quarter; n > 0U; n--) {
        most = butterfly(a, quarter, NULL, down, most);
        a++;
    }
    return most;
}

static uint32_t next_block(uint32_t *a, uint32_t quarter, const uint32_t w[3], uint32_t down,
                           uint32_t most)
{
    for (uint32_t n = quarter; n > 0U; n--) {
        most = butterfly(a, quarter, w, down, most);
        a++;
    }
    return most;
}
#endif

/* A quarter of a turn further. */
static inline uint32_t further(uint32_t w)
{
    return mk_both(-high(w), low(w));
}

/* A pass over blocks of four quarters. Returns the largest energy that it leaves. */
static uint32_t radix4(uint32_t *x, const uint32_t *end, uint32_t quarter,
                       const uint32_t *twiddle, uint32_t down)
{
    uint32_t most = first_block(x, quarter, down);
    uint32_t index = 1;
    for (uint32_t *a = &x[4U * quarter]; a != end; a += 4U * quarter) {
        /* Twice the angle is that of block index / 2, a quarter of a turn more where index is
         * odd. */
        const uint32_t once = twiddle[index];
        const uint32_t same = twiddle[index >> 1];
        const uint32_t twice = ((index & 1U) != 0U) ? further(same) : same;
        const uint32_t back = mk_both(low(twice), -high(twice));
        const uint32_t thrice = mk_both((dot(once, back) + 16384) >> 15,
                                        (16384 - cross(once, back)) >> 15);
        const uint32_t w[3] = {once, twice, thrice};
        most = next_block(a, quarter, w, down, most);
        index++;
    }
    return most;
}

#if !MK_ARM_THUMB
/* The last pass where the number of values is twice a power of four. */
static uint32_t radix2(uint32_t *x, const uint32_t *end, const uint32_t *w, uint32_t down)
{
    uint32_t most = 0;
    for (uint32_t *a = x; a != end; a += 4) {
        const uint32_t angles[2] = {*w, further(*w)};
        for (uint32_t k = 0; k < 2U; k++) {
            uint32_t *const at = &a[2U * k];
            const mk_wider v = wider(at[1], &angles[k]);
            mk_wider first = wider(at[0], NULL);
            first.re += half_of(down);
            first.im += half_of(down);
            most = put(&at[0], first.re + v.re, first.im + v.im, down, most);
            most = put(&at[1], first.re - v.re, first.im - v.im, down, most);
        }
        w++;
    }
    return most;
}
#endif

/* The power of an amplitude to which half a unit has been added. */
static inline uint32_t power(int32_t re, int32_t im, uint32_t down)
{
    const uint32_t r = (uint32_t)(re >> down);
    const uint32_t i = (uint32_t)(im >> down);
    return (r * r) + (i * i);
}

/* From half a transform to that of real samples: values z forwards, y backwards. */
static MK_NOINLINE void split(uint32_t *z, uint32_t *y, uint32_t pairs, const uint32_t *w, uint32_t down)
{
    for (; pairs > 0U; pairs--) {
        const int32_t er = low(*z) + low(*y) + half_of(down);
        const int32_t ei = (high(*z) - high(*y)) + half_of(down);
        const int32_t fr = high(*z) + high(*y);
        const int32_t fi = low(*y) - low(*z);
        const int32_t c = low(*w);
        const int32_t s = high(*w);
        const int32_t tr = ((fr * c) + (fi * s) + 16384) >> 15;
        const int32_t ti = ((fi * c) - (fr * s) + 16384) >> 15;
        *z = power(er + tr, ei + ti, down);
        *y = power(er - tr, ei - ti, down);
        z += 2;
        y -= 2;
        w++;
    }
}

uint32_t mk_fft_power_q15(const mk_fft_q15 *fft, uint32_t *x, int32_t *shift)
{
    const uint32_t half = fft->length >> 1;
    const uint32_t *const end = &x[half];
    uint32_t down = 2;
    uint32_t all = 0;
    uint32_t most = 0;
    for (uint32_t quarter = half >> 2; quarter > 0U; quarter >>= 2) {
        most = radix4(x, end, quarter, fft->twiddle, down + MK_MORE);
        all += down;
        down = shift_for(most, MK_FOUR_FIT);
    }
    down = shift_for(most, MK_TWO_FIT);
    if ((half & 0xAAAAAAAAU) != 0U) {
        most = radix2(x, end, fft->twiddle, down + MK_MORE);
        all += down;
        down = shift_for(most, MK_TWO_FIT);
    }
    for (uint32_t top = 2; top < half; top <<= 1) {
        split(&x[top], &x[(top << 1) - 1U], top >> 1, &fft->twiddle[top >> 1], down);
    }
    x[1] = power((2 * low(x[1])) + half_of(down), (2 * high(x[1])) + half_of(down), down);
    const int32_t re = low(x[0]);
    const int32_t im = high(x[0]);
    x[0] = power((2 * (re - im)) + half_of(down), 0, down);
    *shift = (int32_t)(all + down);
    return power((2 * (re + im)) + half_of(down), 0, down);
}
