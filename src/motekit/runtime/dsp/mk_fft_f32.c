/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_fft.h"

#include "mk_bits.h"

/* Radix-4 butterflies, decimation in frequency, over blocks of 4 * quarter floats. The middle
 * outputs change places, so that the order is bit-reversed in the end. Statements are ordered
 * such that hardly any needs the result of the one before it: that costs a cycle on a Cortex-M4. */

/* The butterflies that turn nothing: the first of every block. */
static void plain(float *a, const float *end, uint32_t quarter)
{
    for (; a < end; a += quarter << 2) {
        float *const b = &a[quarter];
        float *const c = &b[quarter];
        float *const d = &c[quarter];
        const float pr = a[0] + c[0];
        const float qr = a[0] - c[0];
        const float pi = a[1] + c[1];
        const float qi = a[1] - c[1];
        const float rr = b[0] + d[0];
        const float si = d[0] - b[0];
        const float ri = b[1] + d[1];
        const float sr = b[1] - d[1];
        a[0] = pr + rr;
        a[1] = pi + ri;
        b[0] = pr - rr;
        b[1] = pi - ri;
        c[0] = qr + sr;
        c[1] = qi + si;
        d[0] = qr - sr;
        d[1] = qi - si;
    }
}

/* The same butterfly of all blocks: turned by one, two and three times the angle of w. */
static void turned(float *a, const float *end, uint32_t quarter, const float w[2])
{
    const float c1 = w[0];
    const float s1 = w[1];
    const float c2 = (c1 * c1) - (s1 * s1);
    const float s2 = (c1 + c1) * s1;
    const float c3 = (c1 * c2) - (s1 * s2);
    const float s3 = (c1 * s2) + (s1 * c2);
    for (; a < end; a += quarter << 2) {
        float *const b = &a[quarter];
        float *const c = &b[quarter];
        float *const d = &c[quarter];
        const float pr = a[0] + c[0];
        const float qr = a[0] - c[0];
        const float pi = a[1] + c[1];
        const float qi = a[1] - c[1];
        const float rr = b[0] + d[0];
        const float si = d[0] - b[0];
        const float ri = b[1] + d[1];
        const float sr = b[1] - d[1];
        a[0] = pr + rr;
        const float ur = pr - rr;
        a[1] = pi + ri;
        const float ui = pi - ri;
        const float vr = qr + sr;
        const float vi = qi + si;
        const float zr = qr - sr;
        const float zi = qi - si;
        b[0] = (ur * c2) + (ui * s2);
        b[1] = (ui * c2) - (ur * s2);
        c[0] = (vr * c1) + (vi * s1);
        c[1] = (vi * c1) - (vr * s1);
        d[0] = (zr * c3) + (zi * s3);
        d[1] = (zi * c3) - (zr * s3);
    }
}

static void radix2(float *x, const float *end)
{
    for (; x < end; x += 4) {
        const float re = x[0] - x[2];
        const float im = x[1] - x[3];
        x[0] += x[2];
        x[1] += x[3];
        x[2] = re;
        x[3] = im;
    }
}

/* From the spectrum Z of the complex values (even, odd) to 4 |X|^2 of the real ones. */
static void split(const mk_fft_f32 *fft, float *x)
{
    const uint32_t half = fft->length >> 1;
    const uint32_t down = mk_fft_down(half);
    const float *w = fft->twiddle;
    const float dc = x[0] + x[1];
    const float nyquist = x[0] - x[1];
    x[0] = 4.0F * (nyquist * nyquist);
    x[1] = 4.0F * (dc * dc);
    for (uint32_t k = 1; k < (half >> 1); k++) {
        float *const z = &x[mk_fft_place(k, down)];
        float *const y = &x[mk_fft_place(half - k, down)];
        w += 2;
        const float fr = z[1] + y[1];
        const float fi = y[0] - z[0];
        const float er = z[0] + y[0];
        const float ei = z[1] - y[1];
        const float tr = (fr * w[0]) + (fi * w[1]);
        const float ti = (fi * w[0]) - (fr * w[1]);
        const float ar = er + tr;
        const float br = er - tr;
        const float ai = ei + ti;
        const float bi = ei - ti;
        z[0] = (ar * ar) + (ai * ai);
        y[0] = (br * br) + (bi * bi);
    }
    x[2] = 4.0F * ((x[2] * x[2]) + (x[3] * x[3]));
}

void mk_fft_power_f32(const mk_fft_f32 *fft, float *x)
{
    const float *const end = &x[fft->length];
    uint32_t quarter = fft->length >> 2; /* floats */
    uint32_t stride = 4;                 /* floats of the table from butterfly to butterfly */
    while (quarter >= 2U) {
        const float *w = fft->twiddle;
        plain(x, end, quarter);
        for (uint32_t j = 2; j < quarter; j += 2U) {
            w += stride;
            turned(&x[j], end, quarter, w);
        }
        quarter >>= 2;
        stride <<= 2;
    }
    if (quarter == 1U) {
        radix2(x, end);
    }
    split(fft, x);
}
