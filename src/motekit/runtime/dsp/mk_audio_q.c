/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_audio.h"

#include <stddef.h>

#if MK_AUDIO_Q15
#include "mk_audio_q15.h"
#include "mk_fft_q15.h"
#endif
#include "mk_fft.h"
#include "mk_fix.h"
#include "mk_tune.h"
#include "mk_wide.h"

/* Sums of powers are below 2^60, and those of sums over MK_LONG bins below 2^63: where a run has more
 * bins, its sums lose MK_LONG_DOWN bits before they are summed up. */
#define MK_LONG 16U
#define MK_LONG_DOWN 7U

#define MK_ONE 524288 /* 1 as a feature from 0 to 1 */
#define MK_WORTH 2    /* bits that a tapered frame is scaled up by at least */

/* A frame of integers, whose unit is 2^-(15 + up) counts. */
typedef struct {
    const int32_t *at; /* powers, in the order of mk_fft.h; bin length/2 first */
    uint64_t dc;
    int32_t up;
#if MK_AUDIO_Q15
    uint32_t narrow; /* 1: powers are words, with MK_AUDIO_Q15_MORE bits less */
#endif
#if MK_AUDIO_PCEN
    const mk_audio_sink *sink;
#endif
} mk_frame_q;

#if MK_AUDIO_Q31
/* The share of a sample that is taken from the next, high / 2^15 + low / 2^30. */
typedef struct {
    int32_t high;
    int32_t low;
} mk_emphasis_q;

static inline mk_emphasis_q emphasis_of(const mk_audio_params *p)
{
#if MK_AUDIO_EMPHASIS
    const mk_emphasis_q out = {p->emphasis >> 15, p->emphasis & 0x7FFF};
#else
    const mk_emphasis_q out = {0, 0};
    (void)p;
#endif
    return out;
}

/* The exponent that scales up to 28 bits. */
static int32_t room(const mk_audio_params *p, uint32_t bits)
{
    int32_t up = -3;
    while ((up < (int32_t)p->most) && ((bits >> (uint32_t)(27 - up)) == 0U)) {
        up++;
    }
    return up;
}

/* .. the samples of a frame. */
static MK_NOINLINE int32_t room_of(const mk_audio_params *p, const mk_audio_sample *samples,
                                   mk_sample before)
{
    const mk_emphasis_q e = emphasis_of(p);
    const mk_audio_sample *const end = &samples[p->used];
    int32_t last = before;
    uint32_t bits = 0;
    while (samples != end) {
        const int32_t now = *samples;
        const int32_t v = ((now * 32768) - (e.high * last)) - (((e.low * last) + 16384) >> 15);
        bits |= (uint32_t)((v < 0) ? -v : v);
        last = now;
        samples++;
    }
    return room(p, bits);
}

/* Samples to a frame of words, which may end where the samples do. Returns their exponent. */
static MK_NOINLINE int32_t load(const mk_audio_params *p, const mk_audio_sample *samples,
                                mk_sample before, int32_t *x)
{
    const int32_t up = room_of(p, samples, before);
    const mk_emphasis_q e = emphasis_of(p);
    const int32_t by = (int32_t)(1UL << (uint32_t)((up > 0) ? up : 0));
    const uint32_t down = (uint32_t)((up < 0) ? -up : 0);
    const uint32_t low_down = (uint32_t)(15 - up);
    const int32_t half = (int32_t)((1UL << down) >> 1);
    const int32_t low_half = (int32_t)((1UL << low_down) >> 1);
    const int32_t *const end = &x[p->used];
    const int32_t *const zeros = &x[p->fft];
    int32_t last = before;
    while (x != end) {
        const int32_t now = *samples;
        const int32_t coarse = (((now * 32768) - (e.high * last)) * by) + half;
        *x = (coarse >> down) - (((e.low * last) + low_half) >> low_down);
        last = now;
        samples++;
        x++;
    }
    for (; x != zeros; x++) {
        *x = 0;
    }
    return up;
}

#if MK_AUDIO_TAPER
/* Returns the magnitude of the weighed sample. */
static inline uint32_t weigh_one(int32_t *x, int32_t weight)
{
    const int32_t v = (mk_mulhi(*x, weight) * 2) + 1;
    *x = v;
    return (uint32_t)((v < 0) ? -v : v);
}

/* Weigh a frame by half a window, whose other half is its mirror image; scale it up again where it
 * has lost bits. Returns its exponent, which was `up`. */
