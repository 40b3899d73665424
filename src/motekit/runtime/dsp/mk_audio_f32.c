/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_audio.h"

#include <stddef.h>

#include "mk_fft.h"
#include "mk_log.h"
#include "mk_tune.h"

/* Bands and what is made of them lie at the odd places of the transformed frame, behind bin
 * length/2; powers are at the even ones. */
#define MK_BAND 3U
#define MK_STEP 2U

/* Where logarithms go. */
typedef struct {
    float *at;
    uint32_t n;
} mk_levels;

#if MK_ARM_FP && !MK_SAMPLE_F32
#include "mk_audio_arm.inc"
#else
#include "mk_audio_inner.inc"
#endif

#if MK_AUDIO_TAPER
static void weigh(const float *taper, float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        x[i] *= taper[i];
    }
}
#endif

/* Samples to a frame of floats, which may end where the samples do. */
static MK_NOINLINE void load(const mk_audio_params *p, const mk_audio_sample *samples,
                             mk_sample before, float *x)
{
    const uint32_t used = p->used;
#if MK_AUDIO_EMPHASIS
    emphasise(samples, used, (float)before, p->emphasis, x);
#else
    (void)before;
    emphasise(samples, used, 0.0F, 0.0F, x);
#endif
#if MK_AUDIO_TAPER
    if (p->taper != NULL) {
        weigh(p->taper, x, used);
    }
#endif
    for (uint32_t i = used; i < p->fft; i++) {
        x[i] = 0.0F;
    }
}

#if MK_AUDIO_BINS || MK_AUDIO_ENERGY
/* log10 of a power. */
static inline float log_of(const mk_audio_params *p, float power)
{
#if MK_AUDIO_LEAST
    power = (power > p->least) ? power : p->least;
#else
    (void)p;
#endif
    return mk_log10f(power);
}
#endif

#if MK_AUDIO_NORM || MK_AUDIO_KEPT
void mk_audio_put(const mk_audio_params *p, mk_features *out, int32_t value)
{
    mk_put_f32(out, (float)value * p->lsb);
}
#endif

#if MK_AUDIO_NORM
void mk_audio_put_normal(mk_features *out, int32_t d, uint32_t width, uint64_t square)
{
    float value = 0.0F;
    if (square != 0U) {
        /* an even number of bits goes, so that 24 are left */
        const uint32_t high = (uint32_t)(square >> 32);
        const uint32_t bits = (high != 0U) ? (64U - (uint32_t)__builtin_clz(high))
                                           : (32U - (uint32_t)__builtin_clz((uint32_t)square));
        const uint32_t pairs = (bits > 24U) ? ((bits - 23U) >> 1) : 0U;
        const float part = (float)(uint32_t)(square >> (2U * pairs));
        const float root = __builtin_sqrtf(part) * (float)(uint32_t)(1UL << pairs);
        value = ((float)d * (float)width) / root;
    }
    mk_put_f32(out, value);
}
#endif

static void put(const mk_audio_params *p, mk_audio_sink *sink, float value)
{
#if MK_AUDIO_NORM || MK_AUDIO_KEPT
    if (sink->store.high != NULL) {
        const float units = value * p->per_lsb;
        mk_audio_keep(sink, (int32_t)(units + ((units < 0.0F) ? -0.5F : 0.5F)));
        return;
    }
#else
    (void)p;
#endif
    mk_put_f32(&sink->out, value);
}

/* The logarithm of a power as a feature. */
static inline float feature_of(const mk_audio_params *p, float level)
{
    float value = (level * p->gain) + p->base;
#if MK_AUDIO_CLIP
    if (p->clip != 0U) {
        value = (value > 0.0F) ? value : 0.0F;
        value = (value < 1.0F) ? value : 1.0F;
    }
#endif
    return value;
}

/* Where bin k lies in a transformed frame. */
static inline uint32_t place_of(const mk_audio_params *p, uint32_t k, uint32_t down)
{
#if MK_FFT_MIXED
    if (p->places != NULL) {
        return p->places[k];
    }
#else
    (void)p;
#endif
    return mk_fft_place(k, down);
}

#if MK_FFT_MIXED && MK_AUDIO_MEL
/* As sum_of, over bins at these places. */
static float sum_at(const float *x, const uint16_t *places, uint32_t n, float *ramp)
{
    float sum = 0.0F;
    float sums = 0.0F;
    for (uint32_t i = 0; i < n; i++) {
        sums += sum;
        sum += x[places[i]];
    }
    *ramp = sums;
    return sum;
}
#endif

#if MK_AUDIO_BINS
static void put_bins(const mk_audio_params *p, const float *x, mk_audio_sink *sink)
{
    const uint32_t down = mk_fft_down((uint32_t)p->fft >> 1);
    const float noise = p->noise[0];
    for (uint32_t k = p->first; k < ((uint32_t)p->first + p->values); k++) {
        put(p, sink, feature_of(p, log_of(p, x[place_of(p, k, down)] + noise)));
    }
}
#endif

