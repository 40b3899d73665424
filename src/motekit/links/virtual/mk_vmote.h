/* A device that does not exist: replays recorded samples through the device's end of the mote
 * link, on a clock that it is told. For the host only; uses double.
 *
 * Real time is in nanoseconds since the simulation began. The device's own clock starts with
 * each boot and runs (1 + drift_ppm / 1e6) times as fast; its sensors sample by that clock, at
 * their nominal rate times (1 + rate_ppm / 1e6). Sample k of a boot is taken at device second
 * (k + 1) / rate, and is sample k modulo length of the replay.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_VMOTE_H
#define MK_VMOTE_H

#include "mk_link.h"

#define MK_VMOTE_CHANNELS 240u /* of all sensors together */
#define MK_VMOTE_OUT 65536u    /* bytes on their way out */
#define MK_VMOTE_CHUNKS 4096u

typedef struct {
    double drift_ppm;
    double rate_ppm;
    double jitter_s;      /* a tick is read up to this much late */
    uint64_t bytes_per_s; /* of the transport; 0: no limit */
    uint32_t seed;
    uint32_t boot;
    uint32_t tick_hz;
    uint32_t first_tick; /* where the counter starts, to see it wrap */
    uint32_t ring_size;
    uint16_t max_frame;
    uint8_t one_way;
    uint8_t status; /* 1: report battery and buffer once a second */
} mk_vmote_setup;

/* Bytes that the device wrote in one go. */
typedef struct {
    uint64_t at_ns;
    uint32_t start; /* in the out buffer */
    uint32_t count;
} mk_vmote_chunk;

typedef struct {
    const uint8_t *samples;
    double rate_hz;  /* true one, in device seconds */
    uint32_t length; /* samples in the replay */
    uint16_t batch;  /* samples read from the sensor at a time */
    uint64_t made;   /* samples of this boot */
} mk_vmote_source;

typedef struct {
    mk_link link;
    mk_link_config config;
    mk_vmote_setup setup;
    mk_link_sensor sensors[MK_LINK_MAX_STREAMS];
    mk_link_channel channels[MK_VMOTE_CHANNELS];
    mk_link_stream streams[MK_LINK_MAX_STREAMS];
    mk_vmote_source sources[MK_LINK_MAX_STREAMS];
    uint8_t stages[MK_LINK_MAX_STREAMS][MK_LINK_MAX_FRAME];
    uint8_t tx[MK_LINK_TX_SIZE(MK_LINK_MAX_FRAME)];
    uint8_t out[MK_VMOTE_OUT];
    mk_vmote_chunk chunks[MK_VMOTE_CHUNKS];
    uint32_t out_count;
    uint32_t chunk_count;
    uint32_t random;
    uint64_t now_ns;
    uint64_t boot_ns;
    uint64_t poll_ns;   /* next poll without a cause */
    uint64_t status_ns; /* next report */
    uint64_t paid_ns;   /* time for which the transport's bytes are accounted */
    bool connected;
} mk_vmote;

/* How much memory a mote takes, without its ring. */
size_t mk_vmote_bytes(void);

/* memory: mk_vmote_bytes() bytes; ring: setup->ring_size bytes. replay: see replay.py; used as
 * long as the mote lives. Returns false if the replay is damaged or the setup out of range. */
bool mk_vmote_make(mk_vmote *mote, uint8_t *ring, const uint8_t *replay, size_t n,
                   const mk_vmote_setup *setup);

/* Live until `until_ns`, or until the out buffer is full; returns the time reached. */
uint64_t mk_vmote_run(mk_vmote *mote, uint64_t until_ns);

/* Bytes from the host, now. */
void mk_vmote_receive(mk_vmote *mote, const uint8_t *bytes, size_t n);

/* Copy out what was written, up to MK_VMOTE_OUT bytes in MK_VMOTE_CHUNKS pieces, and empty the
 * out buffer. counts: bytes, pieces. */
void mk_vmote_copy(mk_vmote *mote, uint8_t *out, mk_vmote_chunk *chunks, uint32_t counts[2]);

/* The transport comes or goes, and the device notices. */
void mk_vmote_connect(mk_vmote *mote, bool connected);

/* Start anew: ring, counters and clock are as after power-on. */
bool mk_vmote_reset(mk_vmote *mote, uint32_t boot, uint8_t cause);

/* The sensor's next `count` samples are never read. */
void mk_vmote_overrun(mk_vmote *mote, uint8_t stream, uint32_t count);

/* A remark at the next sample of a stream. */
void mk_vmote_note(mk_vmote *mote, uint8_t stream, const char *text);

#endif
