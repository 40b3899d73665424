/* Images, pixel by pixel as they come: only the small image is kept.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_IMAGE_H
#define MK_IMAGE_H

#include "mk_block.h"

typedef struct {
#if MK_FIXED
    const int32_t *offset; /* of each colour: what 0 is */
    int32_t fine;          /* integers in a step of a pixel */
#else
    const float *gain; /* of each colour */
    const float *offset;
#endif
    uint16_t source_width;
    uint16_t left; /* part of the source that is used */
    uint16_t top;
    uint16_t width;
    uint16_t height;
    uint16_t out_left; /* part of the output that it fills; black is around it */
    uint16_t out_top;
    uint16_t out_width; /* at most width */
    uint16_t out_height;
    uint16_t all_width; /* of the output */
    uint16_t all_height;
    uint16_t channels; /* of a source pixel: 1, or red, green and blue */
    uint16_t colours;  /* of an output pixel: 1 or 3 */
    uint16_t nearest;  /* 1: pixels in the middle; 0: means */
    uint16_t backwards; /* 1: blue first */
} mk_image_params;

void mk_image_init(const mk_image_params *p, void *state);
void mk_image_step(const mk_image_params *p, void *state, const mk_sample *frame);
void mk_image_finish(const mk_image_params *p, void *state, const mk_history *h, void *scratch,
                     mk_features *out);

/* The value, 0 to 255, of one colour of an output pixel. */
int32_t mk_image_pixel(const mk_image_params *p, void *state, const uint16_t place[3]);

#endif
