/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_fft.h"

#include "mk_fix.h"

/* As mk_fft_f32.c, but a block is turned in place before its butterflies: few registers. */

/* n complex values times (c, -s), both in 2^-31sts. Of two products that are summed up one is
 * rounded down and one up: nothing is lost on average, and nothing remains nothing. */
static void turn(int32_t *at, uint32_t n, int32_t c, int32_t s)
{
    const int32_t minus = -s;
    for (; n > 0U; n--) {
        const int32_t re = at[0];
        const int32_t im = at[1];
        at[0] = (mk_mulhi(re, c) - mk_mulhi(im, minus)) * 2;
        at[1] = (mk_mulhi(im, c) - mk_mulhi(re, s)) * 2;
        at += 2;
    }
}

/* Butterflies of one block; sums of four are divided by four, rounded. */
static void butterflies(int32_t *a, uint32_t quarter)
{
    int32_t *b = &a[quarter];
    int32_t *c = &b[quarter];
    int32_t *d = &c[quarter];
    for (uint32_t n = quarter >> 1; n > 0U; n--) {
        const int32_t pr = a[0] + c[0] + 2;
        const int32_t qr = a[0] - c[0] + 2;
        const int32_t rr = b[0] + d[0];
        const int32_t si = d[0] - b[0];
        const int32_t pi = a[1] + c[1] + 2;
        const int32_t qi = a[1] - c[1] + 2;
        const int32_t ri = b[1] + d[1];
        const int32_t sr = b[1] - d[1];
        a[0] = (pr + rr) >> 2;
        a[1] = (pi + ri) >> 2;
        b[0] = (pr - rr) >> 2;
        b[1] = (pi - ri) >> 2;
        c[0] = (qr + sr) >> 2;
        c[1] = (qi + si) >> 2;
        d[0] = (qr - sr) >> 2;
        d[1] = (qi - si) >> 2;
        a += 2;
        b += 2;
        c += 2;
        d += 2;
    }
}

/* Turn b, c and d of the index-th block by one, two and three times its angle. */
static void turn_block(int32_t *a, uint32_t quarter, const int32_t *twiddle, uint32_t index)
{
    const uint32_t n = quarter >> 1;
    const int32_t *const w = &twiddle[2U * index];
    /* Twice the angle is that of block index / 2, a quarter of a turn more where index is odd. */
    const int32_t *const v = &twiddle[2U * (index >> 1)];
    const int32_t c2 = ((index & 1U) != 0U) ? -v[1] : v[0];
    const int32_t s2 = ((index & 1U) != 0U) ? v[0] : v[1];
    turn(&a[quarter], n, w[0], w[1]);
    turn(&a[2U * quarter], n, c2, s2);
    turn(&a[3U * quarter], n, (mk_mulhi(w[0], c2) - mk_mulhi(w[1], s2)) * 2,
         (mk_mulhi(w[0], s2) + mk_mulhi(w[1], c2)) * 2);
}

#if MK_FFT_ODD
static void radix2(int32_t *x, const int32_t *end, const int32_t *w)
{
    for (; x != end; x += 8) {
        turn(&x[2], 1, w[0], w[1]);
        turn(&x[6], 1, -w[1], w[0]);
        w += 2;
        for (uint32_t i = 0; i < 8U; i += 4U) {
            const int32_t re = (x[i] - x[i + 2U]) + 1;
            const int32_t im = (x[i + 1U] - x[i + 3U]) + 1;
            x[i] = (x[i] + x[i + 2U] + 1) >> 1;
            x[i + 1U] = (x[i + 1U] + x[i + 3U] + 1) >> 1;
            x[i + 2U] = re >> 1;
            x[i + 3U] = im >> 1;
        }
    }
}
#endif

static void put_power(int32_t *at, int32_t re, int32_t im)
{
    const uint64_t power = mk_square((uint32_t)((re < 0) ? -re : re)) +
                           mk_square((uint32_t)((im < 0) ? -im : im));
    at[0] = (int32_t)(uint32_t)power;
    at[1] = (int32_t)(uint32_t)(power >> 32);
}

