/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_audio.h"

#include <stddef.h>

#include "mk_fft.h"
#include "mk_log.h"
#include "mk_tune.h"

/* Bands lie at odd places of the transformed frame, behind bin length/2; powers are at the even
 * ones. One place in front of them takes what the first run would give a band below. */
#define MK_BAND 5U
#define MK_STEP 2U
#define MK_CHUNK 8U /* bins whose logarithms are taken together */

/* Where logarithms go. */
typedef struct {
    float *at;
    uint32_t n;
} mk_levels;

/* What is left to be done of a bank: see mk_audio_params. */
typedef struct {
    const uint16_t *places;
    const uint16_t *runs;
    const float *shares;
    uint32_t filters;
} mk_bank;

#if MK_ARM_FP && !MK_SAMPLE_F32
#define MK_AUDIO_ARM 1
#else
#define MK_AUDIO_ARM 0
#endif

#if MK_AUDIO_NORM || MK_AUDIO_KEPT || !MK_AUDIO_ARM
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
#endif

#if MK_AUDIO_ARM
#include "mk_audio_arm.inc"
#else
#include "mk_audio_inner.inc"
#endif

static inline float emphasis_of(const mk_audio_params *p)
{
#if MK_AUDIO_EMPHASIS
    return p->emphasis;
#else
    (void)p;
    return 0.0F;
#endif
}

/* Samples to a frame of floats, which may end where the samples do. */
static MK_NOINLINE void load(const mk_audio_params *p, const mk_audio_sample *samples,
                             mk_sample before, float *x)
{
    const uint32_t used = p->used;
    emphasise(samples, used, (float)before, emphasis_of(p), x);
#if MK_AUDIO_TAPER
    if (p->taper != NULL) {
        weigh(p->taper, x, used);
    }
#endif
    for (uint32_t i = used; i < p->fft; i++) {
        x[i] = 0.0F;
    }
}

/* What a power below it counts as. */
static inline float least_of(const mk_audio_params *p)
{
#if MK_AUDIO_LEAST
    return p->least;
#else
    (void)p;
    return 0.0F;
#endif
}

