/* Bytes from one place to another that may lie above it, also overlapping.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_MOVE_H
#define MK_MOVE_H

#include <stdint.h>

void mk_move(void *to, const void *from, uint32_t count);

#endif
