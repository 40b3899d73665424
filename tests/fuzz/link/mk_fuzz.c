/* Both C ends of the mote link under arbitrary input: as a libFuzzer target, or with
 * -DMK_FUZZ_MAIN as a program that makes its own inputs: `fuzz SEED COUNT`.
 *
 * The input is a little program: each step is one byte that says what happens, and the bytes it
 * needs. Frames get a right checksum, so that what lies behind it is reached too.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mk_link.h"
#include "mk_link_reader.h"

#define STREAMS 3u
#define BOOT 0x0BADCAFEu

static const mk_link_channel channels[3] = {{"x", "g", 0.5f}, {"y", "g", 0.5f}, {"z", "g", 0.5f}};
static const mk_link_sensor sensors[STREAMS] = {
    {"acc", channels, 100.0f, 3, MK_LINK_INT16},
    {"adc", channels, 100.0f, 1, MK_LINK_INT24},
    {"bat", channels, 1.0f, 1, MK_LINK_FLOAT32},
};

typedef struct {
    const uint8_t *at;
    size_t left;
    mk_link link;
    mk_link_reader reader;
    mk_link_stream streams[STREAMS];
    uint8_t *stages[STREAMS];
    uint8_t *ring;
    uint8_t *tx;
    uint8_t *buffer;
    mk_link_config config;
    uint32_t tick;
    size_t room;
    uint64_t taken;
    uint32_t expected[STREAMS];
    bool known[STREAMS];
} bench;

static uint8_t next(bench *b)
{
    if (b->left == 0u) {
        return 0;
    }
    b->left--;
    return *b->at++;
}

static void must(bool good, const char *what)
{
    if (!good) {
        (void)fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

static void on_boot(void *context, uint32_t boot)
{
    bench *b = (bench *)context;
    (void)boot;
    (void)memset(b->known, 0, sizeof b->known);
}

static void account(bench *b, uint8_t stream, uint32_t start, uint32_t count)
{
    must(count > 0u, "an empty report");
    if (stream < STREAMS) {
        must(!b->known[stream] || (b->expected[stream] == start), "a hole or an overlap");
        b->known[stream] = true;
        b->expected[stream] = start + count;
    }
}

static void on_samples(void *context, const mk_link_samples *samples)
{
    account((bench *)context, samples->stream, samples->index, samples->count);
}

static void on_missing(void *context, const mk_link_missing *missing)
{
    account((bench *)context, missing->stream, missing->start, missing->count);
}

static size_t on_write(void *context, const uint8_t *bytes, size_t n)
{
    bench *b = (bench *)context;
    n = (n < b->room) ? n : b->room;
    b->room -= n;
    b->taken += n;
    mk_link_reader_put(&b->reader, bytes, n);
    return n;
}

static uint32_t on_tick(void *context)
{
    return ((bench *)context)->tick;
}

/* Seal n bytes of the input as a frame and hand it to one of the ends. */
static void step_frame(bench *b, bool to_device)
{
    uint8_t body[300];
    uint8_t wire[MK_LINK_TX_SIZE(304u)];
    uint32_t n = 1u + next(b);
    for (uint32_t i = 0; i < n; i++) {
        body[i] = next(b);
    }
    body[0] = (uint8_t)((body[0] & 31u) | 32u);
    bool bootless = (body[0] == MK_LINK_KIND(MK_LINK_HELLO)) || (body[0] == MK_LINK_KIND(MK_LINK_WAKE));
    uint32_t seed = bootless ? MK_LINK_CRC_NO_BOOT : (to_device ? mk_link_crc_boot(BOOT) : b->reader.seed);
    (void)mk_link_put32(&body[n], ~mk_link_crc(seed, body, n));
    uint16_t size = mk_link_cobs(wire, body, (uint16_t)(n + 4u));
    if (to_device) {
        mk_link_receive(&b->link, wire, size);
    } else {
        mk_link_reader_put(&b->reader, wire, size);
    }
}

static void step_noise(bench *b, bool to_device)
{
    size_t n = next(b);
    n = (n < b->left) ? n : b->left;
    if (to_device) {
        mk_link_receive(&b->link, b->at, n);
    } else {
        mk_link_reader_put(&b->reader, b->at, n);
    }
    b->at += n;
    b->left -= n;
}

