/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_vmote.h"

#include <string.h>

#define MK_VMOTE_POLL_NS 1000000u
#define MK_VMOTE_SECOND_NS 1000000000u
#define MK_VMOTE_BURST 1024u /* bytes that the transport buffers */

static double mk_vmote_random(mk_vmote *mote)
{
    uint32_t x = mote->random;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    mote->random = x;
    return (double)x / 4294967296.0;
}

static double mk_vmote_device_s(const mk_vmote *mote, uint64_t ns)
{
    double real_s = (double)(ns - mote->boot_ns) * 1e-9;
    return real_s * (1.0 + (mote->setup.drift_ppm * 1e-6));
}

static uint64_t mk_vmote_real_ns(const mk_vmote *mote, double device_s)
{
    double real_s = device_s / (1.0 + (mote->setup.drift_ppm * 1e-6));
    return mote->boot_ns + (uint64_t)((real_s * 1e9) + 0.5);
}

static uint32_t mk_vmote_tick_at(const mk_vmote *mote, double device_s)
{
    uint64_t ticks = (uint64_t)(device_s * (double)mote->setup.tick_hz);
    return (uint32_t)((ticks + mote->setup.first_tick) & 0xFFFFFFFFu);
}

static uint32_t mk_vmote_tick(void *context)
{
    const mk_vmote *mote = (const mk_vmote *)context;
    return mk_vmote_tick_at(mote, mk_vmote_device_s(mote, mote->now_ns));
}

/* How many bytes the transport takes now. */
static uint64_t mk_vmote_room(const mk_vmote *mote)
{
    if (mote->setup.bytes_per_s == 0u) {
        return MK_VMOTE_OUT;
    }
    uint64_t ns = mote->now_ns - mote->paid_ns;
    return (uint64_t)((double)ns * 1e-9 * (double)mote->setup.bytes_per_s);
}

static void mk_vmote_pay(mk_vmote *mote, uint64_t n)
{
    if (mote->setup.bytes_per_s != 0u) {
        double ns_per_byte = 1e9 / (double)mote->setup.bytes_per_s;
        double oldest = (double)MK_VMOTE_BURST * ns_per_byte;
        if ((double)(mote->now_ns - mote->paid_ns) > oldest) {
            mote->paid_ns = mote->now_ns - (uint64_t)oldest;
        }
        mote->paid_ns += (uint64_t)((double)n * ns_per_byte);
    }
}

static size_t mk_vmote_write(void *context, const uint8_t *bytes, size_t n)
{
    mk_vmote *mote = (mk_vmote *)context;
    if (!mote->connected || (mote->chunk_count == MK_VMOTE_CHUNKS)) {
        return 0;
    }
    mk_vmote_pay(mote, 0);
    uint64_t room = mk_vmote_room(mote);
    uint64_t left = MK_VMOTE_OUT - mote->out_count;
    room = (room < left) ? room : left;
    size_t taken = (room < n) ? (size_t)room : n;
    if (taken > 0u) {
        mk_vmote_chunk *chunk = &mote->chunks[mote->chunk_count];
        chunk->at_ns = mote->now_ns;
        chunk->start = mote->out_count;
        chunk->count = (uint32_t)taken;
        mote->chunk_count++;
        (void)memcpy(&mote->out[mote->out_count], bytes, taken);
        mote->out_count += (uint32_t)taken;
        mk_vmote_pay(mote, taken);
    }
    return taken;
}

/* Reads the replay: see replay.py for its layout. */
typedef struct {
    const uint8_t *at;
    const uint8_t *end;
    bool good;
} mk_vmote_parser;

static uint32_t mk_vmote_number(mk_vmote_parser *parser, uint32_t width)
{
    uint32_t value = 0;
    if (!parser->good || ((size_t)(parser->end - parser->at) < width)) {
        parser->good = false;
        return 0;
    }
    for (uint32_t i = 0; i < width; i++) {
        value |= (uint32_t)parser->at[i] << (8u * i);
    }
    parser->at += width;
    return value;
}

static float mk_vmote_real(mk_vmote_parser *parser)
{
    union {
        uint32_t bits;
        float value;
    } both;
    both.bits = mk_vmote_number(parser, 4u);
    return both.value;
}

static const char *mk_vmote_text(mk_vmote_parser *parser)
{
    const uint8_t *start = parser->at;
    size_t left = (size_t)(parser->end - start);
    const uint8_t *stop = parser->good ? memchr(start, 0, left) : NULL;
    if (stop == NULL) {
        parser->good = false;
        return "";
    }
    parser->at = &stop[1];
    return (const char *)start;
}

