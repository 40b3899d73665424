/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_corruption.h"

#include <string.h>

#include "mk_link.h"
#include "mk_link_reader.h"

#define MK_PIECE 4096u  /* a frame on the wire with whatever was added to it */
#define MK_HELD 8u      /* frames that wait to be delivered late */
#define MK_OLD 16u      /* frames of this and earlier boots, to be repeated much later */
#define MK_PERIOD 10u   /* ticks from sample to sample */

enum { DROP, TWICE, LATE, CUT_END, CUT_START, CUT_MIDDLE, FLIP, BURST, INSERT, NO_END, OLD };

typedef struct {
    uint8_t bytes[MK_PIECE];
    uint32_t size;
    uint32_t wait;
    uint32_t number; /* of the boot */
} mk_piece;

typedef struct {
    mk_corruption_count *count;
    mk_link link;
    mk_link_config config;
    mk_link_stream streams[MK_CORRUPTION_STREAMS];
    uint8_t stages[MK_CORRUPTION_STREAMS][240];
    uint8_t ring[4096];
    uint8_t tx[MK_LINK_TX_SIZE(264u)];
    mk_link_reader reader;
    uint8_t buffer[MK_LINK_MAX_FRAME];
    mk_piece frame; /* being written by the device */
    mk_piece held[MK_HELD];
    mk_piece old[MK_OLD];
    uint32_t next[MK_CORRUPTION_STREAMS]; /* first index not accounted for by the reader */
    bool seen[MK_CORRUPTION_STREAMS];
    uint32_t random;
    uint32_t boot;   /* the device's */
    uint32_t heard;  /* the reader's */
    uint32_t number; /* of the device's boot */
    uint32_t tick;
    uint32_t harm;   /* probability of a fault, of 65536 */
    bool in_step;    /* the last byte that arrived was a delimiter */
    bool clean;
    uint8_t *copy;
    size_t copied;
    size_t size;
} mk_bench;

static uint32_t mk_random(mk_bench *bench)
{
    uint32_t x = bench->random;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    bench->random = x;
    return x;
}

static uint32_t mk_below(mk_bench *bench, uint32_t n)
{
    return (uint32_t)(((uint64_t)mk_random(bench) * n) >> 32);
}

uint8_t mk_corruption_byte(uint32_t boot, uint32_t stream, uint32_t index, uint32_t byte)
{
    uint32_t x = ((index * 2654435761u) ^ boot) + (stream * 40503u) + (byte * 668265263u);
    x = (x ^ (x >> 15)) * 2246822519u;
    x ^= x >> 13;
    /* Every other stretch is mostly zeros, the hard case for COBS. */
    return ((index & 64u) != 0u) ? (uint8_t)(x >> 24) : (uint8_t)((x >> 29) / 7u);
}

/* --- what the reader reports ---------------------------------------------------------- */

static const mk_link_channel mk_channels[6] = {{"a", "1", 1.0f}, {"b", "1", 1.0f},
                                               {"c", "1", 1.0f}, {"d", "1", 1.0f},
                                               {"e", "1", 1.0f}, {"f", "1", 1.0f}};
static const mk_link_sensor mk_sensors[MK_CORRUPTION_STREAMS] = {
    {"imu", mk_channels, 416.0f, 6, MK_LINK_INT16},
    {"ppg", mk_channels, 100.0f, 2, MK_LINK_INT24},
    {"adc", mk_channels, 1000.0f, 1, MK_LINK_INT16},
    {"battery", mk_channels, 1.0f, 1, MK_LINK_FLOAT32},
};

static void mk_account(mk_bench *bench, uint32_t stream, uint32_t start, uint32_t count)
{
    if (bench->seen[stream] && (start != bench->next[stream])) {
        bench->count->inexact++;
    }
    bench->seen[stream] = true;
    bench->next[stream] = start + count;
}

static void mk_on_boot(void *context, uint32_t boot)
{
    mk_bench *bench = (mk_bench *)context;
    bench->heard = boot;
    bench->count->boots++;
    (void)memset(bench->seen, 0, sizeof bench->seen);
}