uint64_t mk_fft_power_at(const int32_t *at)
{
    return ((uint64_t)(uint32_t)at[1] << 32) | (uint32_t)at[0];
}

static void split_range(int32_t *z, int32_t *y, uint32_t pairs, const int32_t *w)
{
    for (; pairs > 0U; pairs--) {
        const int32_t fr = z[1] + y[1];
        const int32_t fi = y[0] - z[0];
        const int32_t er = z[0] + y[0];
        const int32_t ei = z[1] - y[1];
        const int32_t tr = (mk_mulhi(fr, w[0]) - mk_mulhi(-fi, w[1])) * 2;
        const int32_t ti = (mk_mulhi(fi, w[0]) - mk_mulhi(fr, w[1])) * 2;
        put_power(z, er + tr, ei + ti);
        put_power(y, er - tr, ei - ti);
        z += 4;
        y -= 4;
        w += 2;
    }
}

uint64_t mk_fft_power_q(const mk_fft_q *fft, int32_t *x)
{
    const uint32_t length = fft->length;
    const int32_t *const end = &x[length];
    uint32_t quarter = length >> 2; /* words */
    for (; quarter >= 2U; quarter >>= 2) {
        uint32_t index = 0;
        for (int32_t *a = x; a != end; a += quarter << 2) {
            if (index != 0U) {
                turn_block(a, quarter, fft->twiddle, index);
            }
            butterflies(a, quarter);
            index++;
        }
    }
#if MK_FFT_ODD
    if (quarter == 1U) {
        radix2(x, end, fft->twiddle);
    }
#endif
    for (uint32_t top = 4; top < length; top <<= 1) {
        split_range(&x[top], &x[(top << 1) - 2U], top >> 2, &fft->twiddle[top >> 1]);
    }
    put_power(&x[2], 2 * x[2], 2 * x[3]);
    const int32_t dc = 2 * (x[0] + x[1]);
    put_power(x, 2 * (x[0] - x[1]), 0);
    return mk_square((uint32_t)((dc < 0) ? -dc : dc));
}

#if MK_FFT_MIXED
/* in 2^-31sts */
#define MK_SIN3 1859775393
#define MK_COS5A 663608942
#define MK_COS5B 1737350766 /* less */
#define MK_SIN5A 2042378317
#define MK_SIN5B 1262259218

static int32_t scaled(int32_t a, int32_t factor)
{
    return mk_mulhi(a, factor) * 2;
}

static void halve(int32_t *x, uint32_t half)
{
    for (uint32_t i = 0; i < half; i++) {
        const int32_t a = x[i] + 1;
        const int32_t b = x[i + half];
        x[i] = (a + b) >> 1;
        x[i + half] = (a - b) >> 1;
    }
}

/* Turn the parts of a block by once, twice .. its angle. */
static void turn_parts(int32_t *a, uint32_t part, uint32_t radix, const int32_t w[2])
{
    int32_t c = w[0];
    int32_t s = w[1];
    for (uint32_t q = 1; q < radix; q++) {
        turn(&a[q * part], part >> 1, c, s);
        const int32_t next = (mk_mulhi(c, w[0]) - mk_mulhi(s, w[1])) * 2;
        s = (mk_mulhi(c, w[1]) + mk_mulhi(s, w[0])) * 2;
        c = next;
    }
}

/* Sums of three are divided by four. */
static void third(int32_t *a, uint32_t part)
{
    for (uint32_t i = 0; i < part; i += 2U) {
        int32_t *const b = &a[i + part];
        int32_t *const c = &a[i + (2U * part)];
        int32_t u[2];
        int32_t v[2];
        for (uint32_t k = 0; k < 2U; k++) {
            const int32_t s = b[k] + c[k];
            v[k] = scaled(b[k] - c[k], MK_SIN3);
            u[k] = (a[i + k] - (s >> 1)) + 2;
            a[i + k] = (a[i + k] + s + 2) >> 2;
        }
        b[0] = (u[0] + v[1]) >> 2;
        b[1] = (u[1] - v[0]) >> 2;
        c[0] = (u[0] - v[1]) >> 2;
        c[1] = (u[1] + v[0]) >> 2;
    }
}