static void mk_vmote_parse_sensor(mk_vmote *mote, mk_vmote_parser *parser, uint32_t number,
                                  uint32_t *channels)
{
    mk_link_sensor *sensor = &mote->sensors[number];
    mk_vmote_source *source = &mote->sources[number];
    sensor->format = (uint8_t)mk_vmote_number(parser, 1u);
    sensor->channel_count = (uint8_t)mk_vmote_number(parser, 1u);
    source->batch = (uint16_t)mk_vmote_number(parser, 2u);
    uint32_t in_frame = mk_vmote_number(parser, 2u);
    sensor->rate_hz = mk_vmote_real(parser);
    source->length = mk_vmote_number(parser, 4u);
    sensor->sensor = mk_vmote_text(parser);
    sensor->channels = &mote->channels[*channels];
    uint32_t size = in_frame * mk_link_sample_bytes(sensor);
    mote->streams[number].stage = mote->stages[number];
    mote->streams[number].stage_size = (uint16_t)((size <= MK_LINK_MAX_FRAME) ? size : 0u);
    parser->good = parser->good && (source->batch >= 1u) && (source->batch <= in_frame);
    parser->good = parser->good && (source->length >= 1u) && (sensor->rate_hz > 0.0f);
    for (uint32_t i = 0; i < sensor->channel_count; i++) {
        parser->good = parser->good && (*channels < MK_VMOTE_CHANNELS);
        if (parser->good) {
            mote->channels[*channels].scale = mk_vmote_real(parser);
            mote->channels[*channels].name = mk_vmote_text(parser);
            mote->channels[*channels].unit = mk_vmote_text(parser);
            (*channels)++;
        }
    }
}

static bool mk_vmote_parse(mk_vmote *mote, const uint8_t *replay, size_t n)
{
    mk_vmote_parser parser = {replay, &replay[n], true};
    uint32_t channels = 0;
    parser.good = strcmp(mk_vmote_text(&parser), "mote replay 1") == 0;
    mote->config.device = mk_vmote_text(&parser);
    mote->config.firmware = mk_vmote_text(&parser);
    uint32_t count = mk_vmote_number(&parser, 1u);
    parser.good = parser.good && (count >= 1u) && (count <= MK_LINK_MAX_STREAMS);
    for (uint32_t i = 0; parser.good && (i < count); i++) {
        mk_vmote_parse_sensor(mote, &parser, i, &channels);
    }
    mote->config.sensor_count = (uint8_t)count;
    for (uint32_t i = 0; parser.good && (i < count); i++) {
        uint64_t size = mk_link_sample_bytes(&mote->sensors[i]);
        size *= mote->sources[i].length;
        mote->sources[i].samples = parser.at;
        parser.good = size <= (uint64_t)(parser.end - parser.at);
        parser.at += parser.good ? size : 0u;
    }
    return parser.good;
}

size_t mk_vmote_bytes(void)
{
    return sizeof(mk_vmote);
}

bool mk_vmote_reset(mk_vmote *mote, uint32_t boot, uint8_t cause)
{
    mote->boot_ns = mote->now_ns;
    mote->poll_ns = mote->now_ns;
    mote->status_ns = mote->now_ns;
    for (uint32_t i = 0; i < mote->config.sensor_count; i++) {
        mk_vmote_source *source = &mote->sources[i];
        source->made = 0;
        source->rate_hz = (double)mote->sensors[i].rate_hz * (1.0 + (mote->setup.rate_ppm * 1e-6));
    }
    return mk_link_init(&mote->link, &mote->config, boot, cause);
}

bool mk_vmote_make(mk_vmote *mote, uint8_t *ring, const uint8_t *replay, size_t n,
                   const mk_vmote_setup *setup)
{
    (void)memset(mote, 0, sizeof *mote);
    mote->setup = *setup;
    mote->random = (setup->seed == 0u) ? 1u : setup->seed;
    mote->connected = true;
    mote->config.sensors = mote->sensors;
    mote->config.streams = mote->streams;
    mote->config.ring = ring;
    mote->config.ring_size = setup->ring_size;
    mote->config.tx = mote->tx;
    mote->config.port.context = mote;
    mote->config.port.write = mk_vmote_write;
    mote->config.port.tick = mk_vmote_tick;
    mote->config.tick_hz = setup->tick_hz;
    mote->config.longest_wait = setup->tick_hz;
    mote->config.max_frame = setup->max_frame;
    mote->config.one_way = setup->one_way != 0u;
    return mk_vmote_parse(mote, replay, n) && mk_vmote_reset(mote, setup->boot, 1u);
}

