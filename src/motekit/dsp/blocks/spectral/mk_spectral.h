/* Statistics and spectrum of every channel of a window.
 *
 * Optional parts are compiled in when mk_config.h defines them as 1:
 *   MK_SPECTRAL_DECIMATE  decimation          MK_SPECTRAL_FILTER   Butterworth filter
 *   MK_SPECTRAL_FFT       a spectrum          MK_SPECTRAL_FRAMES   more than one frame
 *   MK_SPECTRAL_TAPER     weighted frames     MK_SPECTRAL_MOMENTS  moments of the spectrum
 *   MK_SPECTRAL_ZEROS     logarithms of powers that may be 0
 *   MK_SPECTRAL_EDGES     bands of several widths
 *   MK_SPECTRAL_WAVELET   the wavelet form   MK_SPECTRAL_PLAIN    a use without any of the two
 *   MK_SPECTRAL_STREAM    windows that are not kept: samples are used as they come
 *   MK_SPECTRAL_WHOLE     windows that are read from the ring
 * and where uses of the block filter in float by three sections without decimation:
 *   MK_SPECTRAL_FILTER3   the quick way for these
 *   MK_SPECTRAL_GENERAL   the way for all others, too
 *   MK_SPECTRAL_BIQUAD    some of which filter, section by section
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_SPECTRAL_H
#define MK_SPECTRAL_H

#include "mk_block.h"
#include "mk_config.h"

#ifndef MK_FFT_MIXED
#define MK_FFT_MIXED 0
#endif

#ifndef MK_SPECTRAL_STREAM
#define MK_SPECTRAL_STREAM 0
#endif
#ifndef MK_SPECTRAL_WHOLE
#define MK_SPECTRAL_WHOLE (!MK_SPECTRAL_STREAM)
#endif

#if MK_SPECTRAL_STREAM
#include "mk_work.h"
#endif

#ifndef MK_SPECTRAL_DECIMATE
#define MK_SPECTRAL_DECIMATE 0
#endif
#ifndef MK_SPECTRAL_FILTER
#define MK_SPECTRAL_FILTER 0
#endif
#ifndef MK_SPECTRAL_FILTER3
#define MK_SPECTRAL_FILTER3 0
#endif
#ifndef MK_SPECTRAL_GENERAL
#define MK_SPECTRAL_GENERAL (!MK_SPECTRAL_FILTER3)
#endif
#ifndef MK_SPECTRAL_BIQUAD
#define MK_SPECTRAL_BIQUAD 0
#endif
#ifndef MK_SPECTRAL_EDGES
#define MK_SPECTRAL_EDGES 0
#endif
#ifndef MK_SPECTRAL_ZEROS
#define MK_SPECTRAL_ZEROS 0
#endif
#ifndef MK_SPECTRAL_FFT
#define MK_SPECTRAL_FFT 0
#endif
#ifndef MK_SPECTRAL_WAVELET
#define MK_SPECTRAL_WAVELET 0
#endif
#ifndef MK_SPECTRAL_PLAIN
#define MK_SPECTRAL_PLAIN 0
#endif
#ifndef MK_SPECTRAL_FRAMES
#define MK_SPECTRAL_FRAMES 0
#endif
#ifndef MK_SPECTRAL_TAPER
#define MK_SPECTRAL_TAPER 0
#endif
#ifndef MK_SPECTRAL_MOMENTS
#define MK_SPECTRAL_MOMENTS 0
#endif

#if MK_SPECTRAL_DECIMATE || MK_SAMPLE_F32
#define MK_CONSTANT 1e-5F
#else
#define MK_CONSTANT 1e-7F /* the sum of integers is exact */
#endif

#if MK_FIXED
typedef int16_t mk_spectral_number; /* of filters and tapers */
typedef int32_t mk_spectral_turn;   /* of the FFT */
#else
typedef float mk_spectral_number;
typedef float mk_spectral_turn;
#endif

