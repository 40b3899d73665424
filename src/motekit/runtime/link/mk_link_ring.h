/* The device's memory of frames that no host has confirmed yet: first in, first out, in the
 * caller's buffer, each found again by its sequence number.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_LINK_RING_H
#define MK_LINK_RING_H

#include <stdbool.h>
#include <stdint.h>

#define MK_LINK_RING_OVERHEAD 2u /* bytes in the ring beside each frame: its length */

typedef struct {
    uint8_t *bytes;
    uint32_t size;
    uint32_t head;  /* where the next byte goes */
    uint32_t tail;  /* where the oldest frame begins */
    uint32_t used;  /* bytes */
    uint32_t first; /* sequence number of the oldest frame */
    uint32_t next;  /* sequence number of the next frame to be added */
} mk_link_ring;

/* A frame whose place is known, so that reading on from there costs nothing. Start as {0, 0}. */
typedef struct {
    uint32_t seq;
    uint32_t at;
} mk_link_cursor;

void mk_link_ring_init(mk_link_ring *ring, uint8_t *bytes, uint32_t size);

/* Whether a frame of n bytes finds room. */
bool mk_link_ring_fits(const mk_link_ring *ring, uint32_t n);

/* Begin a frame of n bytes that fits; then put exactly these. Gives it the number `next`. */
void mk_link_ring_begin(mk_link_ring *ring, uint16_t n);
void mk_link_ring_put(mk_link_ring *ring, const uint8_t *bytes, uint16_t n);

/* The first n bytes of the oldest frame, or all of a shorter one; returns its whole length. There must be one. */
uint16_t mk_link_ring_peek(const mk_link_ring *ring, uint8_t *bytes, uint16_t n);

/* Forget the oldest frame. There must be one. */
void mk_link_ring_drop(mk_link_ring *ring);

/* A whole frame, first <= seq < next; returns its length. Moves the cursor there. */
uint16_t mk_link_ring_read(const mk_link_ring *ring, mk_link_cursor *cursor, uint32_t seq,
                           uint8_t *bytes);

#endif
