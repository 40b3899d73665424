/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_link_ring.h"

#include "mk_link_frame.h"

static uint32_t mk_link_ring_wrap(const mk_link_ring *ring, uint32_t at)
{
    return (at >= ring->size) ? (at - ring->size) : at;
}

/* n bytes from `at` on; returns where the next one is. */
static uint32_t mk_link_ring_copy(const mk_link_ring *ring, uint32_t at, uint8_t *bytes, uint16_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        bytes[i] = ring->bytes[at];
        at = mk_link_ring_wrap(ring, at + 1u);
    }
    return at;
}

static uint16_t mk_link_ring_length(const mk_link_ring *ring, uint32_t at)
{
    uint8_t length[MK_LINK_RING_OVERHEAD];
    (void)mk_link_ring_copy(ring, at, length, MK_LINK_RING_OVERHEAD);
    return mk_link_get16(length);
}

/* The n first bytes of the frame at `at`, at most all; returns its length. */
static uint16_t mk_link_ring_frame(const mk_link_ring *ring, uint32_t at, uint8_t *bytes,
                                   uint16_t n)
{
    uint16_t length = mk_link_ring_length(ring, at);
    at = mk_link_ring_wrap(ring, at + MK_LINK_RING_OVERHEAD);
    (void)mk_link_ring_copy(ring, at, bytes, (n < length) ? n : length);
    return length;
}

void mk_link_ring_init(mk_link_ring *ring, uint8_t *bytes, uint32_t size)
{
    ring->bytes = bytes;
    ring->size = size;
    ring->head = 0;
    ring->tail = 0;
    ring->used = 0;
    ring->first = 0;
    ring->next = 0;
}

bool mk_link_ring_fits(const mk_link_ring *ring, uint32_t n)
{
    return (ring->size - ring->used) >= (n + MK_LINK_RING_OVERHEAD);
}

void mk_link_ring_begin(mk_link_ring *ring, uint16_t n)
{
    uint8_t length[MK_LINK_RING_OVERHEAD];
    (void)mk_link_put16(length, n);
    mk_link_ring_put(ring, length, MK_LINK_RING_OVERHEAD);
    ring->next++;
}

void mk_link_ring_put(mk_link_ring *ring, const uint8_t *bytes, uint16_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        ring->bytes[ring->head] = bytes[i];
        ring->head = mk_link_ring_wrap(ring, ring->head + 1u);
    }
    ring->used += n;
}

uint16_t mk_link_ring_peek(const mk_link_ring *ring, uint8_t *bytes, uint16_t n)
{
    return mk_link_ring_frame(ring, ring->tail, bytes, n);
}

void mk_link_ring_drop(mk_link_ring *ring)
{
    uint32_t n = (uint32_t)mk_link_ring_length(ring, ring->tail) + MK_LINK_RING_OVERHEAD;
    ring->used -= n;
    ring->tail = mk_link_ring_wrap(ring, ring->tail + n);
    ring->first++;
}

uint16_t mk_link_ring_read(const mk_link_ring *ring, mk_link_cursor *cursor, uint32_t seq,
                           uint8_t *bytes)
{
    uint32_t near = cursor->seq - ring->first;
    if ((near > (seq - ring->first)) || (near >= (ring->next - ring->first))) {
        cursor->seq = ring->first;
        cursor->at = ring->tail;
    }
    while (cursor->seq != seq) {
        uint32_t n = (uint32_t)mk_link_ring_length(ring, cursor->at) + MK_LINK_RING_OVERHEAD;
        cursor->at = mk_link_ring_wrap(ring, cursor->at + n);
        cursor->seq++;
    }
    return mk_link_ring_frame(ring, cursor->at, bytes, 0xFFFFu);
}
