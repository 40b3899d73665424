/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_fft.h"

#include "mk_fix.h"

/* As mk_fft_f32.c, but a block is turned in place before its butterflies: few registers. */

/* n complex values times (c, -s), both in 2^-30ths. */
static void turn(int32_t *at, uint32_t n, int32_t c, int32_t s)
{
    for (; n > 0U; n--) {
        const int32_t re = at[0];
        const int32_t im = at[1];
        at[0] = (mk_mulhi(re, c) + mk_mulhi(im, s)) * 4;
        at[1] = (mk_mulhi(im, c) - mk_mulhi(re, s)) * 4;
        at += 2;
    }
}

/* Butterflies of one block; sums of four are divided by four. */
static void butterflies(int32_t *a, uint32_t quarter)
{
    int32_t *b = &a[quarter];
    int32_t *c = &b[quarter];
    int32_t *d = &c[quarter];
    for (uint32_t n = quarter >> 1; n > 0U; n--) {
        const int32_t pr = a[0] + c[0];
        const int32_t qr = a[0] - c[0];
        const int32_t rr = b[0] + d[0];
        const int32_t si = d[0] - b[0];
        const int32_t pi = a[1] + c[1];
        const int32_t qi = a[1] - c[1];
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
    turn(&a[3U * quarter], n, (mk_mulhi(w[0], c2) - mk_mulhi(w[1], s2)) * 4,
         (mk_mulhi(w[0], s2) + mk_mulhi(w[1], c2)) * 4);
}

#if MK_FFT_ODD
static void radix2(int32_t *x, const int32_t *end, const int32_t *w)
{
    for (; x != end; x += 8) {
        turn(&x[2], 1, w[0], w[1]);
        turn(&x[6], 1, -w[1], w[0]);
        w += 2;
        for (uint32_t i = 0; i < 8U; i += 4U) {
            const int32_t re = x[i] - x[i + 2U];
            const int32_t im = x[i + 1U] - x[i + 3U];
            x[i] = (x[i] + x[i + 2U]) >> 1;
            x[i + 1U] = (x[i + 1U] + x[i + 3U]) >> 1;
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
        const int32_t tr = (mk_mulhi(fr, w[0]) + mk_mulhi(fi, w[1])) * 4;
        const int32_t ti = (mk_mulhi(fi, w[0]) - mk_mulhi(fr, w[1])) * 4;
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
