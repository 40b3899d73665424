/* Features of the frames of one channel: spectrum, mel bands, cepstra. A frame is computed when
 * its last sample comes in, and once, however many windows share it.
 *
 * Compiled in where mk_config.h defines as 1:
 *   MK_AUDIO_MEL      mel bands              MK_AUDIO_BINS     FFT bins instead
 *   MK_AUDIO_CEPSTRA  their cosine transform MK_AUDIO_ENERGY   ... whose first is the energy
 *   MK_AUDIO_NORM     normalised over frames MK_AUDIO_KEPT     frames of windows that overlap
 *   MK_AUDIO_TAPER    weighted frames        MK_AUDIO_EMPHASIS emphasis of high frequencies
 *   MK_AUDIO_SKIP     frames far apart       MK_AUDIO_PCEN     energies normalised per channel
 *   MK_AUDIO_CLIP     features from 0 to 1   MK_AUDIO_LEAST    powers that may be too small
 *   MK_AUDIO_FOLDED   one table for all rows of the cosine transform
 *   MK_AUDIO_Q31      in fixed point, frames of 32 bits, and of 16 bits: MK_AUDIO_Q15
 *   MK_AUDIO_LONG     bands of many bins
 * Uses of the blocks that differ in these get them all, and a field to choose by.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_AUDIO_H
#define MK_AUDIO_H

#include "mk_block.h"
#include "mk_fft.h"
#include "mk_tune.h"
#include "mk_work.h"

#if defined(MK_AUDIO_PCEN) && MK_AUDIO_PCEN
#include "mk_pcen.h"
#endif

#ifndef MK_AUDIO_MEL
#define MK_AUDIO_MEL 0
#endif
#ifndef MK_AUDIO_BINS
#define MK_AUDIO_BINS 0
#endif
#ifndef MK_AUDIO_CEPSTRA
#define MK_AUDIO_CEPSTRA 0
#endif
#ifndef MK_AUDIO_ENERGY
#define MK_AUDIO_ENERGY 0
#endif
#ifndef MK_AUDIO_NORM
#define MK_AUDIO_NORM 0
#endif
#ifndef MK_AUDIO_KEPT
#define MK_AUDIO_KEPT 0
#endif
#ifndef MK_AUDIO_TAPER
#define MK_AUDIO_TAPER 0
#endif
#ifndef MK_AUDIO_EMPHASIS
#define MK_AUDIO_EMPHASIS 0
#endif
#ifndef MK_AUDIO_SKIP
#define MK_AUDIO_SKIP 0
#endif
#ifndef MK_AUDIO_PCEN
#define MK_AUDIO_PCEN 0
#endif
#ifndef MK_AUDIO_CLIP
#define MK_AUDIO_CLIP 0
#endif
#ifndef MK_AUDIO_Q31
#define MK_AUDIO_Q31 0
#endif
#ifndef MK_AUDIO_Q15
#define MK_AUDIO_Q15 0
#endif
#ifndef MK_AUDIO_FOLDED
#define MK_AUDIO_FOLDED 0
#endif
#ifndef MK_AUDIO_LONG
#define MK_AUDIO_LONG 0
#endif
#ifndef MK_AUDIO_LEAST
#define MK_AUDIO_LEAST 0
#endif

#if MK_FIXED
typedef int32_t mk_audio_turn; /* of the FFT */
#else
typedef float mk_audio_turn;
#endif

#if MK_AUDIO_EMPHASIS || MK_AUDIO_TAPER
#if MK_FIXED
typedef int32_t mk_audio_weight; /* of a sample, in 2^-31sts */
#else
typedef float mk_audio_weight;
#endif
#endif

#if MK_AUDIO_CEPSTRA
#if MK_FIXED
typedef int16_t mk_audio_number; /* cosines, in 2^-15ths */
#else
typedef float mk_audio_number;
#endif
#endif

#define MK_AUDIO_AGAIN 65535U /* a run that takes the bin before it again, with weight 1 */

