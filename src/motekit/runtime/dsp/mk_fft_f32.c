/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_fft.h"

#include "mk_tune.h"

/* Decimation in time, radix 4, from natural to bit-reversed order: every butterfly of a block is
 * turned by the same angle, and the angles of block 0, 1, 2 ... are the same in all passes: those
 * of the table. */

#if MK_FFT_MIXED
#define MK_SIN3 0.866025388F
#define MK_COS5A 0.309017003F
#define MK_COS5B (-0.809017003F)
#define MK_SIN5A 0.95105654F
#define MK_SIN5B 0.587785244F
#endif

#if MK_ARM_FP
#include "mk_fft_arm.inc"
#if MK_FFT_FUSED
#include "mk_fft_fused_arm.inc"
#endif
#if MK_FFT_MIXED
#include "mk_fft_mixed_arm.inc"
#endif
#else
/* The first block of a pass, whose angle is 0. */
static void plain_block(float *a, uint32_t quarter)
{
    float *const b = &a[quarter];
    float *const c = &b[quarter];
    float *const d = &c[quarter];
    for (uint32_t i = 0; i < quarter; i += 2U) {
        const float pr = a[i] + c[i];
        const float qr = a[i] - c[i];
        const float pi = a[i + 1U] + c[i + 1U];
        const float qi = a[i + 1U] - c[i + 1U];
        const float rr = b[i] + d[i];
        const float ri = b[i + 1U] + d[i + 1U];
        const float sr = b[i + 1U] - d[i + 1U];
        const float si = d[i] - b[i];
        a[i] = pr + rr;
        a[i + 1U] = pi + ri;
        b[i] = pr - rr;
        b[i + 1U] = pi - ri;
        c[i] = qr + sr;
        c[i + 1U] = qi + si;
        d[i] = qr - sr;
        d[i + 1U] = qi - si;
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
    float *const b = &a[quarter];
    float *const c = &b[quarter];
    float *const d = &c[quarter];
    for (uint32_t i = 0; i < quarter; i += 2U) {
        const float cr = (c[i] * c2) + (c[i + 1U] * s2);
        const float ci = (c[i + 1U] * c2) - (c[i] * s2);
        const float br = (b[i] * c1) + (b[i + 1U] * s1);
        const float bi = (b[i + 1U] * c1) - (b[i] * s1);
        const float dr = (d[i] * c3) + (d[i + 1U] * s3);
        const float di = (d[i + 1U] * c3) - (d[i] * s3);
        const float pr = a[i] + cr;
        const float qr = a[i] - cr;
        const float pi = a[i + 1U] + ci;
        const float qi = a[i + 1U] - ci;
        a[i] = pr + (br + dr);
        a[i + 1U] = pi + (bi + di);
        b[i] = pr - (br + dr);
        b[i + 1U] = pi - (bi + di);
        c[i] = qr + (bi - di);
        c[i + 1U] = qi + (dr - br);
        d[i] = qr - (bi - di);
        d[i + 1U] = qi - (dr - br);
    }
}

static void pass(float *a, uint32_t quarter, const float *end, const float *w)
{
    plain_block(a, quarter);
    for (a += quarter << 2; a != end; a += quarter << 2) {
        w += 2;
        turned_block(a, quarter, w);
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

#if MK_FFT_ODD || MK_FFT_MIXED
/* Halves of the whole, whose angle is 0. */
static void halve(float *x, uint32_t half)
{
    for (uint32_t i = 0; i < half; i++) {
        const float a = x[i];
        x[i] = a + x[i + half];
        x[i + half] = a - x[i + half];
    }
}
#endif

/* From the spectrum Z of the complex values (even, odd) to 4 |X|^2 of the real ones. Bins k and
 * half - k lie at places whose highest bit is the same, one even and one odd: walk the even ones
 * upwards and the odd ones downwards. The angles at places 2, 4, 6 ... are those of the table. */
static MK_NOINLINE void split(float *x, uint32_t length, const float *w)
{
    const float nyquist = x[0] - x[1];
#if MK_FFT_DC
    const float dc = x[0] + x[1];
    x[0] = 4.0F * (dc * dc);
#endif
    x[1] = 4.0F * (nyquist * nyquist);
    x[2] = 4.0F * ((x[2] * x[2]) + (x[3] * x[3]));
    w += 2;
    for (uint32_t top = 4; top < length; top <<= 1) {
        w = split_range(&x[top], &x[(top << 1) - 2U], top >> 2, w);
    }
}

#if MK_FFT_FUSED && MK_ARM_FP
/* The last pass and the split: blocks 0 and 1, whose bins meet others of their own block, then
 * pairs of blocks. */
static MK_NOINLINE void last_pass(float *x, uint32_t length, const float *w)
{
    const uint32_t alone = (length < 16U) ? length : 16U;
    pass(x, 2, &x[alone], w);
    split(x, alone, w);
    for (uint32_t top = 16; top < length; top <<= 1) {
        last_range(&x[top], &x[(top << 1) - 8U], top >> 4, &w[top >> 2], &w[top >> 1]);
    }
}

/* From the pass of this quarter on. */
static void rest(const mk_fft_f32 *fft, float *x, uint32_t quarter)
{
    const uint32_t length = fft->length;
    for (; quarter > 2U; quarter >>= 2) {
        pass_pairs(x, quarter, &x[length], fft->twiddle);
    }
    last_pass(x, length, fft->twiddle);
}
#else
static void rest(const mk_fft_f32 *fft, float *x, uint32_t quarter)
{
    const float *const end = &x[fft->length];
    const float *const w = fft->twiddle;
    for (; quarter >= 2U; quarter >>= 2) {
        pass(x, quarter, end, w);
    }
    split(x, fft->length, w);
}
#endif

void mk_fft_power_f32(const mk_fft_f32 *fft, float *x)
{
    const uint32_t length = fft->length;
    uint32_t quarter = length >> 2; /* floats */
#if MK_FFT_ODD
    if (mk_fft_is_odd(length) != 0) {
#if MK_FFT_FUSED && MK_ARM_FP
        if (length > 16U) {
            first_eighths(x, length, fft->twiddle);
            rest(fft, x, length >> 5);
            return;
        }
#endif
        halve(x, length >> 1);
        quarter >>= 1;
    }
#endif
    rest(fft, x, quarter);
}

#if MK_FFT_SAMPLES && MK_FFT_ODD && MK_FFT_FUSED && MK_ARM_FP
void mk_fft_samples_f32(const mk_fft_f32 *fft, const mk_fft_sample *samples, float before,
                        float emphasis, float *x)
{
    const uint32_t eighth = fft->length >> 3;
    float k[12];
    k[0] = emphasis * before;
    for (uint32_t i = 1; i < 8U; i++) {
        k[i] = emphasis * (float)samples[(i * eighth) - 1U];
    }
    k[8] = emphasis;
    k[9] = fft->twiddle[2];
    k[10] = (k[9] + k[9]) * k[9];
    k[11] = k[9] * k[10];
    emphasised_eighths(samples, fft->length, k, x);
    rest(fft, x, fft->length >> 5);
}
#endif

#if MK_FFT_MIXED
#if !MK_ARM_FP
/* t = at times (c, -s). */
static inline void turned(float t[2], const float *at, const float w[2])
{
    t[0] = (at[0] * w[0]) + (at[1] * w[1]);
    t[1] = (at[1] * w[0]) - (at[0] * w[1]);
}

/* The angle of a and that of b together. */
static inline void add_angle(float to[2], const float a[2], const float b[2])
{
    const float c = (a[0] * b[0]) - (a[1] * b[1]);
    to[1] = (a[0] * b[1]) + (a[1] * b[0]);
    to[0] = c;
}

static void third(float *a, uint32_t part, const float w[2])
{
    float w2[2];
    add_angle(w2, w, w);
    for (uint32_t i = 0; i < part; i += 2U) {
        float *const b = &a[i + part];
        float *const c = &a[i + (2U * part)];
        float t1[2];
        float t2[2];
        turned(t1, b, w);
        turned(t2, c, w2);
        for (uint32_t k = 0; k < 2U; k++) {
            const float s = t1[k] + t2[k];
            t1[k] = (t1[k] - t2[k]) * MK_SIN3;
            t2[k] = a[i + k] - (s * 0.5F);
            a[i + k] += s;
        }
        b[0] = t2[0] + t1[1];
        b[1] = t2[1] - t1[0];
        c[0] = t2[0] - t1[1];
        c[1] = t2[1] + t1[0];
    }
}

/* Five values that have been turned, `part` floats apart. */
static inline void fifth_of(float *a, uint32_t part, float t[4][2])
{
    float u1[2];
    float u2[2];
    float v1[2];
    float v2[2];
    for (uint32_t k = 0; k < 2U; k++) {
        const float s1 = t[0][k] + t[3][k];
        const float s2 = t[1][k] + t[2][k];
        const float d1 = t[0][k] - t[3][k];
        const float d2 = t[1][k] - t[2][k];
        u1[k] = (a[k] + (s1 * MK_COS5A)) + (s2 * MK_COS5B);
        u2[k] = (a[k] + (s1 * MK_COS5B)) + (s2 * MK_COS5A);
        v1[k] = (d1 * MK_SIN5A) + (d2 * MK_SIN5B);
        v2[k] = (d1 * MK_SIN5B) - (d2 * MK_SIN5A);
        a[k] += s1 + s2;
    }
    a[part] = u1[0] + v1[1];
    a[part + 1U] = u1[1] - v1[0];
    a[2U * part] = u2[0] + v2[1];
    a[(2U * part) + 1U] = u2[1] - v2[0];
    a[3U * part] = u2[0] - v2[1];
    a[(3U * part) + 1U] = u2[1] + v2[0];
    a[4U * part] = u1[0] - v1[1];
    a[(4U * part) + 1U] = u1[1] + v1[0];
}

static void fifth(float *a, uint32_t part, const float w[2])
{
    float angle[4][2];
    angle[0][0] = w[0];
    angle[0][1] = w[1];
    for (uint32_t q = 1; q < 4U; q++) {
        add_angle(angle[q], angle[q - 1U], w);
    }
    for (uint32_t i = 0; i < part; i += 2U) {
        float t[4][2];
        for (uint32_t q = 0; q < 4U; q++) {
            turned(t[q], &a[i + ((q + 1U) * part)], angle[q]);
        }
        fifth_of(&a[i], part, t);
    }
}

/* A pass over blocks of three or five parts, `part` floats each. Returns what is left of w. */
static const float *thirds(float *a, uint32_t part, const float *end, const float *w)
{
    for (; a != end; a += 3U * part) {
        third(a, part, w);
        w += 2;
    }
    return w;
}

static const float *fifths(float *a, uint32_t part, const float *end, const float *w)
{
    for (; a != end; a += 5U * part) {
        fifth(a, part, w);
        w += 2;
    }
    return w;
}

/* Bins at places upwards from up with those at places downwards from down. */
static void split_places(float *x, const uint16_t *up, const uint16_t *down, uint32_t pairs,
                         const float *w)
{
    for (; pairs > 0U; pairs--) {
        w = split_range(&x[*up], &x[*down], 1U, w);
        up++;
        down--;
    }
}
#endif

/* From the spectrum of the complex values to 4 |X|^2 of the real ones, pair by pair. */
static void split_pairs(const mk_fft_mixed *fft, float *x, const float *w)
{
    const uint32_t half = fft->length >> 1;
    const float nyquist = x[0] - x[1];
    const float dc = x[0] + x[1];
    x[0] = 4.0F * (dc * dc);
    x[1] = 4.0F * (nyquist * nyquist);
    split_places(x, &fft->places[1], &fft->places[half - 1U], (half - 1U) >> 1, w);
    if ((half & 1U) == 0U) {
        float *const z = &x[fft->places[half >> 1]];
        z[0] = 4.0F * ((z[0] * z[0]) + (z[1] * z[1]));
    }
}

void mk_fft_mixed_f32(const mk_fft_mixed *fft, float *x)
{
    const uint32_t length = fft->length;
    const float *const end = &x[length];
    const float *w = (const float *)fft->twiddle;
    uint32_t odd = length >> 1; /* complex values in a block behind the passes of 2 and 4 */
    uint32_t twos = 0;
    for (; (odd & 1U) == 0U; odd >>= 1) {
        twos++;
    }
    uint32_t size = length; /* floats of a block */
    if ((twos & 1U) != 0U) {
#if MK_FFT_FUSED && MK_ARM_FP
        if (twos > 1U) {
            first_eighths(x, length, w);
            size >>= 3;
        } else
#endif
        {
            halve(x, length >> 1);
            size >>= 1;
        }
    }
    for (; (size & 7U) == 0U; size >>= 2) {
        pass(x, size >> 2, end, w);
    }
    w += 2U * ((twos < 2U) ? 1U : (1UL << (twos - 2U)));
    while (odd > 1U) {
        if ((odd % 3U) == 0U) {
            odd /= 3U;
            w = thirds(x, 2U * odd, end, w);
        } else {
            odd /= 5U;
            w = fifths(x, 2U * odd, end, w);
        }
    }
    split_pairs(fft, x, w);
}
#endif
