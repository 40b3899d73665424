/* A signal that a block makes, kept until the window is complete: a count of frames, then the
 * frames, in words of the window's state.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_SIGNAL_H
#define MK_SIGNAL_H

#include "mk_history.h"

/* Room for frames stands behind the count. */
static inline void mk_signal_keep(uint32_t *at, const mk_sample *frame, uint32_t channels)
{
    mk_sample *const to = &((mk_sample *)(void *)&at[1])[at[0] * channels];
    for (uint32_t c = 0; c < channels; c++) {
        to[c] = frame[c];
    }
    at[0]++;
}

/* The frames as a window. map: as in mk_history. */
static inline mk_history mk_signal_view(const uint32_t *at, uint16_t channels, const uint8_t *map)
{
    const uint16_t frames = (uint16_t)at[0];
    const mk_history view = {(const mk_sample *)(const void *)&at[1], frames, 0, frames, channels,
                             map};
    return view;
}

#endif
