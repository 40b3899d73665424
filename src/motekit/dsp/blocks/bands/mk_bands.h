/* Powers of frequency bands: a band-pass for each, and the mean square behind it, as samples come.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_BANDS_H
#define MK_BANDS_H

#include "mk_block.h"

#define MK_BANDS_MOST 16U

/* Bits of mk_bands_params.wanted; of each channel first come the powers, then the shares, then the
 * ratios. */
#define MK_BANDS_POWER 1U
#define MK_BANDS_SHARE 2U

typedef struct {
#if MK_FIXED
    const int32_t *rows;    /* of mk_svf.h, band after band */
    const uint8_t *ups;     /* of each band, as in mk_svf.h */
    const uint8_t *mixes;
    const uint32_t *floors; /* of each channel: a sum of squares, low and high word */
    const int32_t *offsets; /* of each channel: log2 of a sum of 1, 2^-16ths */
#else
    const float *rows; /* of mk_svf.h, band after band */
    const float *unit; /* of each channel: square units in a sum of 1 */
    float floor;       /* square units */
#endif
    const uint16_t *ratios; /* bands above and below the stroke, as bits */
    uint16_t channels;
    uint16_t bands;
    uint16_t sections; /* of each band */
    uint16_t settle;   /* frames that do not count */
    uint16_t count;    /* ratios */
    uint16_t wanted;
#if MK_FIXED
    uint16_t point; /* binary places of what is squared, in counts */
#endif
} mk_bands_params;

void mk_bands_init(const mk_bands_params *p, void *state);
void mk_bands_step(const mk_bands_params *p, void *state, const mk_sample *frame);
void mk_bands_finish(const mk_bands_params *p, void *state, const mk_history *h, void *scratch,
                     mk_features *out);

#endif