/* Sums of five are divided by eight. */
static void fifth(int32_t *a, uint32_t part)
{
    int32_t u[2][2];
    int32_t v[2][2];
    for (uint32_t k = 0; k < 2U; k++) {
        const int32_t s1 = a[part + k] + a[(4U * part) + k];
        const int32_t s2 = a[(2U * part) + k] + a[(3U * part) + k];
        const int32_t d1 = a[part + k] - a[(4U * part) + k];
        const int32_t d2 = a[(2U * part) + k] - a[(3U * part) + k];
        const int32_t own = a[k] + 4;
        u[0][k] = own + scaled(s1, MK_COS5A) - scaled(s2, MK_COS5B);
        u[1][k] = own + scaled(s2, MK_COS5A) - scaled(s1, MK_COS5B);
        v[0][k] = scaled(d1, MK_SIN5A) - scaled(d2, -MK_SIN5B);
        v[1][k] = scaled(d1, MK_SIN5B) - scaled(d2, MK_SIN5A);
        a[k] = (own + s1 + s2) >> 3;
    }
    for (uint32_t j = 0; j < 2U; j++) {
        int32_t *const up = &a[(j + 1U) * part];
        int32_t *const down = &a[(4U - j) * part];
        up[0] = (u[j][0] + v[j][1]) >> 3;
        up[1] = (u[j][1] - v[j][0]) >> 3;
        down[0] = (u[j][0] - v[j][1]) >> 3;
        down[1] = (u[j][1] + v[j][0]) >> 3;
    }
}

/* The passes of 3 and 5. `odd`: values in a block. Returns the twiddles behind theirs. */
static const int32_t *odd_passes(int32_t *x, const int32_t *end, uint32_t odd, const int32_t *w)
{
    uint32_t size = 2U * odd;
    while (size > 2U) {
        const uint32_t radix = ((size % 3U) == 0U) ? 3U : 5U;
        const uint32_t part = size / radix;
        for (int32_t *a = x; a != end; a += size) {
            if (a != x) {
                turn_parts(a, part, radix, w);
            }
            w += 2;
            if (radix == 3U) {
                third(a, part);
                continue;
            }
            for (uint32_t i = 0; i < part; i += 2U) {
                fifth(&a[i], part);
            }
        }
        size = part;
    }
    return w;
}

uint64_t mk_fft_mixed_q(const mk_fft_mixed *fft, int32_t *x)
{
    const uint32_t length = fft->length;
    const uint32_t half = length >> 1;
    const int32_t *const end = &x[length];
    const int32_t *w = (const int32_t *)fft->twiddle;
    uint32_t odd = half;
    uint32_t twos = 0;
    for (; (odd & 1U) == 0U; odd >>= 1) {
        twos++;
    }
    uint32_t size = length;
    if ((twos & 1U) != 0U) {
        halve(x, half);
        size >>= 1;
    }
    for (; (size & 7U) == 0U; size >>= 2) {
        uint32_t index = 0;
        for (int32_t *a = x; a != end; a += size) {
            if (index != 0U) {
                turn_block(a, size >> 2, w, index);
            }
            butterflies(a, size >> 2);
            index++;
        }
    }
    w = odd_passes(x, end, odd, &w[2U * ((twos < 2U) ? 1U : (1UL << (twos - 2U)))]);
    for (uint32_t k = 1; k < ((half + 1U) >> 1); k++) {
        split_range(&x[fft->places[k]], &x[fft->places[half - k]], 1U, w);
        w += 2;
    }
    if ((half & 1U) == 0U) {
        int32_t *const z = &x[fft->places[half >> 1]];
        put_power(z, 2 * z[0], 2 * z[1]);
    }
    const int32_t dc = 2 * (x[0] + x[1]);
    put_power(x, 2 * (x[0] - x[1]), 0);
    return mk_square((uint32_t)((dc < 0) ? -dc : dc));
}
#endif
