/* The device's end of the mote link: sensor samples out, nothing lost that still fits the
 * buffer. SPEC.md, "Mote link". No heap; every buffer is the caller's.
 *
 *   static const mk_link_channel axes[] = {{"accX", "m/s2", 0.0012f}, ...};
 *   static const mk_link_sensor sensors[] = {{"accelerometer", axes, 416.0f, 3, MK_LINK_INT16}};
 *   static mk_link_stream streams[] = {{.stage = buffer, .stage_size = sizeof buffer}};
 *   static const mk_link_config config = { ... };
 *   mk_link_init(&link, &config, boot, cause);
 *   for (;;) {
 *       mk_link_push(&link, 0, fifo, 8, tick_of_first);   as samples come
 *       mk_link_receive(&link, bytes, n);                 as bytes come
 *       mk_link_poll(&link);                              often: sends what may be sent
 *   }
 *
 * All functions of one link are called from one context (or behind one lock); none waits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_LINK_H
#define MK_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mk_link_frame.h"
#include "mk_link_ring.h"

/* Sample formats: little endian, channels interleaved. */
#define MK_LINK_INT8 1u
#define MK_LINK_INT16 2u
#define MK_LINK_INT24 3u
#define MK_LINK_INT32 4u
#define MK_LINK_FLOAT32 5u

/* Why samples are missing that no buffer ever held. */
#define MK_LINK_SENSOR_OVERRUN 1u /* read too late */
#define MK_LINK_SENSOR_OFF 2u     /* not sampled: asleep, switched off */
#define MK_LINK_SENSOR_FAULT 3u   /* did not answer, failed its self-test */

/* Why the device started. */
#define MK_LINK_CAUSE_UNKNOWN 0u
#define MK_LINK_CAUSE_POWER 1u
#define MK_LINK_CAUSE_PIN 2u
#define MK_LINK_CAUSE_SOFTWARE 3u
#define MK_LINK_CAUSE_WATCHDOG 4u
#define MK_LINK_CAUSE_BROWNOUT 5u

#define MK_LINK_TEXT 31u /* longest name, unit or version, bytes of UTF-8; the rest is cut off */
#define MK_LINK_REPAIRS 8u /* a power of two */
#define MK_LINK_LEAST_FRAME 80u /* smallest max_frame, or 25 + 12 * sensor_count if larger */

typedef struct {
    const char *name;
    const char *unit; /* SenML */
    float scale;      /* unit per count; 1 for values in their unit */
} mk_link_channel;

typedef struct {
    const char *sensor; /* unique on the device */
    const mk_link_channel *channels;
    float rate_hz; /* nominal; 0 for samples without a rate */
    uint8_t channel_count;
    uint8_t format;
} mk_link_sensor;

/* The caller sets stage and stage_size, the link does the rest. */
typedef struct {
    uint8_t *stage;      /* samples on their way into a frame */
    uint16_t stage_size; /* payload of a full frame, bytes, <= max_frame - 22 */
    uint16_t staged;     /* samples in it */
    uint64_t tick;       /* of the first one */
    uint64_t next;       /* its index */
    uint64_t held;       /* index of the oldest sample that ring or stage still hold */
} mk_link_stream;

typedef struct {
    void *context;
    /* Takes up to n bytes without waiting and returns how many it took. */
    size_t (*write)(void *context, const uint8_t *bytes, size_t n);
    /* A counter that runs on at tick_hz and may wrap; looked at once per wrap at least. */
    uint32_t (*tick)(void *context);
} mk_link_port;

typedef struct {
    const char *device;   /* unique among devices */
    const char *firmware; /* name and version */
    const mk_link_sensor *sensors;
    mk_link_stream *streams; /* one for each sensor */
    uint8_t *ring;
    uint8_t *tx; /* MK_LINK_TX_SIZE(max_frame) bytes */
    mk_link_port port;
    uint32_t ring_size;    /* bytes; each frame takes 24 beside its samples */
    uint32_t tick_hz;      /* >= 1 */
    uint32_t longest_wait; /* ticks that a sample may wait for its frame to fill; 0: for ever */
    uint16_t max_frame;    /* bytes, <= MK_LINK_MAX_FRAME */
    uint8_t sensor_count;  /* 1 to MK_LINK_MAX_STREAMS */
    bool one_way;          /* nobody answers: send, forget, repeat the description */
} mk_link_config;