static MK_NOINLINE int32_t weigh(const mk_audio_params *p, int32_t *x, int32_t up)
{
    const int32_t *const taper = p->taper;
    const uint32_t n = p->used;
    uint32_t bits = 0;
    for (uint32_t at = 0; (2U * at) <= n; at++) {
        const uint32_t back = n - at;
        bits |= weigh_one(&x[at], taper[at]);
        if ((back < n) && (back > at)) {
            bits |= weigh_one(&x[back], taper[at]);
        }
    }
    const int32_t left = (int32_t)p->most - up;
    int32_t more = room(p, bits);
    more = (more < left) ? more : left;
    if (more < MK_WORTH) {
        return up;
    }
    for (uint32_t i = 0; i < n; i++) {
        x[i] *= (int32_t)(1UL << (uint32_t)more);
    }
    return up + more;
}
#endif
#endif

static int32_t log_of(const mk_audio_params *p, uint64_t power, int32_t up)
{
    int32_t level = p->least;
    if (power >= p->nothing) {
        level = (mk_wide_log2(mk_wide_from(power, 0)) + p->base) - (up * 131072);
    }
    return (level > p->least) ? level : p->least;
}

/* Noise in the unit of the powers of this frame. */
static uint64_t noise_of(const mk_audio_params *p, uint32_t noise, int32_t up)
{
    const int32_t shift = p->noise_exponent + (2 * up);
    if (shift >= 0) {
        return (uint64_t)noise << (uint32_t)shift;
    }
    return (shift > -32) ? ((uint64_t)noise >> (uint32_t)(-shift)) : 0U;
}

static void put(mk_audio_sink *sink, int32_t value)
{
#if MK_AUDIO_NORM || MK_AUDIO_KEPT
    if (sink->store.high != NULL) {
        mk_audio_keep(sink, value);
        return;
    }
#endif
    mk_put_q(&sink->out, value);
}

#if MK_AUDIO_NORM || MK_AUDIO_KEPT
void mk_audio_put(const mk_audio_params *p, mk_features *out, int32_t value)
{
    (void)p;
    mk_put_q(out, value);
}
#endif

#if MK_AUDIO_NORM
void mk_audio_put_normal(mk_features *out, int32_t d, uint32_t width, uint64_t square)
{
    int32_t value = 0;
    if (square != 0U) {
        const uint32_t size = (uint32_t)((d < 0) ? -d : d);
        const mk_wide far = mk_wide_from((uint64_t)size * width, 0);
        value = mk_wide_to(mk_wide_over(far, mk_wide_root(mk_wide_from(square, 0))), -16);
        value = (d < 0) ? -value : value;
    }
    mk_put_q(out, value);
}
#endif

/* The logarithm of a power as a feature. */
static void put_level(const mk_audio_params *p, mk_audio_sink *sink, int32_t level)
{
    int32_t value = level;
#if MK_AUDIO_CLIP
    if (p->clip != 0U) {
        value = mk_mulhi(level * 16, p->clip);
        value = (value > 0) ? value : 0;
        value = (value < MK_ONE) ? value : MK_ONE;
    }
#else
    (void)p;
#endif
    put(sink, value);
}

/* Position of bin k + 1 from that of bin k; 0 for the last one. */
static inline uint32_t next_position(const mk_audio_params *p, uint32_t position, uint32_t k)
{
#if MK_FFT_MIXED
    if (p->places != NULL) {
        return (uint32_t)p->places[k + 1U] >> 1;
    }
#endif
    (void)k;
    return mk_fft_next(position, (uint32_t)p->fft >> 1);
}

/* The power at this position, counted in powers. */
static inline uint64_t power_at(const mk_frame_q *f, uint32_t position)
{
#if MK_AUDIO_Q15
#if MK_AUDIO_Q31
    if (f->narrow != 0U)
#endif
    {
        return (uint64_t)(uint32_t)f->at[position] << MK_AUDIO_Q15_MORE;
    }
#endif
#if MK_AUDIO_Q31
    return mk_fft_power_at(&f->at[2U * position]);
#endif
}

/* Power of bin k, which lies at this position. */
static uint64_t power_of(const mk_frame_q *f, uint32_t position, uint32_t k)
{
    return (k == 0U) ? f->dc : power_at(f, position);
}

#if MK_AUDIO_BINS
static void put_bins(const mk_audio_params *p, const mk_frame_q *f, mk_audio_sink *sink)
{
    const uint64_t noise = noise_of(p, p->noise[0], f->up);
    uint32_t position = 0;
    for (uint32_t k = 0; k < ((uint32_t)p->first + p->values); k++) {
        if (k != 0U) {
            position = next_position(p, position, k - 1U);
        }
        if (k >= p->first) {
            put_level(p, sink, log_of(p, power_of(f, position, k) + noise, f->up));
        }
    }
}
#endif

