/* Windows under way: blocks whose state is of one window see every frame as it comes, with one
 * state for each of the windows that overlap there. For MK_FLIGHTS above 0.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_FLIGHT_H
#define MK_FLIGHT_H

#include <stdint.h>

#include "mk_types.h"

/* Start of a stream. */
void mk_flight_start(void);

/* One frame, in order. */
void mk_flight_step(const mk_sample *frame);

/* The state of the window that the latest frame completed. */
uint32_t *mk_flight_done(void);

/* --- what the generated file defines ------------------------------------------------------- */

/* Start of a window. state: MK_FLIGHT_WORDS words. */
void mk_window_start(uint32_t *state);

/* One frame of a window, in order. */
void mk_window_step(uint32_t *state, const mk_sample *frame);

#endif
