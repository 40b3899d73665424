/* Statistics and spectrum of every channel of a window.
 *
 * Optional parts are compiled in when mk_config.h defines them as 1:
 *   MK_SPECTRAL_DECIMATE  decimation          MK_SPECTRAL_FILTER   Butterworth filter
 *   MK_SPECTRAL_FFT       a spectrum          MK_SPECTRAL_FRAMES   more than one frame
 *   MK_SPECTRAL_TAPER     weighted frames     MK_SPECTRAL_MOMENTS  moments of the spectrum
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_SPECTRAL_H
#define MK_SPECTRAL_H

#include "mk_block.h"

#ifndef MK_SPECTRAL_DECIMATE
#define MK_SPECTRAL_DECIMATE 0
#endif
#ifndef MK_SPECTRAL_FILTER
#define MK_SPECTRAL_FILTER 0
#endif
#ifndef MK_SPECTRAL_FFT
#define MK_SPECTRAL_FFT 0
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

#if !MK_FIXED
typedef struct {
    uint16_t channels;
    uint16_t statistics; /* 1: RMS, skewness and kurtosis are features */
    /* Per channel: units per count; power offset (log) or factor; noise added to a power. */
    const float *channel;
    uint16_t channel_step; /* floats from one channel to the next; 0: all are alike */
    uint16_t log;          /* 1: features are log10 of powers */
    float gain;            /* of all filters, applied to the samples */
#if MK_SPECTRAL_DECIMATE
    uint16_t stages;         /* decimation stages */
    const uint8_t *ratios;   /* of each */
    const float *decimator;  /* 4 sections of b1, a1, a2 and the state at rest per stage */
#endif
#if MK_SPECTRAL_FILTER
    uint16_t sections;
    const float *section; /* b1, a1, a2 each */
#endif
#if MK_SPECTRAL_FFT
    uint16_t fft;   /* samples per frame, a power of two */
    uint16_t bands; /* features */
    const uint16_t *edges; /* feature i is the mean of bins edges[i] .. edges[i + 1] - 1 */
    const float *twiddle;  /* see mk_fft.h */
#endif
#if MK_SPECTRAL_FRAMES
    uint16_t frames;
    uint16_t hop;     /* samples from one frame to the next, fft or fft / 2 */
    uint16_t average; /* 1: mean over the frames (their sum here); 0: their maximum */
#endif
#if MK_SPECTRAL_TAPER
    const float *taper; /* weights of a frame's samples, or NULL */
#endif
#if MK_SPECTRAL_MOMENTS
    uint16_t moments; /* 1: skewness and kurtosis of the powers are features */
#endif
} mk_spectral_params;
#endif

void mk_spectral_finish(const mk_spectral_params *p, void *state, const mk_history *h,
                        void *scratch, mk_features *out);

#endif