typedef struct {
    uint16_t used;   /* samples of a frame that enter the FFT */
    uint16_t hop;    /* samples from the start of a frame to that of the next */
    uint16_t fft;    /* at least `used` */
    uint16_t frames; /* of a window */
    uint16_t values; /* features of a frame */
    uint16_t slots;  /* frames kept, 0: the features of a window go to their places at once */
    uint16_t own;    /* 1: frames lie apart, and samples wait where they are transformed */
    uint16_t first;  /* FFT bin of the first feature or run */
    uint16_t end_at;  /* where the last sample of a frame ends in the state, bytes */
    uint16_t kept_at; /* where values are kept in the state, bytes */
#if MK_AUDIO_PCEN
    uint16_t mean_at; /* where the smoothed energies of the bands are in the state, bytes */
#endif
#if MK_AUDIO_SKIP
    uint16_t skip; /* samples between frames that have no room in front of the next one */
#endif
    const mk_audio_turn *twiddle; /* see mk_fft.h */
#if MK_AUDIO_Q15
    uint16_t narrow; /* 1: frames of 16 bits, twiddle is that of mk_fft_q15.h */
#endif
#if MK_FFT_MIXED || !MK_FIXED
    /* Where bins lie behind the FFT; in fixed point NULL where its length is a power of two. */
    const uint16_t *places;
#endif
#if MK_AUDIO_EMPHASIS
    mk_audio_weight emphasis; /* share of the sample before that is taken away, in fixed
                              * point in 2^-30ths, of frames of 16 bits 2^-15ths; 0: none */
    uint16_t restart; /* frames after which a frame's first sample is its own predecessor */
#endif
#if MK_AUDIO_TAPER
    const mk_audio_weight *taper; /* weights of the first half of the samples and one more, or NULL */
#endif
#if MK_AUDIO_MEL
    uint16_t filters;     /* 0: bins are features */
    const uint16_t *runs; /* filters + 1: bins between two corners, or MK_AUDIO_AGAIN */
    /* Per run: weight of its last bin in the lower filter, and what it gains from bin to bin
     * downwards; in fixed point in 2^-32ths. */
#if MK_FIXED
    const uint32_t *shares;
#else
    const float *shares;
#endif
#endif
#if MK_FIXED
    const uint32_t *noise; /* per band: noise * 2^noise_exponent is added to a power, in the unit */
    int32_t noise_exponent; /* that powers have where samples are not scaled up */
    int32_t base;          /* added to log2, in 2^-16ths */
    uint16_t most;         /* largest exponent to scale up by before the FFT */
#else
    const float *noise;  /* per band: added to 4 |X|^2 of counts, weighted */
    float gain;          /* a feature is log10 * gain + base */
    float base;
#endif
    uint16_t noise_step; /* 1, or 0: all bands are alike */
#if MK_AUDIO_CLIP
#if MK_FIXED
    int32_t clip; /* a feature in 2^-19ths is log2 * clip / 2^31, limited to 0 .. 1; or 0 */
#else
    uint16_t clip; /* 1: limited to 0 .. 1 */
#endif
#endif
#if MK_FIXED
    int32_t least;    /* least logarithm */
    uint16_t nothing; /* what a power must reach, in its unit, not to count as none */
#elif MK_AUDIO_LEAST
    float least; /* what a power below it counts as */
#else
    /* noise is always there */
#endif
#if MK_AUDIO_CEPSTRA
    uint16_t coefficients; /* 0: bands are features */
    uint16_t energy;       /* 1: the first coefficient is the logarithm of the energy */
    /* Per coefficient behind the energy the first half of a cosine, (filters + 1) / 2 weights. */
    const mk_audio_number *cosines;
#if MK_AUDIO_FOLDED
    uint16_t folded; /* 1: a quarter of a turn in its place, see mk_audio_cosine */
#endif
#if MK_FIXED
    uint16_t down; /* bits that coefficients are shifted down by */
#else
    float energy_gain; /* of log10 */
#endif
#endif
#if MK_AUDIO_NORM
    uint16_t norm; /* odd number of frames to normalise over, at most 255; 0: none */
#endif
#if (MK_AUDIO_NORM || MK_AUDIO_KEPT) && !MK_FIXED
    float lsb;     /* worth of one unit of what is kept, a power of two */
    float per_lsb;
#endif
#if MK_AUDIO_PCEN
    const mk_pcen_number *pcen; /* instead of a logarithm: see mk_pcen.h; or NULL */
#endif
} mk_audio_params;

/* What a block keeps, in words: this, then the sample in front of a frame and the frame's samples
 * (or the frame itself, if `own`), then what is kept of the features. */
