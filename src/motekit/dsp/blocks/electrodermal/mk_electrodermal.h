/* Skin conductance of one channel, as samples come. Levels are whole numbers, so they are the same
 * in float and in fixed point.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_ELECTRODERMAL_H
#define MK_ELECTRODERMAL_H

#include "mk_block.h"

/* Features in order; bits of mk_electrodermal_params.wanted. */
#define MK_ELECTRODERMAL_FEATURES 6U

typedef struct {
    const int32_t *rows; /* one section of the smoothing low-pass, one of the tonic: mk_svf.h */
#if !MK_FIXED
    float per_count; /* counts in a unit of a float sample */
    float level;     /* units in a 2^-4th of a count */
    float rate;      /* samples a minute */
#endif
    int32_t threshold; /* rise of a response, 2^-4ths of a count */
    uint16_t length;   /* of the window */
    uint16_t up_smooth; /* as in mk_svf.h */
    uint16_t up_slow;
    uint16_t mix;
    uint16_t mix_slow;
    uint16_t wanted;
    uint32_t step; /* a trough climbs by so much */
    uint32_t every; /* whenever so many samples have come */
} mk_electrodermal_params;

/* Levels in 2^-4ths of a count; see motekit.dsp.blocks.electrodermal.levels. */
typedef struct {
    int64_t tonic;
    uint64_t phasic;
    int32_t moved;
    int32_t highest;
    uint32_t count;
    uint64_t rise;
} mk_electrodermal_levels;

void mk_electrodermal_init(const mk_electrodermal_params *p, void *state);
void mk_electrodermal_step(const mk_electrodermal_params *p, void *state, const mk_sample *frame);
void mk_electrodermal_finish(const mk_electrodermal_params *p, void *state, const mk_history *h,
                             void *scratch, mk_features *out);

/* Ends the window. */
void mk_electrodermal_end(const void *state, mk_electrodermal_levels *levels);

#endif