typedef struct {
    uint16_t channels;
    uint16_t statistics; /* 1: RMS, skewness and kurtosis are features */
#if MK_FIXED
    uint16_t shift;          /* samples go in shifted to the left so far */
    uint16_t offset_step;    /* 1, or 0: all channels are alike */
    const int32_t *offset;   /* per channel: log2 of the unit of power, in 2^-16ths */
    int32_t most;            /* largest exponent to scale up by before the FFT */
    uint32_t noise;          /* noise * 2^noise_exponent is added to a power, in the unit that */
    int32_t noise_exponent;  /* powers have where samples are not scaled up */
#if MK_SPECTRAL_DECIMATE
    const int32_t *steady; /* per stage: steady output in 2^-28ths of a steady input */
#endif
#else
    uint16_t log;          /* 1: features are log10 of powers */
    uint16_t channel_step; /* floats from one channel to the next; 0: all are alike */
    /* Per channel: units per count; power offset (log) or factor, noise added to a power: to that
     * of a band's bin where bands differ, else to the sum of its bins. */
    const float *channel;
    float gain; /* of all filters, applied to the samples */
#endif
#if MK_SPECTRAL_DECIMATE
    uint16_t stages;       /* decimation stages */
    const uint8_t *ratios; /* of each */
    /* Per stage 4 sections of b1, a1, a2 and the state at rest, or of mk_biquad_q. */
    const mk_spectral_number *decimator;
#endif
#if MK_SPECTRAL_FILTER
    uint16_t sections;
    /* See mk_biquad.h; for three sections without decimation in float see mk_filter3.h. */
    const mk_spectral_number *section;
#endif
#if MK_SPECTRAL_FFT
    uint16_t fft;          /* samples per frame, even, a product of 2, 3 and 5 */
    uint16_t bands;        /* features */
    uint16_t first;        /* bin of the first band */
    uint16_t width;        /* bins of a band, where all have the same number */
    const mk_spectral_turn *twiddle; /* see mk_fft.h */
#if MK_FFT_MIXED
    const uint16_t *places; /* of bins, where fft is no power of two; else NULL */
#endif
#if MK_SPECTRAL_EDGES
    const uint16_t *edges; /* bin behind each band, or NULL: use the width */
#endif
#endif
#if MK_SPECTRAL_FRAMES
    uint16_t frames;
    uint16_t hop;     /* samples from one frame to the next, fft or fft / 2 */
    /* 0: maximum over the frames; otherwise their mean (here: their sum, in fixed point of powers
     * shifted to the right by average - 1). */
    uint16_t average;
#endif
#if MK_SPECTRAL_TAPER
    const mk_spectral_number *taper; /* weights of a frame's samples (2^-15ths), or NULL */
#endif
#if MK_SPECTRAL_MOMENTS
    uint16_t moments; /* 1: skewness and kurtosis of the powers are features */
#endif
#if MK_SPECTRAL_WAVELET
    uint16_t taps;   /* of a filter of the wavelet, an even number; 0: no wavelet */
    uint16_t levels;
    /* Filters, last tap first; in fixed point in 2^-31sts, scaled down so that nothing grows. */
    const mk_spectral_turn *low;
    const mk_spectral_turn *high;
#if MK_FIXED
    uint16_t variance_point; /* a variance is one in 2^variance_point squares of a sample's unit */
#endif
#endif
#if MK_SPECTRAL_STREAM
    uint16_t row;    /* words of a channel in the state; 0: the window is read from the ring */
    uint16_t delays; /* of them, what filters remember */
    uint16_t span;   /* samples of the frame under way */
    uint16_t chunk;  /* samples worked on at a time: span, or half of it where frames overlap */
#if MK_FIXED
    uint16_t bits; /* of the distances that moments are of: see mk_exact.h */
#else
    float steady; /* what the decimation makes of a steady 1 */
#endif
#endif
} mk_spectral_params;

#if MK_SPECTRAL_STREAM
void mk_spectral_init(const mk_spectral_params *p, void *state);
void mk_spectral_step(const mk_spectral_params *p, void *state, const mk_sample *frame,
                      const mk_work *work);
#endif
void mk_spectral_finish(const mk_spectral_params *p, void *state, const mk_history *h,
                        void *scratch, mk_features *out);

#endif
