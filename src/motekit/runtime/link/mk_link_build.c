/* The device's control frames, byte by byte.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "mk_link_inside.h"

#define MK_LINK_ITEM_DEVICE 0u
#define MK_LINK_ITEM_SENSOR 1u
#define MK_LINK_ITEM_CHANNEL 2u

static uint8_t *mk_link_put_text(uint8_t *at, const char *text)
{
    uint8_t n = 0;
    while ((n < MK_LINK_TEXT) && (text[n] != '\0')) {
        at[1u + n] = (uint8_t)text[n];
        n++;
    }
    at[0] = n;
    return &at[1u + n];
}

static uint8_t *mk_link_put_float(uint8_t *at, float value)
{
    union {
        float f;
        uint32_t bits;
    } both;
    both.f = value;
    return mk_link_put32(at, both.bits);
}

uint8_t mk_link_items(const mk_link_config *config)
{
    uint32_t n = 1u;
    for (uint8_t i = 0; i < config->sensor_count; i++) {
        n += 1u + config->sensors[i].channel_count;
    }
    return (uint8_t)n;
}

uint8_t *mk_link_build_hello(const mk_link *link, uint8_t *at)
{
    const mk_link_config *config = link->config;
    at[0] = MK_LINK_KIND(MK_LINK_HELLO);
    at[1] = config->one_way ? 1u : 0u;
    at[2] = link->cause;
    at[3] = 64u; /* bits of a tick before it wraps */
    at[4] = config->sensor_count;
    at[5] = mk_link_items(config);
    at = mk_link_put16(&at[6], config->max_frame);
    at = mk_link_put32(at, link->boot);
    at = mk_link_put32(at, config->tick_hz);
    at = mk_link_put64(at, link->now);
    return mk_link_put_text(at, config->device);
}

static uint8_t *mk_link_build_channel(const mk_link_sensor *sensor, uint8_t number, uint8_t *at)
{
    const mk_link_channel *channel = &sensor->channels[number];
    at[0] = number;
    at = mk_link_put_float(&at[1], channel->scale);
    at = mk_link_put_text(at, channel->name);
    return mk_link_put_text(at, channel->unit);
}

static uint8_t *mk_link_build_sensor(const mk_link_sensor *sensor, uint8_t *at)
{
    at[0] = sensor->format;
    at[1] = sensor->channel_count;
    at = mk_link_put_float(&at[2], sensor->rate_hz);
    return mk_link_put_text(at, sensor->sensor);
}

uint8_t *mk_link_build_item(const mk_link *link, uint8_t *at)
{
    const mk_link_config *config = link->config;
    uint32_t left = link->item;
    at[0] = MK_LINK_KIND(MK_LINK_DESCRIBE);
    at[1] = link->item;
    if (left == 0u) {
        at[2] = MK_LINK_ITEM_DEVICE;
        return mk_link_put_text(&at[3], config->firmware);
    }
    left--;
    uint8_t stream = 0;
    while (left > config->sensors[stream].channel_count) {
        left -= 1u + config->sensors[stream].channel_count;
        stream++;
    }
    at[2] = (left == 0u) ? MK_LINK_ITEM_SENSOR : MK_LINK_ITEM_CHANNEL;
    at[3] = stream;
    if (left == 0u) {
        return mk_link_build_sensor(&config->sensors[stream], &at[4]);
    }
    return mk_link_build_channel(&config->sensors[stream], (uint8_t)(left - 1u), &at[4]);
}

uint8_t *mk_link_build_hold(const mk_link *link, uint8_t *at)
{
    at[0] = MK_LINK_KIND(MK_LINK_HOLD);
    at = mk_link_put64(&at[1], link->now);
    at = mk_link_put32(at, link->ring.first);
    at = mk_link_put32(at, link->cursor);
    at = mk_link_put32(at, link->ring.next);
    for (uint8_t i = 0; i < link->config->sensor_count; i++) {
        const mk_link_stream *s = &link->config->streams[i];
        at = mk_link_put64(at, s->next + s->staged);
        at = mk_link_put32(at, (uint32_t)(s->held & 0xFFFFFFFFu));
    }
    return at;
}

uint8_t *mk_link_build_status(const mk_link *link, uint8_t *at)
{
    at[0] = MK_LINK_KIND(MK_LINK_STATUS);
    at = mk_link_put64(&at[1], link->now);
    at = mk_link_put16(at, link->health.millivolts);
    at[0] = link->health.percent;
    at[1] = link->health.charging ? 1u : 0u;
    at = mk_link_put16(&at[2], (uint16_t)link->health.centidegrees);
    at = mk_link_put32(at, link->ring.used);
    at = mk_link_put32(at, link->ring.size);
    at = mk_link_put32(at, link->overflowed);
    return mk_link_put32(at, link->refused + link->decoder.rejected);
}

uint8_t *mk_link_build_echo(const mk_link *link, uint8_t *at)
{
    at[0] = MK_LINK_KIND(MK_LINK_ECHO);
    at = mk_link_put64(&at[1], link->probe);
    at = mk_link_put64(at, link->probed);
    return mk_link_put64(at, link->now);
}