#if MK_AUDIO_MEL
/* The level of a band. */
static inline int32_t level_of(const mk_audio_params *p, const mk_frame_q *f, uint32_t band,
                               uint64_t power)
{
#if MK_AUDIO_PCEN
    if (p->pcen != NULL) {
        const mk_wide energy = mk_wide_from(power, -2 * f->up);
        return (f->sink->store.high != NULL)
                   ? mk_pcen_pack_q(energy)
                   : mk_pcen_q(p->pcen, &f->sink->mean[band], energy, f->sink->first);
    }
#else
    (void)band;
#endif
    return log_of(p, power, f->up);
}

/* floor(a * share / 2^32), a < 2^63 */
static uint64_t share_of(uint64_t a, uint32_t share)
{
    if ((a == 0U) || (share == 0U)) {
        return 0;
    }
    return mk_multiply((uint32_t)(a >> 32), share) + (mk_multiply((uint32_t)a, share) >> 32);
}

/* Levels of the bands. */
static MK_NOINLINE void take_bands(const mk_audio_params *p, const mk_frame_q *f, int32_t *level)
{
    const uint32_t *share = p->shares;
    const uint32_t *noise = p->noise;
    uint32_t k = 0;
    uint32_t position = 0;
    uint64_t rising = 0;
    uint64_t last = f->dc;
    for (; (k + 1U) < p->first; k++) {
        position = next_position(p, position, k);
        last = power_of(f, position, k + 1U);
    }
    for (uint32_t run = 0; run <= p->filters; run++) {
        uint64_t sum = 0;
        uint64_t ramp = 0;
        uint32_t n = p->runs[run];
        if (n == MK_AUDIO_AGAIN) {
            n = 0;
            sum = last;
        }
#if MK_AUDIO_LONG
        const uint32_t down = (n > MK_LONG) ? MK_LONG_DOWN : 0U;
#else
        const uint32_t down = 0;
#endif
        for (; n > 0U; n--) {
            position = next_position(p, position, k);
            k++;
            last = power_of(f, position, k);
            ramp += (down == 0U) ? sum : (sum >> MK_LONG_DOWN);
            sum += last;
        }
        const uint64_t falling = share_of(sum, share[0]) + (share_of(ramp, share[1]) << down);
        share += 2;
        if (run > 0U) {
            *level = level_of(p, f, run - 1U, rising + falling + noise_of(p, *noise, f->up));
            level++;
            noise += p->noise_step;
        }
        rising = sum - falling;
    }
}
#endif

#if MK_AUDIO_ENERGY
/* Power of all bins. */
static uint64_t energy_of(const mk_audio_params *p, const mk_frame_q *f)
{
    uint64_t sum = f->dc;
    for (uint32_t i = 0; i < ((uint32_t)p->fft >> 1); i++) {
        sum += power_at(f, i);
    }
    return sum;
}
#endif

#if MK_AUDIO_CEPSTRA
#if MK_AUDIO_FOLDED
/* Coefficient k, from sums of mirrored bands or their differences from the last one downwards. */
static int32_t folded(const mk_audio_params *p, const int32_t *at, uint32_t k, uint32_t terms)
{
    const uint32_t turn = 4U * (uint32_t)p->filters;
    uint32_t angle = k;
    int32_t sum = 0;
    for (uint32_t n = terms; n > 0U; n--) {
        sum += mk_mul16(*at, mk_audio_cosine(p, angle));
        at = ((k & 1U) == 0U) ? &at[1] : &at[-1];
        angle += 2U * k;
        angle = (angle >= turn) ? (angle - turn) : angle;
    }
    return sum;
}
#endif

/* As in mk_audio_f32.c; sums are halves, shifted down by p->down bits, rounded. */
static MK_NOINLINE void put_cepstra(const mk_audio_params *p, int32_t *level, uint32_t first,
                                    mk_audio_sink *sink)
{
    const uint32_t filters = p->filters;
    const uint32_t half = (filters + 1U) >> 1;
    const int16_t *row = p->cosines;
    int32_t *mirror = &level[filters - 1U];
    for (int32_t *at = level; at < mirror; at++) {
        const int32_t a = *at;
        *at = a + *mirror;
        *mirror = a - *mirror;
        mirror--;
    }
    for (uint32_t k = first; k < p->coefficients; k++) {
        const uint32_t even = ((k & 1U) == 0U) ? 1U : 0U;
        const int32_t *at = (even != 0U) ? level : &level[filters - 1U];
        const uint32_t terms = (even != 0U) ? half : (filters >> 1);
        int32_t sum = (int32_t)((terms + (1UL << p->down)) >> 1); /* half of what is cut off */
#if MK_AUDIO_FOLDED
        if (p->folded != 0U) {
            sum += folded(p, at, k, terms);
        } else
#endif
        {
            for (uint32_t i = 0; i < terms; i++) {
                sum += mk_mul16(*at, row[i]);
                at = (even != 0U) ? &at[1] : &at[-1];
            }
        }
        row += half;
        put(sink, sum >> p->down);
    }
}
#endif