static void mk_on_samples(void *context, const mk_link_samples *samples)
{
    mk_bench *bench = (mk_bench *)context;
    uint32_t size = mk_link_sample_bytes(&mk_sensors[samples->stream]);
    bool wrong = samples->tick != ((uint64_t)samples->index * MK_PERIOD);
    for (uint32_t i = 0; i < samples->count; i++) {
        for (uint32_t b = 0; b < size; b++) {
            uint8_t truth = mk_corruption_byte(bench->heard, samples->stream, samples->index + i, b);
            wrong = wrong || (samples->bytes[(i * size) + b] != truth);
        }
    }
    bench->count->wrong += wrong ? samples->count : 0u;
    bench->count->accepted += samples->count;
    mk_account(bench, samples->stream, samples->index, samples->count);
}

static void mk_on_missing(void *context, const mk_link_missing *missing)
{
    mk_bench *bench = (mk_bench *)context;
    bench->count->gaps++;
    bench->count->missing += missing->count;
    mk_account(bench, missing->stream, missing->start, missing->count);
}

/* --- the transport -------------------------------------------------------------------- */

static void mk_arrive(mk_bench *bench, const uint8_t *bytes, uint32_t n)
{
    uint32_t at = 0;
    while (at < n) {
        uint32_t piece = 1u + mk_below(bench, 64u);
        piece = (piece < (n - at)) ? piece : (n - at);
        mk_link_reader_put(&bench->reader, &bytes[at], piece);
        at += piece;
    }
    if (n > 0u) {
        bench->in_step = bytes[n - 1u] == 0u;
    }
    if ((bench->copy != NULL) && (n <= (bench->size - bench->copied))) {
        (void)memcpy(&bench->copy[bench->copied], bytes, n);
        bench->copied += n;
    }
    bench->count->bytes += n;
}

static void mk_remove(mk_piece *piece, uint32_t at, uint32_t n)
{
    n = (n < (piece->size - at)) ? n : (piece->size - at);
    (void)memmove(&piece->bytes[at], &piece->bytes[at + n], piece->size - at - n);
    piece->size -= n;
}

static void mk_insert(mk_bench *bench, mk_piece *piece)
{
    uint32_t n = 1u + mk_below(bench, 40u);
    uint32_t at = mk_below(bench, piece->size + 1u);
    (void)memmove(&piece->bytes[at + n], &piece->bytes[at], piece->size - at);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t noise = mk_random(bench) >> 20;
        piece->bytes[at + i] = ((noise & 0xF00u) == 0u) ? 0u : (uint8_t)noise;
    }
    piece->size += n;
}

static void mk_change(mk_bench *bench, mk_piece *piece, uint32_t kind)
{
    uint32_t size = piece->size;
    uint32_t at = mk_below(bench, size);
    if (kind == CUT_END) {
        piece->size = at;
    } else if (kind == CUT_START) {
        mk_remove(piece, 0, 1u + at);
    } else if (kind == CUT_MIDDLE) {
        mk_remove(piece, at, 1u + mk_below(bench, 8u));
    } else if (kind == FLIP) {
        uint32_t flips = 1u + mk_below(bench, 8u);
        for (uint32_t i = 0; i < flips; i++) {
            piece->bytes[mk_below(bench, size)] ^= (uint8_t)(1u << mk_below(bench, 8u));
        }
    } else if (kind == BURST) {
        uint32_t n = 1u + mk_below(bench, 32u);
        for (uint32_t i = at; (i < size) && (i < (at + n)); i++) {
            piece->bytes[i] = (uint8_t)(mk_random(bench) >> 24);
        }
    } else if (kind == INSERT) {
        mk_insert(bench, piece);
    } else if (kind == NO_END) {
        piece->size = size - 1u;
    } else {
        /* The others do not change the bytes. */
    }
}

/* A frame that is whole, and comes when the reader is in step, must be taken, unless the reader
 * does not know the boot yet or has gone past it. Called before and after. */
static bool mk_must_take(const mk_bench *bench, const mk_piece *piece)
{
    uint8_t body[2048];
    mk_link_decoder decoder;
    uint16_t n = 0;
    mk_link_decoder_init(&decoder, body, 2048u);
    for (uint32_t i = 0; i < piece->size; i++) {
        uint16_t got = mk_link_decoder_put(&decoder, piece->bytes[i]);
        n = (got != 0u) ? got : n;
    }
    bool data = (n > MK_LINK_RECORD_HEAD) && (body[0] == MK_LINK_KIND(MK_LINK_DATA));
    if (!data || !bench->in_step || (bench->heard != bench->boot)) {
        return false;
    }
    const mk_link_track *track = &bench->reader.tracks[body[1]];
    bool place = (track->size != 0u) && track->started;
    return place && ((mk_link_get32(&body[6]) - track->expected) < 0x80000000u);
}

