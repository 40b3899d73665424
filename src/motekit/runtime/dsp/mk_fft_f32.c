/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_fft.h"

#include "mk_tune.h"

/* Decimation in time, radix 4, from natural to bit-reversed order: every butterfly of a block is
 * turned by the same angle, and the angles of block 0, 1, 2 ... are the same in all passes: those
 * of the table. Statements are ordered such that hardly any needs the result of the one before
 * it: that costs a cycle on a Cortex-M4. */

#if MK_ARM_FP
#include "mk_fft_arm.inc"
#else
/* The first block of a pass, whose angle is 0. */
static void plain_block(float *a, uint32_t quarter)
{
    float *b = &a[quarter];
    float *c = &b[quarter];
    float *d = &c[quarter];
    const float *const end = b;
    while (a != end) {
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
        a += 2;
        MK_FORGET(a);
        b[0] = pr - rr;
        b[1] = pi - ri;
        b += 2;
        MK_FORGET(b);
        c[0] = qr + sr;
        c[1] = qi + si;
        c += 2;
        MK_FORGET(c);
        d[0] = qr - sr;
        d[1] = qi - si;
        d += 2;
        MK_FORGET(d);
    }
}

/* Any other block: b, c and d turned by one, two and three times the angle of w. */
static void turned_block(float *a, uint32_t quarter, const float w[2])
{
    const float c1 = w[0];
    const float s1 = w[1];
    const float c2 = (c1 * c1) - (s1 * s1);
    const float s2 = (c1 + c1) * s1;
    const float c3 = (c1 * c2) - (s1 * s2);
    const float s3 = (c1 * s2) + (s1 * c2);
    float *b = &a[quarter];
    float *c = &b[quarter];
    float *d = &c[quarter];
    const float *const end = b;
    while (a != end) {
        const float cr = (c[0] * c2) + (c[1] * s2);
        const float ci = (c[1] * c2) - (c[0] * s2);
        const float br = (b[0] * c1) + (b[1] * s1);
        const float bi = (b[1] * c1) - (b[0] * s1);
        const float dr = (d[0] * c3) + (d[1] * s3);
        const float di = (d[1] * c3) - (d[0] * s3);
        const float pr = a[0] + cr;
        const float qr = a[0] - cr;
        const float pi = a[1] + ci;
        const float qi = a[1] - ci;
        const float rr = br + dr;
        const float si = dr - br;
        const float ri = bi + di;
        const float sr = bi - di;
        a[0] = pr + rr;
        a[1] = pi + ri;
        a += 2;
        MK_FORGET(a);
        b[0] = pr - rr;
        b[1] = pi - ri;
        b += 2;
        MK_FORGET(b);
        c[0] = qr + sr;
        c[1] = qi + si;
        c += 2;
        MK_FORGET(c);
        d[0] = qr - sr;
        d[1] = qi - si;
        d += 2;
        MK_FORGET(d);
    }
}


static const float *split_range(float *z, float *y, uint32_t pairs, const float *w)
{
    for (; pairs > 0U; pairs--) {
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
        z += 4;
        y -= 4;
        w += 2;
    }
    return w;
}
#endif

#if MK_FFT_ODD
/* The last pass where the number of complex values is twice a power of four: pairs of blocks,
 * the second one turned by a quarter more. */
static void radix2(float *x, const float *end, const float *w)
{
    for (; x != end; x += 8) {
        const float br = (x[2] * w[0]) + (x[3] * w[1]);
        const float bi = (x[3] * w[0]) - (x[2] * w[1]);
        const float dr = (x[7] * w[0]) - (x[6] * w[1]);
        const float di = (x[6] * w[0]) + (x[7] * w[1]);
        w += 2;
        x[2] = x[0] - br;
        x[3] = x[1] - bi;
        x[0] += br;
        x[1] += bi;
        x[6] = x[4] - dr;
        x[7] = x[5] + di;
        x[4] += dr;
        x[5] -= di;
    }
}
#endif

/* From the spectrum Z of the complex values (even, odd) to 4 |X|^2 of the real ones. Bins k and
 * half - k lie at places whose highest bit is the same, one even and one odd: walk the even ones
 * upwards and the odd ones downwards. The angles at places 2, 4, 6 ... are those of the table. */
static void split(float *x, uint32_t length, const float *w)
{
    const float dc = x[0] + x[1];
    const float nyquist = x[0] - x[1];
    x[0] = 4.0F * (dc * dc);
    x[1] = 4.0F * (nyquist * nyquist);
    x[2] = 4.0F * ((x[2] * x[2]) + (x[3] * x[3]));
    w += 2;
    for (uint32_t top = 4; top < length; top <<= 1) {
        w = split_range(&x[top], &x[(top << 1) - 2U], top >> 2, w);
    }
}

void mk_fft_power_f32(const mk_fft_f32 *fft, float *x)
{
    const uint32_t length = fft->length;
    const float *const end = &x[length];
    uint32_t quarter = length >> 2; /* floats */
    for (; quarter >= 2U; quarter >>= 2) {
        const float *w = fft->twiddle;
        plain_block(x, quarter);
        for (float *a = &x[quarter << 2]; a != end; a += quarter << 2) {
            w += 2;
            turned_block(a, quarter, w);
        }
    }
#if MK_FFT_ODD
    if (quarter == 1U) {
        radix2(x, end, fft->twiddle);
    }
#endif
    split(x, length, fft->twiddle);
}
