/* The receiving half of the mote link without a way back: for recorders, bridges and gateways
 * that write down what they hear. Hands on every sample once and in order, and says exactly
 * which ones are missing. (motekit's own host end is the Python package links.)
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_LINK_READER_H
#define MK_LINK_READER_H

#include <stddef.h>

#include "mk_link_frame.h"

#define MK_LINK_PAST 4u /* boots whose late frames are recognised */

typedef struct {
    const uint8_t *bytes; /* little endian, channels interleaved */
    uint64_t tick;        /* of the first sample */
    uint32_t index;       /* of the first sample */
    uint32_t count;
    uint8_t stream;
} mk_link_samples;

typedef struct {
    uint32_t start;
    uint32_t count;
    uint8_t stream;
    uint8_t reason; /* 0: not received; else MK_LINK_SENSOR_... as the device said */
} mk_link_missing;

typedef struct {
    void *context;
    /* A device has started: the streams begin anew. */
    void (*boot)(void *context, uint32_t boot);
    void (*samples)(void *context, const mk_link_samples *samples);
    void (*missing)(void *context, const mk_link_missing *missing);
} mk_link_reader_port;

typedef struct {
    uint32_t expected; /* index of the next sample */
    uint16_t size;     /* bytes of a sample; 0: not described yet */
    bool started;
} mk_link_track;

typedef struct {
    mk_link_decoder decoder;
    mk_link_reader_port port;
    mk_link_track tracks[MK_LINK_MAX_STREAMS];
    uint64_t held_at; /* tick of the newest HOLD */
    uint32_t boot;
    uint32_t past[MK_LINK_PAST]; /* boots before, the newest first */
    uint32_t seed;
    uint32_t refused; /* frames with a wrong checksum, or of another boot */
    uint32_t early;   /* frames of samples before their description and the first HOLD */
    uint32_t late;    /* frames of samples that were there already or given up */
    uint8_t boots;    /* how many boot ids are known, this one included */
} mk_link_reader;

/* buffer: size bytes, MK_LINK_MAX_FRAME to take any device. */
void mk_link_reader_init(mk_link_reader *reader, mk_link_reader_port port, uint8_t *buffer,
                         uint16_t size);

/* Bytes from the device, in pieces of any size; calls back meanwhile. */
void mk_link_reader_put(mk_link_reader *reader, const uint8_t *bytes, size_t n);

#endif