static void mk_deliver(mk_bench *bench, const mk_piece *piece, bool whole)
{
    bool must = whole && mk_must_take(bench, piece);
    uint64_t before = bench->count->accepted;
    mk_arrive(bench, piece->bytes, piece->size);
    if (must && (bench->count->accepted == before)) {
        bench->count->overlooked++;
    }
}

static void mk_hold_back(mk_bench *bench, const mk_piece *piece, uint32_t wait)
{
    for (uint32_t i = 0; i < MK_HELD; i++) {
        if (bench->held[i].size == 0u) {
            bench->held[i] = *piece;
            bench->held[i].wait = 1u + wait;
            return;
        }
    }
}

static void mk_release(mk_bench *bench)
{
    for (uint32_t i = 0; i < MK_HELD; i++) {
        mk_piece *piece = &bench->held[i];
        if ((piece->size != 0u) && (piece->wait-- == 0u)) {
            mk_deliver(bench, piece, false);
            piece->size = 0;
        }
    }
}

static void mk_carry(mk_bench *bench)
{
    mk_piece piece = bench->frame;
    uint32_t kind = mk_below(bench, MK_CORRUPTION_KINDS);
    piece.number = bench->number;
    bench->count->frames++;
    mk_release(bench);
    if (mk_below(bench, 32u) == 0u) {
        bench->old[mk_below(bench, MK_OLD)] = piece;
    }
    if (bench->clean || (mk_below(bench, 65536u) >= bench->harm)) {
        mk_deliver(bench, &piece, true);
        return;
    }
    bench->count->harmed++;
    bench->count->kinds[kind]++;
    if (kind == LATE) {
        mk_hold_back(bench, &piece, mk_below(bench, 12u));
    } else if (kind == OLD) {
        const mk_piece *old = &bench->old[mk_below(bench, MK_OLD)];
        /* A receiver remembers so many boots; what is older cannot still be on its way. */
        if ((bench->number - old->number) < MK_LINK_PAST) {
            mk_deliver(bench, old, false);
        }
        mk_deliver(bench, &piece, false);
    } else if (kind == TWICE) {
        mk_deliver(bench, &piece, true);
        mk_hold_back(bench, &piece, mk_below(bench, 3u));
    } else if (kind != DROP) {
        mk_change(bench, &piece, kind);
        mk_deliver(bench, &piece, false);
    } else {
        /* Gone. */
    }
}

/* --- the device ----------------------------------------------------------------------- */

static size_t mk_write(void *context, const uint8_t *bytes, size_t n)
{
    mk_bench *bench = (mk_bench *)context;
    for (size_t i = 0; i < n; i++) {
        bench->frame.bytes[bench->frame.size] = bytes[i];
        bench->frame.size++;
        if ((bytes[i] == 0u) && (bench->frame.size > 1u)) {
            mk_carry(bench);
            bench->frame.size = 0;
        }
    }
    return n;
}

static uint32_t mk_tick(void *context)
{
    return ((mk_bench *)context)->tick;
}

static void mk_make(mk_bench *bench, uint8_t stream)
{
    uint8_t batch[240];
    uint32_t size = mk_link_sample_bytes(&mk_sensors[stream]);
    uint32_t most = bench->streams[stream].stage_size / size;
    uint32_t count = 1u + mk_below(bench, most);
    uint64_t first = bench->streams[stream].next + bench->streams[stream].staged;
    uint32_t tick = (uint32_t)(first * MK_PERIOD);
    if (mk_below(bench, 64u) == 0u) {
        mk_link_skip(&bench->link, stream, count, MK_LINK_SENSOR_OVERRUN, tick);
        return;
    }
    for (uint32_t i = 0; i < (count * size); i++) {
        uint32_t index = (uint32_t)(first & 0xFFFFFFFFu) + (i / size);
        batch[i] = mk_corruption_byte(bench->boot, stream, index, i % size);
    }
    (void)mk_link_push(&bench->link, stream, batch, (uint16_t)count, tick);
}

