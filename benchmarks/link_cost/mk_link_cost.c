/* A device with the sensors of a health band, whose functions are called one by one and counted.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "mk_link.h"

#define MK_COST_FRAME 244u

static const mk_link_channel mk_cost_channels[6] = {
    {"accX", "m/s2", 0.0011971f}, {"accY", "m/s2", 0.0011971f}, {"accZ", "m/s2", 0.0011971f},
    {"gyrX", "rad/s", 0.001f},    {"gyrY", "rad/s", 0.001f},    {"gyrZ", "rad/s", 0.001f},
};
static const mk_link_sensor mk_cost_sensors[3] = {
    {"imu", mk_cost_channels, 416.0f, 6, MK_LINK_INT16},
    {"ppg", mk_cost_channels, 100.0f, 1, MK_LINK_INT24},
    {"adc", mk_cost_channels, 1000.0f, 1, MK_LINK_INT16},
};
static uint8_t mk_cost_stages[3][222];
static mk_link_stream mk_cost_streams[3];
static uint8_t mk_cost_ring[8192];
static uint8_t mk_cost_tx[MK_LINK_TX_SIZE(MK_COST_FRAME)];
static uint8_t *mk_cost_out;
static uint32_t mk_cost_left;
static uint32_t mk_cost_now;
static mk_link mk_cost_link;

static size_t mk_cost_write(void *context, const uint8_t *bytes, size_t n)
{
    (void)context;
    for (size_t i = 0; (i < n) && (mk_cost_left > 0u); i++) {
        *mk_cost_out = bytes[i];
        mk_cost_out++;
        mk_cost_left--;
    }
    return n;
}

static uint32_t mk_cost_tick(void *context)
{
    (void)context;
    return mk_cost_now;
}

static const mk_link_config mk_cost_config = {
    .device = "band",
    .firmware = "cost 1",
    .sensors = mk_cost_sensors,
    .streams = mk_cost_streams,
    .ring = mk_cost_ring,
    .tx = mk_cost_tx,
    .port = {NULL, mk_cost_write, mk_cost_tick},
    .ring_size = sizeof mk_cost_ring,
    .tick_hz = 1000000u,
    .longest_wait = 500000u,
    .max_frame = MK_COST_FRAME,
    .sensor_count = 3,
};

uint32_t mk_cost_ram(void);
uint32_t mk_cost_setup(void);
uint32_t mk_cost_push(uint32_t stream, uint32_t count);
uint32_t mk_cost_poll(void);
uint32_t mk_cost_receive(const uint8_t *bytes, uint32_t n);
uint32_t mk_cost_script(const uint8_t *host, uint32_t n, uint8_t *out, uint32_t size);

/* Bytes that the link itself keeps, buffers aside. */
uint32_t mk_cost_ram(void)
{
    return (uint32_t)(sizeof mk_cost_link + sizeof mk_cost_streams);
}

uint32_t mk_cost_setup(void)
{
    mk_cost_left = 0;
    mk_cost_now = 0;
    for (uint32_t i = 0; i < 3u; i++) {
        mk_cost_streams[i].stage = mk_cost_stages[i];
        mk_cost_streams[i].stage_size = (i == 0u) ? 216u : 120u;
    }
    return mk_link_init(&mk_cost_link, &mk_cost_config, 0x1234ABCDu, MK_LINK_CAUSE_POWER) ? 1u : 0u;
}

uint32_t mk_cost_push(uint32_t stream, uint32_t count)
{
    static int16_t samples[64];
    for (uint32_t i = 0; i < 64u; i++) {
        samples[i] = (int16_t)((mk_cost_now >> 4) + (i * 511u));
    }
    mk_cost_now += 2400u;
    return mk_link_push(&mk_cost_link, (uint8_t)stream, samples, (uint16_t)count, mk_cost_now) ? 1u
                                                                                              : 0u;
}

uint32_t mk_cost_poll(void)
{
    return mk_link_poll(&mk_cost_link) ? 1u : 0u;
}

uint32_t mk_cost_receive(const uint8_t *bytes, uint32_t n)
{
    mk_link_receive(&mk_cost_link, bytes, n);
    return n;
}

/* A little life: the host's words come in pieces between samples. Returns the bytes written. */
uint32_t mk_cost_script(const uint8_t *host, uint32_t n, uint8_t *out, uint32_t size)
{
    uint32_t at = 0;
    (void)mk_cost_setup();
    mk_cost_out = out;
    mk_cost_left = size;
    for (uint32_t step = 0; step < 400u; step++) {
        uint32_t piece = ((n - at) < 7u) ? (n - at) : 7u;
        mk_link_receive(&mk_cost_link, &host[at], piece);
        at += piece;
        (void)mk_cost_push(step % 3u, 1u + (step % 5u));
        if ((step % 50u) == 49u) {
            mk_link_skip(&mk_cost_link, 1u, step, MK_LINK_SENSOR_OVERRUN, mk_cost_now);
            mk_link_note(&mk_cost_link, 0u, "step", mk_cost_now);
        }
        (void)mk_link_poll(&mk_cost_link);
    }
    return size - mk_cost_left;
}