#if MK_AUDIO_MEL
/* Powers of the mel bands to band[0], band[MK_STEP] .. Returns the power of all their bins. */
static MK_NOINLINE float take_bands(const mk_audio_params *p, const float *x, float *band)
{
    const uint32_t down = mk_fft_down((uint32_t)p->fft >> 1);
    const uint16_t *run = p->runs;
    const float *share = p->shares;
    uint32_t k = p->first;
    float rising = 0.0F;
    float total = 0.0F;
    for (const uint16_t *const end = &run[p->filters]; run <= end; run++) {
        float sum = 0.0F;
        float ramp = 0.0F;
        uint32_t n = *run;
        if (n == MK_AUDIO_AGAIN) {
            sum = x[place_of(p, k - 1U, down)];
            n = 0;
        } else if (n != 0U) {
#if MK_FFT_MIXED
            sum = (p->places != NULL) ? sum_at(x, &p->places[k], n, &ramp)
                                      : sum_of(x, k, n, down, &ramp);
#else
            sum = sum_of(x, k, n, down, &ramp);
#endif
            total += sum;
        } else {
            /* between two bins */
        }
        k += n;
        const float falling = (sum * share[0]) + (ramp * share[1]);
        share += 2;
        if (run != p->runs) {
            *band = rising + falling;
            band += MK_STEP;
        }
        rising = sum - falling;
    }
#if MK_AUDIO_ENERGY
    for (; k <= ((uint32_t)p->fft >> 1); k++) {
        total += x[place_of(p, k, down)];
    }
    for (k = 0; k < p->first; k++) {
        total += x[place_of(p, k, down)];
    }
#endif
    return total;
}
#endif

#if MK_AUDIO_CEPSTRA
/* Cosine transform: mirrored bands are added for even coefficients, subtracted for odd ones, and
 * met by half a cosine, whose order is that of the differences. */
static MK_NOINLINE void put_cepstra(const mk_audio_params *p, float *level, uint32_t first,
                                    mk_audio_sink *sink)
{
    const uint32_t filters = p->filters;
    const uint32_t half = (filters + 1U) >> 1;
    const float *row = &p->cosines[first * half];
    float *mirror = &level[filters - 1U];
    for (uint32_t i = 0; i < (filters >> 1); i++) {
        const float a = level[i];
        level[i] = a + *mirror;
        *mirror = a - *mirror;
        mirror--;
    }
    for (uint32_t k = first; k < p->coefficients; k++) {
        float sum;
        if ((k & 1U) == 0U) {
            sum = dot(level, row, half);
        } else { /* the band in the middle has no difference */
            sum = dot(&level[half], row, filters >> 1);
        }
        row += half;
        put(p, sink, (k == 0U) ? (sum + p->base) : sum);
    }
}
#endif

static void transform(const mk_audio_params *p, float *x)
{
#if MK_FFT_MIXED
    if (p->places != NULL) {
        const mk_fft_mixed mixed = {p->twiddle, p->places, p->fft};
        mk_fft_mixed_f32(&mixed, x);
        return;
    }
#endif
    const mk_fft_f32 fft = {p->twiddle, p->fft};
    mk_fft_power_f32(&fft, x);
}

void mk_audio_frame(const mk_audio_params *p, const mk_audio_sample *samples, mk_sample before,
                    void *work, mk_audio_sink *sink)
{
    float *const x = (float *)work;
    load(p, samples, before, x);
    transform(p, x);
#if MK_AUDIO_BINS
#if MK_AUDIO_MEL
    if (p->filters == 0U)
#endif
    {
        put_bins(p, x, sink);
        return;
    }
#endif
#if MK_AUDIO_MEL
    const float total = take_bands(p, x, &x[MK_BAND]);
    const mk_levels levels = {x, p->filters}; /* the powers are not needed any more */
#if MK_AUDIO_LEAST
    const float least = p->least;
#else
    const float least = 0.0F;
#endif
    take_logs(&x[MK_BAND], p->noise, p->noise_step, least, &levels);
#if MK_AUDIO_CEPSTRA
    if (p->coefficients != 0U) {
        uint32_t first = 0;
#if MK_AUDIO_ENERGY
        if (p->energy != 0U) {
            put(p, sink, (log_of(p, total) * p->energy_gain) + p->base);
            first = 1;
        }
#else
        (void)total;
#endif
        put_cepstra(p, x, first, sink);
        return;
    }
#else
    (void)total;
#endif
    for (uint32_t i = 0; i < p->filters; i++) {
        put(p, sink, feature_of(p, x[i]));
    }
#endif
}