static void mk_start_boot(mk_bench *bench)
{
    bench->boot = mk_random(bench);
    bench->number++;
    bench->tick = 0;
    bench->clean = mk_below(bench, 2u) == 0u;
    (void)mk_link_init(&bench->link, &bench->config, bench->boot, MK_LINK_CAUSE_POWER);
    (void)mk_link_poll(&bench->link);
    bench->clean = false;
}

/* The last words arrive whole: then everything must be accounted for. */
static void mk_finish_boot(mk_bench *bench)
{
    for (uint8_t i = 0; i < MK_CORRUPTION_STREAMS; i++) {
        mk_link_flush(&bench->link, i);
    }
    (void)mk_link_poll(&bench->link);
    for (uint32_t i = 0; i < MK_HELD; i++) {
        bench->held[i].size = 0;
    }
    static const uint8_t end[1] = {0};
    mk_arrive(bench, end, 1u);
    bench->clean = true;
    for (uint32_t i = 0; i < 4u; i++) {
        bench->tick += 1000000u;
        (void)mk_link_poll(&bench->link);
    }
    bench->clean = false;
    for (uint32_t i = 0; i < MK_CORRUPTION_STREAMS; i++) {
        bool all = bench->seen[i] && (bench->next[i] == (uint32_t)bench->streams[i].next);
        bool started = bench->reader.tracks[i].started && (bench->heard == bench->boot);
        all = all || (!bench->seen[i] && started);
        bench->count->inexact += all ? 0u : 1u;
    }
}

static void mk_live(mk_bench *bench, uint32_t steps)
{
    for (uint32_t i = 0; i < steps; i++) {
        mk_make(bench, (uint8_t)mk_below(bench, MK_CORRUPTION_STREAMS));
        bench->tick += 1u + mk_below(bench, 8000u);
        if (mk_below(bench, 4u) == 0u) {
            (void)mk_link_poll(&bench->link);
        }
    }
}

static void mk_setup(mk_bench *bench)
{
    static const uint16_t sizes[MK_CORRUPTION_STREAMS] = {48u, 30u, 120u, 4u};
    bench->config.device = "bench";
    bench->config.firmware = "corruption";
    bench->config.sensors = mk_sensors;
    bench->config.streams = bench->streams;
    bench->config.ring = bench->ring;
    bench->config.ring_size = sizeof bench->ring;
    bench->config.tx = bench->tx;
    bench->config.port.context = bench;
    bench->config.port.write = mk_write;
    bench->config.port.tick = mk_tick;
    bench->config.tick_hz = 1000000u;
    bench->config.max_frame = 264u;
    bench->config.sensor_count = MK_CORRUPTION_STREAMS;
    bench->config.one_way = true;
    for (uint32_t i = 0; i < MK_CORRUPTION_STREAMS; i++) {
        bench->streams[i].stage = bench->stages[i];
        bench->streams[i].stage_size = sizes[i];
    }
    mk_link_reader_port port = {bench, mk_on_boot, mk_on_samples, mk_on_missing};
    mk_link_reader_init(&bench->reader, port, bench->buffer, MK_LINK_MAX_FRAME);
    bench->in_step = true;
}

size_t mk_corruption_run(uint32_t seed, uint64_t harmed, mk_corruption_count *count,
                         uint8_t *copy, size_t size)
{
    static mk_bench bench;
    (void)memset(&bench, 0, sizeof bench);
    bench.count = count;
    bench.random = (seed == 0u) ? 1u : seed;
    bench.copy = copy;
    bench.size = size;
    mk_setup(&bench);
    do {
        mk_start_boot(&bench);
        bench.harm = mk_below(&bench, 65537u);
        mk_live(&bench, mk_below(&bench, 4000u));
        mk_finish_boot(&bench);
        mk_live(&bench, mk_below(&bench, 50u)); /* and then it starts anew without a word */
    } while ((count->harmed < harmed) && ((copy == NULL) || (bench.copied < (size / 2u))));
    count->refused += bench.reader.refused;
    count->rejected += bench.reader.decoder.rejected;
    count->late += bench.reader.late;
    return bench.copied;
}