typedef struct {
    uint16_t millivolts;    /* 0: unknown */
    uint8_t percent;        /* 0 to 100; 255: unknown */
    bool charging;
    int16_t centidegrees;   /* temperature, 0.01 degree Celsius; INT16_MIN: unknown */
} mk_link_health;

/* Frames that the host wants again. */
typedef struct {
    uint32_t seq;
    uint16_t count;
} mk_link_repair;

/* Private to the link. */
typedef struct {
    const mk_link_config *config;
    mk_link_ring ring;
    mk_link_cursor live_at;
    mk_link_cursor repair_at;
    mk_link_decoder decoder;
    mk_link_health health;
    uint64_t now;    /* ticks, the counter's wraps added up */
    uint64_t beat;   /* when HELLO or HOLD is due */
    uint64_t heard;  /* when the host was last heard */
    uint64_t probed; /* when the pending probe came */
    uint64_t probe;  /* what it said */
    uint32_t seed;   /* of the checksum: the boot id */
    uint32_t boot;
    uint32_t cursor; /* sequence number of the next frame to be sent for the first time */
    uint32_t limit;  /* and the first one that the host does not want yet */
    uint32_t overflowed; /* frames forgotten before they were confirmed */
    uint32_t refused;    /* frames from the host with a wrong checksum */
    mk_link_repair repairs[MK_LINK_REPAIRS];
    uint16_t tx_at;
    uint16_t tx_end;
    uint8_t repair_first; /* modulo MK_LINK_REPAIRS: where the oldest request is */
    uint8_t repair_count;
    uint8_t item;     /* next item of the description to be sent */
    uint8_t item_end;
    uint8_t wanted;   /* control frames to be sent */
    uint8_t cause;
    bool open;        /* a host takes samples */
    bool fresh;       /* nothing sent yet on this connection */
    bool repair_turn;
    uint8_t rx[MK_LINK_HOST_FRAME];
} mk_link;

/* Returns false, and the link must not be used, if a size or a count in the configuration is
 * out of range.
 * boot: differs from every earlier start of this device: a stored counter, or random. */
bool mk_link_init(mk_link *link, const mk_link_config *config, uint32_t boot, uint8_t cause);

/* count samples of one stream, taken one after the other, the first at `tick` (the counter of
 * port.tick). All of them go into one frame, so that each frame's tick is one that was read.
 * Returns false, and takes none, if they are more than a stage holds. */
bool mk_link_push(mk_link *link, uint8_t stream, const void *samples, uint16_t count,
                  uint32_t tick);

/* The next count samples of this stream do not exist. reason: MK_LINK_SENSOR_... */
void mk_link_skip(mk_link *link, uint8_t stream, uint32_t count, uint8_t reason, uint32_t tick);

/* A remark at the next sample of a stream, kept like samples: a button, an error. At most
 * MK_LINK_TEXT bytes of it. */
void mk_link_note(mk_link *link, uint8_t stream, const char *text, uint32_t tick);

/* Send battery and buffer state once. */
void mk_link_status(mk_link *link, const mk_link_health *health);

/* Close the frame that a stream is filling. */
void mk_link_flush(mk_link *link, uint8_t stream);

/* Bytes from the host, in pieces of any size. */
void mk_link_receive(mk_link *link, const uint8_t *bytes, size_t n);

/* Send what may be sent. Returns whether the transport has left something over. */
bool mk_link_poll(mk_link *link);

/* The transport is gone (or came back): what was half sent is sent again. */
void mk_link_down(mk_link *link);

/* Bytes of one sample: all channels of one instant. */
uint16_t mk_link_sample_bytes(const mk_link_sensor *sensor);

#endif