#if MK_AUDIO_PCEN
/* Values of a frame, one a band, to features, or energies to be kept. */
static void put_row(const mk_audio_params *p, int32_t *row, mk_audio_sink *sink)
{
#if MK_AUDIO_CEPSTRA
    if ((p->coefficients != 0U) && (sink->store.high == NULL)) {
        put_cepstra(p, row, 0, sink);
        return;
    }
#endif
    for (uint32_t i = 0; i < p->filters; i++) {
        put(sink, row[i]);
    }
}

#if MK_AUDIO_KEPT
void mk_audio_again(const mk_audio_params *p, const mk_audio_store *store, uint32_t at, void *row,
                    mk_audio_sink *sink)
{
    int32_t *const values = (int32_t *)row;
    for (uint32_t i = 0; i < p->filters; i++) {
        const mk_wide energy = mk_pcen_unpack_q(mk_audio_kept(store, at + i));
        values[i] = mk_pcen_q(p->pcen, &sink->mean[i], energy, sink->first);
    }
    put_row(p, values, sink);
}
#endif
#endif

#if MK_AUDIO_Q31
static uint64_t transform(const mk_audio_params *p, int32_t *x)
{
#if MK_FFT_MIXED
    if (p->places != NULL) {
        const mk_fft_mixed mixed = {p->twiddle, p->places, p->fft};
        return mk_fft_mixed_q(&mixed, x);
    }
#endif
    const mk_fft_q fft = {p->twiddle, p->fft};
    return mk_fft_power_q(&fft, x);
}
#endif

/* The powers of a frame, in x. Returns the words of them. */
static uint32_t spectrum(const mk_audio_params *p, const mk_audio_sample *samples,
                         mk_sample before, int32_t *x, mk_frame_q *f)
{
    f->at = x;
#if MK_AUDIO_Q15
    f->narrow = p->narrow;
#if MK_AUDIO_Q31
    if (p->narrow != 0U)
#endif
    {
        uint32_t *const words = (uint32_t *)x;
        const mk_fft_q15 fft = {(const uint32_t *)p->twiddle, p->fft};
        const int32_t up = mk_audio_load_q15(p, samples, before, words);
        int32_t shift;
        f->dc = (uint64_t)mk_fft_power_q15(&fft, words, &shift) << MK_AUDIO_Q15_MORE;
        f->up = up - shift;
        return (uint32_t)p->fft >> 1;
    }
#endif
#if MK_AUDIO_Q31
    f->up = load(p, samples, before, x);
#if MK_AUDIO_TAPER
    if (p->taper != NULL) {
        f->up = weigh(p, x, f->up);
    }
#endif
    f->dc = transform(p, x);
    return p->fft;
#endif
}

void mk_audio_frame(const mk_audio_params *p, const mk_audio_sample *samples, mk_sample before,
                    void *work, mk_audio_sink *sink)
{
    int32_t *const x = (int32_t *)work;
    mk_frame_q f;
    const uint32_t words = spectrum(p, samples, before, x, &f);
#if MK_AUDIO_PCEN
    f.sink = sink;
#endif
#if MK_AUDIO_BINS
#if MK_AUDIO_MEL
    if (p->filters == 0U)
#endif
    {
        (void)words;
        put_bins(p, &f, sink);
        return;
    }
#endif
#if MK_AUDIO_MEL
    int32_t *const level = &x[words];
    take_bands(p, &f, level);
#if MK_AUDIO_PCEN
    if (p->pcen != NULL) {
        put_row(p, level, sink);
        return;
    }
#endif
#if MK_AUDIO_CEPSTRA
    if (p->coefficients != 0U) {
        uint32_t first = 0;
#if MK_AUDIO_ENERGY
        if (p->energy != 0U) {
            put(sink, log_of(p, energy_of(p, &f), f.up));
            first = 1;
        }
#endif
        put_cepstra(p, level, first, sink);
        return;
    }
#endif
    for (uint32_t i = 0; i < p->filters; i++) {
        put_level(p, sink, level[i]);
    }
#endif
}
