/* Samples on their way into the ring.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "mk_link_inside.h"

void mk_link_advance(mk_link *link)
{
    const mk_link_port *port = &link->config->port;
    link->now += (uint32_t)(port->tick(port->context) - (uint32_t)(link->now & 0xFFFFFFFFu));
}

/* The 64-bit tick within half a wrap of now. */
static uint64_t mk_link_widen(mk_link *link, uint32_t tick)
{
    mk_link_advance(link);
    uint32_t ahead = tick - (uint32_t)(link->now & 0xFFFFFFFFu);
    if (ahead < 0x80000000u) {
        return link->now + ahead;
    }
    return link->now - (uint32_t)(0u - ahead);
}

uint16_t mk_link_sample_bytes(const mk_link_sensor *sensor)
{
    uint32_t width = (sensor->format == MK_LINK_FLOAT32) ? 4u : sensor->format;
    return (uint16_t)(width * sensor->channel_count);
}

static bool mk_link_config_fits(const mk_link_config *config)
{
    uint32_t least = 25u + (12u * config->sensor_count);
    bool ok = (config->sensor_count >= 1u) && (config->sensor_count <= MK_LINK_MAX_STREAMS);
    ok = ok && (config->max_frame <= MK_LINK_MAX_FRAME) && (config->tick_hz >= 1u);
    ok = ok && (config->max_frame >= MK_LINK_LEAST_FRAME) && (config->max_frame >= least);
    ok = ok && (config->ring_size >= ((uint32_t)config->max_frame + MK_LINK_RING_OVERHEAD));
    uint32_t items = 1u;
    for (uint8_t i = 0; ok && (i < config->sensor_count); i++) {
        const mk_link_sensor *sensor = &config->sensors[i];
        uint32_t room = (uint32_t)config->max_frame - MK_LINK_RECORD_HEAD - MK_LINK_CRC_SIZE;
        ok = (sensor->channel_count >= 1u) && (sensor->format >= MK_LINK_INT8);
        ok = ok && (sensor->format <= MK_LINK_FLOAT32);
        ok = ok && (config->streams[i].stage_size <= room);
        ok = ok && (config->streams[i].stage_size >= mk_link_sample_bytes(sensor));
        items += 1u + sensor->channel_count;
    }
    return ok && (items <= 255u);
}

bool mk_link_init(mk_link *link, const mk_link_config *config, uint32_t boot, uint8_t cause)
{
    if (!mk_link_config_fits(config)) {
        return false;
    }
    *link = (mk_link){0};
    link->config = config;
    link->boot = boot;
    link->cause = cause;
    link->seed = mk_link_crc_boot(boot);
    link->fresh = true;
    link->open = config->one_way;
    link->item_end = config->one_way ? mk_link_items(config) : 0u;
    mk_link_ring_init(&link->ring, config->ring, config->ring_size);
    mk_link_decoder_init(&link->decoder, link->rx, MK_LINK_HOST_FRAME);
    for (uint8_t i = 0; i < config->sensor_count; i++) {
        config->streams[i].staged = 0;
        config->streams[i].next = 0;
        config->streams[i].held = 0;
    }
    mk_link_advance(link);
    link->beat = link->now;
    return true;
}

/* Samples that a frame of n bytes stands for; head: its first 22 bytes. */
static uint32_t mk_link_count(const mk_link *link, const uint8_t *head, uint32_t n)
{
    if (head[0] == MK_LINK_KIND(MK_LINK_DATA)) {
        uint32_t size = n - MK_LINK_RECORD_HEAD - MK_LINK_CRC_SIZE;
        return size / mk_link_sample_bytes(&link->config->sensors[head[1]]);
    }
    if (head[0] == MK_LINK_KIND(MK_LINK_GAP)) {
        return mk_link_get32(&head[MK_LINK_RECORD_HEAD]);
    }
    return 0;
}

