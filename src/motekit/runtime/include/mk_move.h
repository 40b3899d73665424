/* Bytes from one place to another that may lie above it, also overlapping.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_MOVE_H
#define MK_MOVE_H

#include <stdint.h>

static inline void mk_move(void *to, const void *from, uint32_t count)
{
    uint8_t *out = to;
    const uint8_t *in = from;
    for (uint32_t i = 0U; i < count; i++) {
        out[i] = in[i];
    }
}

#endif