static void step_samples(bench *b)
{
    uint8_t samples[256];
    uint8_t stream = next(b) % STREAMS;
    uint16_t count = next(b) % 20u;
    uint32_t size = mk_link_sample_bytes(&sensors[stream]) * (uint32_t)count;
    (void)memset(samples, next(b), sizeof samples);
    bool fits = size <= b->streams[stream].stage_size;
    bool took = mk_link_push(&b->link, stream, samples, count, b->tick);
    must(took == fits, "push takes what fits and nothing else");
}

static void step(bench *b)
{
    uint8_t what = next(b);
    b->room = (size_t)(what & 0xF0u) * 8u;
    switch (what & 15u) {
    case 0: step_frame(b, true); break;
    case 1: step_frame(b, false); break;
    case 2: step_noise(b, true); break;
    case 3: step_noise(b, false); break;
    case 4:
    case 5:
    case 6: step_samples(b); break;
    case 7: mk_link_skip(&b->link, next(b) % STREAMS, 1u + next(b), next(b), b->tick); break;
    case 8: mk_link_note(&b->link, next(b) % STREAMS, "a note", b->tick); break;
    case 9: mk_link_flush(&b->link, next(b) % STREAMS); break;
    case 10: mk_link_down(&b->link); break;
    case 11: b->tick += (uint32_t)next(b) << (next(b) & 23u); break;
    default: (void)mk_link_poll(&b->link); break;
    }
    const mk_link_ring *ring = &b->link.ring;
    must(ring->used <= ring->size, "the ring holds no more than it can");
    must((ring->next - ring->first) <= ring->size, "as many frames as numbers");
    must((b->link.cursor - ring->first) <= (ring->next - ring->first), "the cursor is in the ring");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t stages[STREAMS] = {60u, 31u, 8u};
    bench *b = calloc(1u, sizeof *b);
    b->at = data;
    b->left = size;
    b->config = (mk_link_config){.device = "fuzz", .firmware = "fuzz", .sensors = sensors,
                                 .streams = b->streams, .tick_hz = 1000u, .max_frame = 90u,
                                 .sensor_count = STREAMS};
    uint8_t setup = next(b);
    b->config.one_way = (setup & 1u) != 0u;
    b->config.longest_wait = ((setup & 2u) != 0u) ? 500u : 0u;
    b->config.ring_size = 92u + ((uint32_t)(setup >> 2) * 20u);
    b->ring = malloc(b->config.ring_size); /* exact sizes, so that a byte too many is seen */
    b->tx = malloc(MK_LINK_TX_SIZE(90u));
    b->buffer = malloc(200u);
    b->config.ring = b->ring;
    b->config.tx = b->tx;
    for (uint32_t i = 0; i < STREAMS; i++) {
        b->stages[i] = malloc(stages[i]);
        b->streams[i].stage = b->stages[i];
        b->streams[i].stage_size = stages[i];
    }
    b->config.port = (mk_link_port){b, on_write, on_tick};
    mk_link_reader_init(&b->reader, (mk_link_reader_port){b, on_boot, on_samples, on_missing},
                        b->buffer, 200u);
    must(mk_link_init(&b->link, &b->config, BOOT, setup), "a good configuration is taken");
    while (b->left > 0u) {
        step(b);
    }
    for (uint32_t i = 0; i < STREAMS; i++) {
        free(b->stages[i]);
    }
    free(b->ring);
    free(b->tx);
    free(b->buffer);
    free(b);
    return 0;
}

#ifdef MK_FUZZ_MAIN
int main(int argc, char **argv)
{
    static uint8_t input[600];
    uint32_t x = (argc > 1) ? (uint32_t)strtoul(argv[1], NULL, 10) | 1u : 1u;
    unsigned long count = (argc > 2) ? strtoul(argv[2], NULL, 10) : 1000u;
    for (unsigned long run = 0; run < count; run++) {
        for (size_t i = 0; i < sizeof input; i++) {
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
            /* Small numbers more often: they are lengths, kinds and stream numbers. */
            input[i] = (uint8_t)(((x & 0x300u) == 0u) ? (x >> 12) & 15u : x >> 24);
        }
        (void)LLVMFuzzerTestOneInput(input, x % sizeof input);
    }
    (void)printf("%lu inputs\n", count);
    return 0;
}
#endif