void mk_link_forget(mk_link *link)
{
    uint8_t head[MK_LINK_RECORD_HEAD + 4u];
    uint16_t n = mk_link_ring_peek(&link->ring, head, MK_LINK_RECORD_HEAD + 4u);
    link->config->streams[head[1]].held += mk_link_count(link, head, n);
    if (link->cursor == link->ring.first) {
        link->cursor++;
    }
    mk_link_ring_drop(&link->ring);
}

/* A frame into the ring, with the index and tick that its stream stands at. */
static void mk_link_keep(mk_link *link, uint8_t type, uint8_t stream, const uint8_t *payload,
                         uint16_t size)
{
    const mk_link_stream *s = &link->config->streams[stream];
    uint8_t head[MK_LINK_RECORD_HEAD];
    uint8_t tail[MK_LINK_CRC_SIZE];
    uint16_t n = (uint16_t)(MK_LINK_RECORD_HEAD + size + MK_LINK_CRC_SIZE);
    while (!mk_link_ring_fits(&link->ring, n)) {
        mk_link_forget(link);
        link->overflowed++;
    }
    head[0] = MK_LINK_KIND(type);
    head[1] = stream;
    (void)mk_link_put32(&head[2], link->ring.next);
    (void)mk_link_put32(&head[6], (uint32_t)(s->next & 0xFFFFFFFFu));
    (void)mk_link_put64(&head[10], s->tick);
    uint32_t crc = mk_link_crc(link->seed, head, MK_LINK_RECORD_HEAD);
    crc = mk_link_crc(crc, payload, size);
    (void)mk_link_put32(tail, ~crc);
    mk_link_ring_begin(&link->ring, n);
    mk_link_ring_put(&link->ring, head, MK_LINK_RECORD_HEAD);
    mk_link_ring_put(&link->ring, payload, size);
    mk_link_ring_put(&link->ring, tail, MK_LINK_CRC_SIZE);
}

void mk_link_flush(mk_link *link, uint8_t stream)
{
    mk_link_stream *s = &link->config->streams[stream];
    if (s->staged != 0u) {
        uint32_t size = mk_link_sample_bytes(&link->config->sensors[stream]);
        mk_link_keep(link, MK_LINK_DATA, stream, s->stage, (uint16_t)(size * s->staged));
        s->next += s->staged;
        s->staged = 0;
    }
}

bool mk_link_push(mk_link *link, uint8_t stream, const void *samples, uint16_t count,
                  uint32_t tick)
{
    mk_link_stream *s = &link->config->streams[stream];
    const uint8_t *from = (const uint8_t *)samples;
    uint32_t size = mk_link_sample_bytes(&link->config->sensors[stream]);
    uint32_t n = size * count;
    if (n > s->stage_size) {
        return false;
    }
    if ((n + (size * s->staged)) > s->stage_size) {
        mk_link_flush(link, stream);
    }
    if (s->staged == 0u) {
        s->tick = mk_link_widen(link, tick);
    }
    uint8_t *to = &s->stage[size * s->staged];
    for (uint32_t i = 0; i < n; i++) {
        to[i] = from[i];
    }
    s->staged = (uint16_t)(s->staged + count);
    if ((size * (s->staged + 1u)) > s->stage_size) {
        mk_link_flush(link, stream);
    }
    return true;
}

void mk_link_skip(mk_link *link, uint8_t stream, uint32_t count, uint8_t reason, uint32_t tick)
{
    mk_link_stream *s = &link->config->streams[stream];
    uint8_t payload[5];
    mk_link_flush(link, stream);
    s->tick = mk_link_widen(link, tick);
    (void)mk_link_put32(payload, count);
    payload[4] = reason;
    mk_link_keep(link, MK_LINK_GAP, stream, payload, 5u);
    s->next += count;
}

void mk_link_note(mk_link *link, uint8_t stream, const char *text, uint32_t tick)
{
    uint16_t n = 0;
    while ((n < MK_LINK_TEXT) && (text[n] != '\0')) {
        n++;
    }
    mk_link_flush(link, stream);
    link->config->streams[stream].tick = mk_link_widen(link, tick);
    mk_link_keep(link, MK_LINK_NOTE, stream, (const uint8_t *)text, n);
}
