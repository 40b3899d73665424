/* Beats of one channel, as samples come; heart rate and its variability at the end of a window.
 * Beats are found in whole numbers, so they are the same in float and in fixed point.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_HEART_H
#define MK_HEART_H

#include "mk_block.h"

/* Bits of mk_heart_params.wanted; features come in this order. */
#define MK_HEART_RATE 1U
#define MK_HEART_SDNN 2U
#define MK_HEART_RMSSD 4U
#define MK_HEART_PNN50 8U
#define MK_HEART_BEATS 16U
#define MK_HEART_AMPLITUDE 32U
#define MK_HEART_QUALITY 64U
#define MK_HEART_BEAT_RATE 128U
#define MK_HEART_SPECTRAL_RATE 256U
#define MK_HEART_PERIODICITY 512U
#define MK_HEART_FEATURES 10U

/* Times are in 256ths of a sample. */
typedef struct {
    const int32_t *rows; /* the band-pass, as in mk_svf.h */
#if MK_FIXED
    uint32_t rate_m; /* 60 * 256 * samples a second: rate_m * 2^rate_e */
    int32_t rate_e;
    uint32_t ms_m; /* ms in a 256th of a sample: ms_m * 2^ms_e */
    int32_t ms_e;
    uint32_t bin_m; /* 1/min in a 256th of a bin: bin_m * 2^bin_e */
    int32_t bin_e;
#else
    float per_count; /* counts in a unit of a float sample */
    float count;     /* units in a count */
    float rate;      /* 60 * 256 * samples a second */
    float ms;        /* in a 256th of a sample */
    float bin;       /* 1/min in a 256th of a bin */
#endif
    uint32_t length;   /* of the window */
    uint32_t apart;    /* beats that are closer are one */
    uint32_t shortest; /* interval that may count */
    uint32_t longest;
    uint32_t fifty;      /* 50 ms */
    uint32_t offset;     /* times the running mean: what a rise must have more */
    uint16_t up;         /* as in mk_svf.h */
    uint16_t mix;
    uint16_t sections;
    uint16_t half_peak;  /* the short average has 2 * half_peak + 1 samples */
    uint16_t half_beat;  /* and the long one 2 * half_beat + 1 */
    uint16_t shift;      /* the running mean forgets 2^-shift of itself */
    uint16_t least;      /* samples of a rise that is a beat */
    uint16_t most;       /* beats */
    uint16_t tolerance;  /* of an interval, in percent of their median */
    uint16_t wanted;
    uint16_t invert;     /* 1: beats point downwards */
    uint16_t every;      /* samples for a bit of the rhythm; 0: no spectrum */
    uint16_t part;       /* bits of a part of the window */
    uint16_t parts;
    uint16_t low;        /* lowest and highest bin that may be the rate */
    uint16_t high;
    uint16_t unit;       /* what the middle of the Hann window weighs */
} mk_heart_params;

/* The strongest rate; see motekit.dsp.blocks.heart.spectrum. */
typedef struct {
    uint32_t at; /* in 256ths of a bin; 0: nothing turns over */
    uint32_t near;  /* squared amplitudes at the peak, its multiples and their neighbours */
    uint32_t total; /* and of all bins */
} mk_heart_peak;

/* Over the intervals that count; see motekit.dsp.blocks.heart.detect. */
typedef struct {
    uint64_t squares;
    uint64_t differences;
    uint32_t n;
    uint32_t total;
    uint32_t pairs;
    uint32_t far;
    uint32_t beats;
    int32_t height;
    mk_heart_peak peak;
    uint32_t spectral; /* 1: the heart rate is that of the spectrum */
} mk_heart_sums;

void mk_heart_init(const mk_heart_params *p, void *state);
void mk_heart_step(const mk_heart_params *p, void *state, const mk_sample *frame);
void mk_heart_finish(const mk_heart_params *p, void *state, const mk_history *h, void *scratch,
                     mk_features *out);

/* Ends the window. scratch: a word for each beat; for the spectrum a word for each bin from
 * low - 1 to 2 high + 1, twice if there are parts. */
void mk_heart_end(const mk_heart_params *p, void *state, uint32_t *scratch, mk_heart_sums *sums);

/* The strongest rate in the bits of a window, the first one in bit 0 of the first word. */
void mk_heart_spectrum(const mk_heart_params *p, const uint32_t *bits, uint32_t *scratch,
                       mk_heart_peak *peak);

#endif