/* When the next batch of a sensor is complete. */
static uint64_t mk_vmote_due(const mk_vmote *mote, const mk_vmote_source *source)
{
    double last = (double)(source->made + source->batch) / source->rate_hz;
    return mk_vmote_real_ns(mote, last);
}

static void mk_vmote_sample(mk_vmote *mote, uint8_t stream)
{
    mk_vmote_source *source = &mote->sources[stream];
    uint32_t size = mk_link_sample_bytes(&mote->sensors[stream]);
    uint8_t batch[MK_LINK_MAX_FRAME];
    for (uint32_t i = 0; i < source->batch; i++) {
        uint64_t at = (source->made + i) % source->length;
        (void)memcpy(&batch[i * size], &source->samples[at * size], size);
    }
    double first = (double)(source->made + 1u) / source->rate_hz;
    first += mk_vmote_random(mote) * mote->setup.jitter_s;
    (void)mk_link_push(&mote->link, stream, batch, source->batch, mk_vmote_tick_at(mote, first));
    source->made += source->batch;
}

void mk_vmote_overrun(mk_vmote *mote, uint8_t stream, uint32_t count)
{
    mk_vmote_source *source = &mote->sources[stream];
    double first = (double)(source->made + 1u) / source->rate_hz;
    mk_link_skip(&mote->link, stream, count, MK_LINK_SENSOR_OVERRUN,
                 mk_vmote_tick_at(mote, first));
    source->made += count;
}

void mk_vmote_note(mk_vmote *mote, uint8_t stream, const char *text)
{
    mk_link_note(&mote->link, stream, text, mk_vmote_tick(mote));
}

static void mk_vmote_report(mk_vmote *mote)
{
    double hours = mk_vmote_device_s(mote, mote->now_ns) / 3600.0;
    double full = 1.0 - (hours / 240.0);
    mk_link_health health = {0};
    full = (full > 0.0) ? full : 0.0;
    health.millivolts = (uint16_t)(3300.0 + (900.0 * full));
    health.percent = (uint8_t)(100.0 * full);
    health.centidegrees = 2500;
    mk_link_status(&mote->link, &health);
}

uint64_t mk_vmote_run(mk_vmote *mote, uint64_t until_ns)
{
    while (mote->out_count < (MK_VMOTE_OUT / 2u)) {
        uint64_t next = mote->poll_ns;
        uint8_t stream = MK_LINK_MAX_STREAMS;
        for (uint8_t i = 0; i < mote->config.sensor_count; i++) {
            uint64_t due = mk_vmote_due(mote, &mote->sources[i]);
            if (due < next) {
                next = due;
                stream = i;
            }
        }
        if (next > until_ns) {
            mote->now_ns = until_ns;
            break;
        }
        mote->now_ns = (next > mote->now_ns) ? next : mote->now_ns;
        if (stream < MK_LINK_MAX_STREAMS) {
            mk_vmote_sample(mote, stream);
        } else {
            mote->poll_ns = mote->now_ns + MK_VMOTE_POLL_NS;
        }
        if ((mote->setup.status != 0u) && (mote->now_ns >= mote->status_ns)) {
            mote->status_ns = mote->now_ns + MK_VMOTE_SECOND_NS;
            mk_vmote_report(mote);
        }
        (void)mk_link_poll(&mote->link);
    }
    return mote->now_ns;
}

void mk_vmote_receive(mk_vmote *mote, const uint8_t *bytes, size_t n)
{
    mk_link_receive(&mote->link, bytes, n);
    (void)mk_link_poll(&mote->link);
}

void mk_vmote_copy(mk_vmote *mote, uint8_t *out, mk_vmote_chunk *chunks, uint32_t counts[2])
{
    (void)memcpy(out, mote->out, mote->out_count);
    (void)memcpy(chunks, mote->chunks, mote->chunk_count * sizeof chunks[0]);
    counts[0] = mote->out_count;
    counts[1] = mote->chunk_count;
    mote->out_count = 0;
    mote->chunk_count = 0;
}

void mk_vmote_connect(mk_vmote *mote, bool connected)
{
    if (mote->connected != connected) {
        mk_link_down(&mote->link);
    }
    mote->connected = connected;
}