typedef struct {
    uint16_t at;      /* where the next sample goes, bytes from here */
#if MK_AUDIO_SKIP
    uint16_t skip;    /* samples to be passed over first */
#endif
    uint16_t frame;   /* frame of the window that comes next */
    uint16_t since;   /* frames since emphasis began anew */
    uint16_t slot;    /* where the next frame is kept */
} mk_audio_state;

/* The contract of a block: see mk_block.h. */
void mk_audio_init(const mk_audio_params *p, void *state);
void mk_audio_finish(const mk_audio_params *p, void *state, const mk_history *h, void *scratch,
                     mk_features *out);

/* Samples of a frame, wherever they wait: in memory that is used for words, too. */
typedef mk_sample mk_audio_sample MK_MAY_ALIAS;
typedef uint32_t mk_audio_word MK_MAY_ALIAS;

/* A frame is complete. */
void mk_audio_take(const mk_audio_params *p, mk_audio_state *s, const mk_work *work);

/* Here, so that a caller who knows the parameters has no more to do than to store a sample. */
static inline void mk_audio_step(const mk_audio_params *p, void *state, const mk_sample *frame,
                                 const mk_work *work)
{
    mk_audio_state *const s = (mk_audio_state *)state;
#if MK_AUDIO_SKIP
    if (s->skip != 0U) {
        s->skip--;
        return;
    }
#endif
    const uint32_t at = s->at;
    const uint32_t next = at + (uint32_t)sizeof(mk_sample);
    *(mk_audio_sample *)(void *)&((uint8_t *)state)[at] = *frame;
    s->at = (uint16_t)next;
    if (next == p->end_at) {
        mk_audio_take(p, s, work);
    }
}

/* --- between mk_audio.c and its two arithmetics --------------------------------------------- */

/* Values of frames in 23 bits and a sign, 16 of them in one place and 8 in another. */
typedef struct {
    int16_t *high;
    uint8_t *low;
} mk_audio_store;

/* Where the values of a frame go. */
typedef struct {
    mk_audio_store store; /* high is NULL: to `out` at once */
    mk_features out;
#if MK_AUDIO_PCEN
    mk_pcen_mean *mean; /* smoothed energies, one a band */
    uint32_t first;     /* 1: the first frame of a window */
#endif
} mk_audio_sink;

void mk_audio_keep(mk_audio_sink *sink, int32_t value);
int32_t mk_audio_kept(const mk_audio_store *store, uint32_t at);

/* From the samples of a frame to its values, in `work`. `before`: the sample in front. */
void mk_audio_frame(const mk_audio_params *p, const mk_audio_sample *samples, mk_sample before,
                    void *work, mk_audio_sink *sink);

/* Values of the frames of a window to features: mk_audio_norm.c. v: place for two numbers a
 * frame. store: see above, its frames in a ring of `slots` whose first one is at `slot`. */
void mk_audio_normalise(const mk_audio_params *p, const mk_audio_store *store, uint32_t slot,
                        int32_t *v, const mk_features *out);

/* Put what was kept. */
void mk_audio_put(const mk_audio_params *p, mk_features *out, int32_t value);

#if MK_AUDIO_PCEN && MK_AUDIO_KEPT
/* Energies of a frame that were kept from `at` on to its values. row: place for a word a band. */
void mk_audio_again(const mk_audio_params *p, const mk_audio_store *store, uint32_t at, void *row,
                    mk_audio_sink *sink);
#endif

#if MK_AUDIO_CEPSTRA && MK_AUDIO_FOLDED
/* The cosine of pi * angle / (2 * filters), angle below 4 * filters, from a table of those of the
 * first filters + 1 angles. */
static inline mk_audio_number mk_audio_cosine(const mk_audio_params *p, uint32_t angle)
{
    const uint32_t half = 2U * (uint32_t)p->filters;
    const uint32_t up = (angle > half) ? ((2U * half) - angle) : angle;
    const int less = (up > p->filters) ? 1 : 0;
    const mk_audio_number size = p->cosines[(less != 0) ? (half - up) : up];
    return (less != 0) ? (mk_audio_number)-size : size;
}
#endif

/* Put d / deviation, where the square of width * deviation is given. */
void mk_audio_put_normal(mk_features *out, int32_t d, uint32_t width, uint64_t square);

#endif