#if MK_AUDIO_ENERGY
/* log10 of a power. */
static inline float log_of(const mk_audio_params *p, float power)
{
    const float least = least_of(p);
    return mk_log10f((power > least) ? power : least);
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

#if MK_AUDIO_CEPSTRA || MK_AUDIO_NORM || MK_AUDIO_KEPT
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
#endif

/* Logarithms of powers as features. */
static void put_levels(const mk_audio_params *p, const mk_levels *levels, mk_audio_sink *sink)
{
#if MK_AUDIO_NORM || MK_AUDIO_KEPT
    if (sink->store.high != NULL) {
        for (uint32_t i = 0; i < levels->n; i++) {
            put(p, sink, feature_of(p, levels->at[i]));
        }
        return;
    }
#endif
    put_features(p, levels, &sink->out);
}

#if MK_AUDIO_BINS
static void put_bins(const mk_audio_params *p, const float *x, mk_audio_sink *sink)
{
    const uint16_t *const places = &p->places[p->first];
    for (uint32_t at = 0; at < p->values; at += MK_CHUNK) {
        const uint32_t left = (uint32_t)p->values - at;
        float level[(MK_STEP * MK_CHUNK) + 1U]; /* and one that is read, but not used */
        const mk_levels levels = {level, (left < MK_CHUNK) ? left : MK_CHUNK};
        for (uint32_t i = 0; i < levels.n; i++) {
            level[MK_STEP * i] = x[places[at + i]];
        }
        take_logs(level, p->noise, 0, least_of(p), &levels);
        put_levels(p, &levels, sink);
    }
}
#endif

#if MK_AUDIO_MEL
/* Powers of the mel bands to the places of bands. Returns the power of all bins. */
static float bands_of(const mk_audio_params *p, float *x)
{
    mk_bank bank = {&p->places[p->first], p->runs, p->shares, p->filters};
    float total = take_bands(x, &bank);
#if MK_AUDIO_ENERGY
    for (const uint16_t *end = &p->places[((uint32_t)p->fft >> 1) + 1U]; bank.places != end;) {
        total += x[*bank.places];
        bank.places++;
    }
    for (uint32_t k = 0; k < p->first; k++) {
        total += x[p->places[k]];
    }
#endif
    return total;
}
#endif

#if MK_AUDIO_CEPSTRA
#if MK_AUDIO_FOLDED
/* Coefficient k, of weights in the order of its row. */
static float folded(const mk_audio_params *p, const float *a, uint32_t k, uint32_t terms)
{
    const uint32_t turn = 4U * (uint32_t)p->filters;
    uint32_t step = 2U * k;
    uint32_t angle = k;
    if ((k & 1U) != 0U) { /* downwards, from k * (2 * terms - 1) without whole turns */
        step = turn - step;
        angle = (((k & 3U) * p->filters) + turn) - (((p->filters & 1U) != 0U) ? (2U * k) : k);
        angle = (angle >= turn) ? (angle - turn) : angle;
    }
    float sum = 0.0F;
    for (uint32_t i = 0; i < terms; i++) {
        /* row 0 has a weight of its own behind the table */
        const float w = (k == 0U) ? p->cosines[p->filters + 1U] : mk_audio_cosine(p, angle);
        sum += a[i] * w;
        angle += step;
        angle = (angle >= turn) ? (angle - turn) : angle;
    }
    return sum;
}
#endif

/* Cosine transform: mirrored bands are added for even coefficients, subtracted for odd ones, and
 * met by half a cosine, whose order is that of the differences. */
static MK_NOINLINE void put_cepstra(const mk_audio_params *p, float *level, uint32_t first,
                                    mk_audio_sink *sink)
{
    const uint32_t filters = p->filters;
    const uint32_t half = (filters + 1U) >> 1;
    const float *row = p->cosines;
    float *mirror = &level[filters - 1U];
    for (uint32_t i = 0; i < (filters >> 1); i++) {
        const float a = level[i];
        level[i] = a + *mirror;
        *mirror = a - *mirror;
        mirror--;
    }
    for (uint32_t k = first; k < p->coefficients; k++) {
        float sum;
        /* the band in the middle has no difference */
        const float *const at = ((k & 1U) == 0U) ? level : &level[half];
        const uint32_t terms = ((k & 1U) == 0U) ? half : (filters >> 1);
#if MK_AUDIO_FOLDED
        if (p->folded != 0U) {
            sum = folded(p, at, k, terms);
        } else
#endif
        {
            sum = dot(at, row, terms);
        }
        row += half;
        put(p, sink, (k == 0U) ? (sum + p->base) : sum);
    }
}
#endif

#if MK_AUDIO_PCEN
/* Values of a frame, one a band, to features. */
static void put_row(const mk_audio_params *p, float *row, mk_audio_sink *sink)
{
#if MK_AUDIO_CEPSTRA
    if (p->coefficients != 0U) {
        put_cepstra(p, row, 0, sink);
        return;
    }
#endif
    for (uint32_t i = 0; i < p->filters; i++) {
        mk_put_f32(&sink->out, row[i]);
    }
}

/* Energies of the bands, in front of which lie those of the transformed frame, to features, or to
 * be kept. */
static MK_NOINLINE void put_energies(const mk_audio_params *p, float *x, mk_audio_sink *sink)
{
    for (uint32_t i = 0; i < p->filters; i++) {
        const float energy = x[MK_BAND + (MK_STEP * i)] + p->noise[p->noise_step * i];
#if MK_AUDIO_KEPT
        if (sink->store.high != NULL) {
            mk_audio_keep(sink, mk_pcen_pack_f32(energy));
        } else
#endif
        {
            x[i] = mk_pcen_f32(p->pcen, &sink->mean[i], energy, sink->first);
        }
    }
    if (sink->store.high == NULL) {
        put_row(p, x, sink);
    }
}

#if MK_AUDIO_KEPT
void mk_audio_again(const mk_audio_params *p, const mk_audio_store *store, uint32_t at, void *row,
                    mk_audio_sink *sink)
{
    float *const values = (float *)row;
    for (uint32_t i = 0; i < p->filters; i++) {
        const float energy = mk_pcen_unpack_f32(mk_audio_kept(store, at + i));
        values[i] = mk_pcen_f32(p->pcen, &sink->mean[i], energy, sink->first);
    }
    put_row(p, values, sink);
}
#endif
#endif

/* A frame to its powers. */
static void powers_of(const mk_audio_params *p, float *x)
{
#if MK_FFT_MIXED
#if MK_FFT_TWOS
    if ((p->fft & (p->fft - 1U)) != 0U)
#endif
    {
        const mk_fft_mixed mixed = {p->twiddle, p->places, p->fft};
        mk_fft_mixed_f32(&mixed, x);
        return;
    }
#endif
#if MK_FFT_TWOS
    const mk_fft_f32 fft = {p->twiddle, p->fft};
    mk_fft_power_f32(&fft, x);
#endif
}

#if MK_FFT_SAMPLES && MK_AUDIO_ARM
/* Whether samples are transformed as they lie. */
static int is_direct(const mk_audio_params *p)
{
    int yes = ((p->own == 0U) && (p->used == p->fft) && (p->fft > 16U)) ? mk_fft_is_odd(p->fft) : 0;
#if MK_FFT_MIXED
    yes = ((p->fft & (p->fft - 1U)) == 0U) ? yes : 0;
#endif
#if MK_AUDIO_TAPER
    yes = (p->taper == NULL) ? yes : 0;
#endif
    return yes;
}
#endif

/* Samples to powers. */
static void transform(const mk_audio_params *p, const mk_audio_sample *samples, mk_sample before,
                      float *x)
{
#if MK_FFT_SAMPLES && MK_AUDIO_ARM
    if (is_direct(p) != 0) {
        const mk_fft_f32 fft = {p->twiddle, p->fft};
        mk_fft_samples_f32(&fft, samples, (float)before, emphasis_of(p), x);
        return;
    }
#endif
    load(p, samples, before, x);
    powers_of(p, x);
}

void mk_audio_frame(const mk_audio_params *p, const mk_audio_sample *samples, mk_sample before,
                    void *work, mk_audio_sink *sink)
{
    float *const x = (float *)work;
    transform(p, samples, before, x);
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
    const float total = bands_of(p, x);
#if MK_AUDIO_PCEN
    if (p->pcen != NULL) {
        put_energies(p, x, sink);
        return;
    }
#endif
    const mk_levels levels = {x, p->filters}; /* the powers are not needed any more */
    take_logs(&x[MK_BAND], p->noise, p->noise_step, least_of(p), &levels);
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
    put_levels(p, &levels, sink);
#endif
}
