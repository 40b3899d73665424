/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_fft.h"

#include "mk_fix.h"

/* One pass of radix-4 butterflies, decimation in frequency; see mk_fft_f32.c. */
typedef struct {
    int32_t *x;
    const int32_t *twiddle;
    uint32_t half;    /* complex values in all */
    uint32_t block;   /* complex values per block */
    uint32_t quarter; /* twiddles in the table: a quarter of a turn */
    uint32_t stride;  /* twiddles to go on per butterfly */
} mk_fft_pass_q;

typedef struct {
    int32_t c;
    int32_t s;
} mk_turn_q;

/* Cosine and sine of any of the first three quarters of a turn. */
static mk_turn_q turn(const mk_fft_pass_q *pass, uint32_t k)
{
    mk_turn_q w;
    uint32_t quadrant = 0;
    while (k >= pass->quarter) {
        k -= pass->quarter;
        quadrant++;
    }
    const int32_t c = pass->twiddle[2U * k];
    const int32_t s = pass->twiddle[(2U * k) + 1U];
    if (quadrant == 0U) {
        w.c = c;
        w.s = s;
    } else if (quadrant == 1U) {
        w.c = -s;
        w.s = c;
    } else {
        w.c = -c;
        w.s = -s;
    }
    return w;
}

/* at = (re, im) * (c, -s) / 4 */
static void put_turned(int32_t *at, int32_t re, int32_t im, const mk_turn_q *w)
{
    at[0] = mk_mulhi(re, w->c) + mk_mulhi(im, w->s);
    at[1] = mk_mulhi(im, w->c) - mk_mulhi(re, w->s);
}

static void butterfly(int32_t *a, uint32_t quarter, const mk_turn_q w[3])
{
    int32_t *const b = &a[quarter];
    int32_t *const c = &b[quarter];
    int32_t *const d = &c[quarter];
    const int32_t pr = a[0] + c[0];
    const int32_t pi = a[1] + c[1];
    const int32_t qr = a[0] - c[0];
    const int32_t qi = a[1] - c[1];
    const int32_t rr = b[0] + d[0];
    const int32_t ri = b[1] + d[1];
    const int32_t sr = b[1] - d[1];
    const int32_t si = d[0] - b[0];
    a[0] = (pr + rr) >> 2;
    a[1] = (pi + ri) >> 2;
    if (w[0].s == 0) {
        b[0] = (pr - rr) >> 2;
        b[1] = (pi - ri) >> 2;
        c[0] = (qr + sr) >> 2;
        c[1] = (qi + si) >> 2;
        d[0] = (qr - sr) >> 2;
        d[1] = (qi - si) >> 2;
    } else {
        put_turned(b, pr - rr, pi - ri, &w[1]);
        put_turned(c, qr + sr, qi + si, &w[0]);
        put_turned(d, qr - sr, qi - si, &w[2]);
    }
}

static void radix4(const mk_fft_pass_q *pass)
{
    const uint32_t step = pass->block << 1;
    int32_t *const end = &pass->x[pass->half << 1];
    uint32_t k = 0;
    for (uint32_t j = 0; j < (pass->block >> 2); j++) {
        const mk_turn_q w[3] = {turn(pass, k), turn(pass, 2U * k), turn(pass, 3U * k)};
        for (int32_t *a = &pass->x[j << 1]; a < end; a += step) {
            butterfly(a, pass->block >> 1, w);
        }
        k += pass->stride;
    }
}

static void radix2(int32_t *x, uint32_t half)
{
    for (uint32_t i = 0; i < (half << 1); i += 4U) {
        const int32_t re = x[i] - x[i + 2U];
        const int32_t im = x[i + 1U] - x[i + 3U];
        x[i] = (x[i] + x[i + 2U]) >> 1;
        x[i + 1U] = (x[i + 1U] + x[i + 3U]) >> 1;
        x[i + 2U] = re >> 1;
        x[i + 3U] = im >> 1;
    }
}

static uint64_t power(int32_t re, int32_t im)
{
    const uint32_t a = (uint32_t)((re < 0) ? -re : re);
    const uint32_t b = (uint32_t)((im < 0) ? -im : im);
    return mk_multiply(a, a) + mk_multiply(b, b);
}

static void put_power(int32_t *at, uint64_t value)
{
    at[0] = (int32_t)(uint32_t)value;
    at[1] = (int32_t)(uint32_t)(value >> 32);
}

uint64_t mk_fft_power_at(const int32_t *at)
{
    return ((uint64_t)(uint32_t)at[1] << 32) | (uint32_t)at[0];
}

static void split(const mk_fft_q *fft, int32_t *x)
{
    const uint32_t half = fft->length >> 1;
    const int32_t *w = fft->twiddle;
    uint32_t p = 0;
    for (uint32_t k = 1; k < (half >> 1); k++) {
        w += 2;
        uint32_t bit = half >> 1;
        while ((p & bit) != 0U) {
            p ^= bit;
            bit >>= 1;
        }
        p |= bit;
        int32_t *const z = &x[p << 1];
        int32_t *const y = &x[(p ^ (bit - 1U)) << 1];
        const int32_t er = z[0] + y[0];
        const int32_t ei = z[1] - y[1];
        const int32_t fr = z[1] + y[1];
        const int32_t fi = y[0] - z[0];
        const int32_t tr = (mk_mulhi(fr, w[0]) + mk_mulhi(fi, w[1])) * 4;
        const int32_t ti = (mk_mulhi(fi, w[0]) - mk_mulhi(fr, w[1])) * 4;
        put_power(z, power(er + tr, ei + ti));
        put_power(y, power(er - tr, ei - ti));
    }
    put_power(&x[2], power(2 * x[2], 2 * x[3]));
}

uint64_t mk_fft_power_q(const mk_fft_q *fft, int32_t *x)
{
    const uint32_t half = fft->length >> 1;
    mk_fft_pass_q pass = {x, fft->twiddle, half, half, fft->length >> 2, 2U};
    while (pass.block >= 4U) {
        radix4(&pass);
        pass.block >>= 2;
        pass.stride <<= 2;
    }
    if (pass.block == 2U) {
        radix2(x, half);
    }
    split(fft, x);
    const uint64_t dc = power(2 * (x[0] + x[1]), 0);
    put_power(x, power(2 * (x[0] - x[1]), 0));
    return dc;
}
