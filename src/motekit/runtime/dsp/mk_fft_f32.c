/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_fft.h"

/* One pass of radix-4 butterflies over blocks of `block` complex values, decimation in
 * frequency. The middle outputs change places, so that the order is bit-reversed in the end. */
typedef struct {
    float *x;
    const float *twiddle;
    uint32_t half;   /* complex values in all */
    uint32_t block;  /* complex values per block */
    uint32_t stride; /* twiddles to go on per butterfly */
} mk_fft_pass;

typedef struct {
    float c1, s1, c2, s2, c3, s3;
} mk_fft_turn;

static void butterflies(const mk_fft_pass *pass, uint32_t first, const mk_fft_turn *w)
{
    const uint32_t quarter = pass->block >> 1; /* floats in a quarter of a block */
    const uint32_t step = pass->block << 1;
    float *const end = &pass->x[pass->half << 1];
    for (float *a = &pass->x[first << 1]; a < end; a += step) {
        float *const b = &a[quarter];
        float *const c = &b[quarter];
        float *const d = &c[quarter];
        const float pr = a[0] + c[0];
        const float pi = a[1] + c[1];
        const float qr = a[0] - c[0];
        const float qi = a[1] - c[1];
        const float rr = b[0] + d[0];
        const float ri = b[1] + d[1];
        const float sr = b[1] - d[1];
        const float si = d[0] - b[0];
        const float ur = pr - rr;
        const float ui = pi - ri;
        const float vr = qr + sr;
        const float vi = qi + si;
        const float zr = qr - sr;
        const float zi = qi - si;
        a[0] = pr + rr;
        a[1] = pi + ri;
        b[0] = (ur * w->c2) + (ui * w->s2);
        b[1] = (ui * w->c2) - (ur * w->s2);
        c[0] = (vr * w->c1) + (vi * w->s1);
        c[1] = (vi * w->c1) - (vr * w->s1);
        d[0] = (zr * w->c3) + (zi * w->s3);
        d[1] = (zi * w->c3) - (zr * w->s3);
    }
}

static void radix4(const mk_fft_pass *pass)
{
    const float *t = pass->twiddle;
    for (uint32_t j = 0; j < (pass->block >> 2); j++) {
        mk_fft_turn w;
        w.c1 = t[0];
        w.s1 = t[1];
        w.c2 = (w.c1 * w.c1) - (w.s1 * w.s1);
        w.s2 = (w.c1 + w.c1) * w.s1;
        w.c3 = (w.c1 * w.c2) - (w.s1 * w.s2);
        w.s3 = (w.c1 * w.s2) + (w.s1 * w.c2);
        butterflies(pass, j, &w);
        t += pass->stride << 1;
    }
}

static void radix2(float *x, uint32_t half)
{
    for (uint32_t i = 0; i < (half << 1); i += 4U) {
        const float re = x[i] - x[i + 2U];
        const float im = x[i + 1U] - x[i + 3U];
        x[i] += x[i + 2U];
        x[i + 1U] += x[i + 3U];
        x[i + 2U] = re;
        x[i + 3U] = im;
    }
}

/* From the spectrum Z of the complex values (even, odd) to 4 |X|^2 of the real ones. */
static void split(const mk_fft_f32 *fft, float *x)
{
    const uint32_t half = fft->length >> 1;
    const float dc = x[0] + x[1];
    const float nyquist = x[0] - x[1];
    x[0] = 4.0F * (nyquist * nyquist);
    x[1] = 4.0F * (dc * dc);
    const float *w = fft->twiddle;
    uint32_t p = 0;
    for (uint32_t k = 1; k < (half >> 1); k++) {
        w += 2;
        uint32_t bit = half >> 1;
        while ((p & bit) != 0U) {
            p ^= bit;
            bit >>= 1;
        }
        p |= bit;
        const uint32_t q = p ^ (bit - 1U); /* reversal of half - k: its two's complement */
        float *const z = &x[p << 1];
        float *const y = &x[q << 1];
        const float er = z[0] + y[0];
        const float ei = z[1] - y[1];
        const float fr = z[1] + y[1];
        const float fi = y[0] - z[0];
        const float tr = (fr * w[0]) + (fi * w[1]);
        const float ti = (fi * w[0]) - (fr * w[1]);
        const float ar = er + tr;
        const float ai = ei + ti;
        const float br = er - tr;
        const float bi = ei - ti;
        z[0] = (ar * ar) + (ai * ai);
        y[0] = (br * br) + (bi * bi);
    }
    x[2] = 4.0F * ((x[2] * x[2]) + (x[3] * x[3]));
}

void mk_fft_power_f32(const mk_fft_f32 *fft, float *x)
{
    mk_fft_pass pass = {x, fft->twiddle, fft->length >> 1, fft->length >> 1, 2U};
    while (pass.block >= 4U) {
        radix4(&pass);
        pass.block >>= 2;
        pass.stride <<= 2;
    }
    if (pass.block == 2U) {
        radix2(x, pass.half);
    }
    split(fft, x);
}
