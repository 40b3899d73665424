/* The device's end of the link, a transport that damages what it carries, and the receiving half
 * in C, with every sample and every gap checked against the truth.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_CORRUPTION_H
#define MK_CORRUPTION_H

#include <stddef.h>
#include <stdint.h>

#define MK_CORRUPTION_STREAMS 4u
#define MK_CORRUPTION_KINDS 11u

typedef struct {
    uint64_t frames;    /* that the device sent */
    uint64_t harmed;    /* of these, by at least one fault */
    uint64_t kinds[MK_CORRUPTION_KINDS];
    uint64_t bytes;     /* that arrived */
    uint64_t accepted;  /* samples */
    uint64_t missing;   /* samples reported missing */
    uint64_t gaps;      /* reports */
    uint64_t boots;
    uint64_t refused;   /* frames with a wrong checksum */
    uint64_t rejected;  /* frames that were no COBS, too long or too short */
    uint64_t late;      /* frames that came twice or too late */
    uint64_t wrong;     /* samples or ticks that differ from the truth: must be 0 */
    uint64_t inexact;   /* reports that overlap or leave something out: must be 0 */
    uint64_t overlooked; /* whole frames, in their place, that were not accepted: must be 0 */
} mk_corruption_count;

/* Runs episodes, each a few boots of a device, until `harmed` frames were harmed. With `copy`
 * (size bytes) only one episode is run, of at most as many bytes; what arrives is copied there.
 * Returns how many bytes were copied. */
size_t mk_corruption_run(uint32_t seed, uint64_t harmed, mk_corruption_count *count,
                         uint8_t *copy, size_t size);

/* One byte of a sample, as the device makes it. */
uint8_t mk_corruption_byte(uint32_t boot, uint32_t stream, uint32_t index, uint32_t byte);

#endif
