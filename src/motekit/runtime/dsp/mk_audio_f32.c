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

/* Samples to a frame of floats, which may end where the samples do. */
static MK_NOINLINE void load(const mk_audio_params *p, const mk_audio_sample *samples,
                             mk_sample before, float *x)
{
    const uint32_t used = p->used;
#if MK_AUDIO_EMPHASIS
    const float emphasis = p->emphasis;
    float last = (float)before;
    for (uint32_t i = 0; i < used; i++) {
        const float now = (float)samples[i];
        x[i] = now - (emphasis * last);
        last = now;
    }
#else
    (void)before;
    for (uint32_t i = 0; i < used; i++) {
        x[i] = (float)samples[i];
    }
#endif
#if MK_AUDIO_TAPER
    if (p->taper != NULL) {
        for (uint32_t i = 0; i < used; i++) {
            x[i] *= p->taper[i];
        }
    }
#endif
    for (uint32_t i = used; i < p->fft; i++) {
        x[i] = 0.0F;
    }
}

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
        float root = 1.0F;
        while ((square >> 24) != 0U) {
            square >>= 2;
            root += root;
        }
        root *= __builtin_sqrtf((float)(uint32_t)square);
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
static void put_level(const mk_audio_params *p, mk_audio_sink *sink, float level)
{
    float value = (level * p->gain) + p->base;
#if MK_AUDIO_CLIP
    if (p->clip != 0U) {
        value = (value > 0.0F) ? value : 0.0F;
        value = (value < 1.0F) ? value : 1.0F;
    }
#endif
    put(p, sink, value);
}

#if MK_AUDIO_BINS
static void put_bins(const mk_audio_params *p, const float *x, mk_audio_sink *sink)
{
    const uint32_t down = mk_fft_down((uint32_t)p->fft >> 1);
    const float noise = p->noise[0];
    for (uint32_t k = p->first; k < ((uint32_t)p->first + p->values); k++) {
        put_level(p, sink, log_of(p, x[mk_fft_place(k, down)] + noise));
    }
}
#endif

#if MK_AUDIO_MEL
/* Powers of the mel bands to band[0], band[MK_STEP] .. Returns the bin behind the last one. */
static MK_NOINLINE uint32_t take_bands(const mk_audio_params *p, const float *x, float *band)
{
    const uint32_t down = mk_fft_down((uint32_t)p->fft >> 1);
    const uint16_t *run = p->runs;
    const float *share = p->shares;
    uint32_t k = p->first;
    float rising = 0.0F;
    for (const uint16_t *const end = &run[p->filters]; run <= end; run++) {
        float sum = 0.0F;
        float ramp = 0.0F;
        uint32_t n = *run;
        if (n == MK_AUDIO_AGAIN) {
            n = 1;
            k--;
        }
        for (; n > 0U; n--) {
            ramp += sum;
            sum += x[mk_fft_place(k, down)];
            k++;
        }
        const float falling = (sum * share[0]) + (ramp * share[1]);
        share += 2;
        if (run != p->runs) {
            *band = rising + falling;
            band += MK_STEP;
        }
        rising = sum - falling;
    }
    return k;
}

/* Powers of bands to their logarithms. */
static void take_logs(const mk_audio_params *p, float *band)
{
    const float *noise = p->noise;
    for (uint32_t i = p->filters; i > 0U; i--) {
        *band = log_of(p, *band + *noise);
        band += MK_STEP;
        noise += p->noise_step;
    }
}
#endif

#if MK_AUDIO_ENERGY
/* Powers of all bins. */
static float energy_of(const mk_audio_params *p, const float *x)
{
    float sum = x[1];
    for (uint32_t i = 0; i < p->fft; i += 2U) {
        sum += x[i];
    }
    return sum;
}
#endif

#if MK_AUDIO_CEPSTRA
/* Cosine transform: mirrored bands are added for even coefficients, subtracted for odd ones, and
 * met by half a cosine. */
static MK_NOINLINE void put_cepstra(const mk_audio_params *p, float *band, uint32_t first,
                                    mk_audio_sink *sink)
{
    const uint32_t filters = p->filters;
    const uint32_t half = (filters + 1U) >> 1;
    const float *row = &p->cosines[first * half];
    float *mirror = &band[(filters - 1U) * MK_STEP];
    for (float *at = band; at < mirror; at += MK_STEP) {
        const float a = *at;
        *at = a + *mirror;
        *mirror = a - *mirror;
        mirror -= MK_STEP;
    }
    for (uint32_t k = first; k < p->coefficients; k++) {
        /* Differences lie in the mirrored order; the band in the middle has none. */
        const int32_t step = ((k & 1U) == 0U) ? (int32_t)MK_STEP : -(int32_t)MK_STEP;
        const float *at = ((k & 1U) == 0U) ? band : &band[(filters - 1U) * MK_STEP];
        const uint32_t terms = ((k & 1U) == 0U) ? half : (filters >> 1);
        float sum = 0.0F;
        for (uint32_t i = 0; i < terms; i++) {
            sum += *at * row[i];
            at += step;
        }
        row += half;
        put(p, sink, (k == 0U) ? (sum + p->base) : sum);
    }
}
#endif

void mk_audio_frame(const mk_audio_params *p, const mk_audio_sample *samples, mk_sample before,
                    void *work, mk_audio_sink *sink)
{
    float *const x = (float *)work;
    const mk_fft_f32 fft = {p->twiddle, p->fft};
    load(p, samples, before, x);
    mk_fft_power_f32(&fft, x);
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
    float *band = &x[MK_BAND];
    (void)take_bands(p, x, band);
    take_logs(p, band);
#if MK_AUDIO_CEPSTRA
    if (p->coefficients != 0U) {
        uint32_t first = 0;
#if MK_AUDIO_ENERGY
        if (p->energy != 0U) {
            put(p, sink, (log_of(p, energy_of(p, x)) * p->energy_gain) + p->base);
            first = 1;
        }
#endif
        put_cepstra(p, band, first, sink);
        return;
    }
#endif
    for (uint32_t i = p->filters; i > 0U; i--) {
        put_level(p, sink, *band);
        band += MK_STEP;
    }
#endif
}
