/* What is sent next, and what the host asks for.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "mk_link_inside.h"

#define MK_LINK_SILENCE 5u    /* seconds without a word after which a host counts as gone */
#define MK_LINK_BEAT_ITEMS 4u /* items of the description that a one-way link repeats a beat */

/* Whether a comes before b on the circle of 32-bit sequence numbers. */
static bool mk_link_before(uint32_t a, uint32_t b)
{
    return (a - b) >= 0x80000000u;
}

static void mk_link_repeat_items(mk_link *link)
{
    uint8_t items = mk_link_items(link->config);
    if (link->item_end >= items) {
        link->item_end = 0;
    }
    if (link->item >= link->item_end) {
        link->item = link->item_end;
        uint32_t end = (uint32_t)link->item_end + MK_LINK_BEAT_ITEMS;
        link->item_end = (end < items) ? (uint8_t)end : items;
    }
}

/* Once a second: a sign of life. */
static void mk_link_on_beat(mk_link *link)
{
    if (link->config->one_way) {
        link->wanted |= MK_LINK_WANT_HELLO | MK_LINK_WANT_HOLD;
        if (link->item >= link->item_end) {
            mk_link_repeat_items(link);
        }
        return;
    }
    if (link->open && ((link->now - link->heard) > ((uint64_t)link->config->tick_hz * MK_LINK_SILENCE))) {
        link->open = false;
    }
    link->wanted |= link->open ? MK_LINK_WANT_HOLD : MK_LINK_WANT_HELLO;
}

/* The next frame of the ring that the host has asked for again, into `raw`; 0 if none. */
static uint16_t mk_link_pick_repair(mk_link *link, uint8_t *raw)
{
    while (link->repair_count != 0u) {
        mk_link_repair *repair = &link->repairs[link->repair_first % MK_LINK_REPAIRS];
        uint32_t seq = repair->seq;
        bool done = (repair->count == 0u) || !mk_link_before(seq, link->ring.next);
        if (done) {
            link->repair_count--;
            link->repair_first++;
        } else {
            repair->seq++;
            repair->count--;
            if (!mk_link_before(seq, link->ring.first)) {
                return mk_link_ring_read(&link->ring, &link->repair_at, seq, raw);
            }
            link->wanted |= MK_LINK_WANT_HOLD;
        }
    }
    return 0;
}

/* The next frame that was never sent, into `raw`; 0 if there is none or it is not wanted yet. */
static uint16_t mk_link_pick_live(mk_link *link, uint8_t *raw)
{
    if (link->cursor == link->ring.next) {
        return 0;
    }
    if (!link->config->one_way && !mk_link_before(link->cursor, link->limit)) {
        return 0;
    }
    uint16_t n = mk_link_ring_read(&link->ring, &link->live_at, link->cursor, raw);
    if (link->config->one_way) {
        mk_link_forget(link);
    } else {
        link->cursor++;
    }
    return n;
}

/* New frames and repeated ones take turns, so that neither starves. */
static uint16_t mk_link_pick_record(mk_link *link, uint8_t *raw)
{
    uint16_t n = 0;
    if (link->repair_turn) {
        n = mk_link_pick_repair(link, raw);
    }
    if (n == 0u) {
        n = mk_link_pick_live(link, raw);
        link->repair_turn = n != 0u;
        return (n != 0u) ? n : mk_link_pick_repair(link, raw);
    }
    link->repair_turn = false;
    return n;
}

/* The description comes before HOLD, without which samples mean nothing to a listener. */
static uint8_t *mk_link_pick_control(mk_link *link, uint8_t *raw)
{
    uint32_t wanted = link->wanted;
    uint32_t lowest = wanted & (0u - wanted);
    bool urgent = (lowest == MK_LINK_WANT_HELLO) || (lowest == MK_LINK_WANT_ECHO);
    if (!urgent && (link->item < link->item_end)) {
        uint8_t *end = mk_link_build_item(link, raw);
        link->item++;
        return end;
    }
    link->wanted = (uint8_t)(wanted ^ lowest);
    if (lowest == MK_LINK_WANT_HELLO) {
        return mk_link_build_hello(link, raw);
    }
    if (lowest == MK_LINK_WANT_ECHO) {
        return mk_link_build_echo(link, raw);
    }
    if (lowest == MK_LINK_WANT_HOLD) {
        return mk_link_build_hold(link, raw);
    }
    return (lowest == MK_LINK_WANT_STATUS) ? mk_link_build_status(link, raw) : raw;
}

/* Make one frame ready in the transmit buffer; false if there is nothing to say. */
static bool mk_link_load(mk_link *link)
{
    uint8_t *tx = link->config->tx;
    uint8_t *raw = &tx[2u + (link->config->max_frame / 254u)];
    uint8_t *end = mk_link_pick_control(link, raw);
    uint32_t n = (uint32_t)(end - raw);
    if (n != 0u) {
        uint32_t seed = (raw[0] == MK_LINK_KIND(MK_LINK_HELLO)) ? MK_LINK_CRC_NO_BOOT : link->seed;
        (void)mk_link_put32(end, ~mk_link_crc(seed, raw, n));
        n += MK_LINK_CRC_SIZE;
    } else if (link->open) {
        n = mk_link_pick_record(link, raw);
    } else {
        /* Nobody listens. */
    }
    if (n == 0u) {
        return false;
    }
    tx[0] = 0;
    link->tx_at = (uint16_t)(link->fresh ? 0u : 1u);
    link->tx_end = (uint16_t)(1u + mk_link_cobs(&tx[1], raw, (uint16_t)n));
    link->fresh = false;
    return true;
}

bool mk_link_poll(mk_link *link)
{
    const mk_link_config *config = link->config;
    mk_link_advance(link);
    if (link->now >= link->beat) {
        link->beat = link->now + config->tick_hz;
        mk_link_on_beat(link);
    }
    for (uint8_t i = 0; (config->longest_wait != 0u) && (i < config->sensor_count); i++) {
        const mk_link_stream *s = &config->streams[i];
        if ((s->staged != 0u) && (link->now >= (s->tick + config->longest_wait))) {
            mk_link_flush(link, i);
        }
    }
    for (;;) {
        size_t left = (size_t)link->tx_end - link->tx_at;
        size_t took = (left == 0u) ? 0u
                                   : config->port.write(config->port.context,
                                                        &config->tx[link->tx_at], left);
        link->tx_at = (uint16_t)(link->tx_at + took);
        if (took != left) {
            return true;
        }
        if (!mk_link_load(link)) {
            return false;
        }
    }
}

void mk_link_status(mk_link *link, const mk_link_health *health)
{
    link->health = *health;
    link->wanted |= MK_LINK_WANT_STATUS;
}

void mk_link_down(mk_link *link)
{
    link->tx_at = 0;
    link->tx_end = 0;
    link->fresh = true;
    link->open = link->config->one_way;
    link->repair_count = 0;
    mk_link_decoder_init(&link->decoder, link->rx, MK_LINK_HOST_FRAME);
}

static void mk_link_on_open(mk_link *link, const uint8_t *body)
{
    bool live = (body[1] & 1u) != 0u;
    link->cursor = live ? link->ring.next : link->ring.first;
    link->limit = link->cursor + mk_link_get16(&body[2]);
    link->repair_count = 0;
    link->open = true;
    link->wanted |= MK_LINK_WANT_HOLD;
}

static void mk_link_on_ack(mk_link *link, const uint8_t *body, uint16_t n)
{
    uint32_t committed = mk_link_get32(&body[2]);
    uint32_t limit = mk_link_get32(&body[6]);
    if ((committed - link->ring.first) <= (link->ring.next - link->ring.first)) {
        while (link->ring.first != committed) {
            mk_link_forget(link);
        }
    }
    if (mk_link_before(link->limit, limit)) {
        link->limit = limit;
    }
    uint32_t count = body[1];
    for (uint32_t i = 0; (i < count) && ((16u + (6u * i)) <= n); i++) {
        if (link->repair_count < MK_LINK_REPAIRS) {
            uint32_t at = (uint32_t)link->repair_first + link->repair_count;
            mk_link_repair *repair = &link->repairs[at % MK_LINK_REPAIRS];
            repair->seq = mk_link_get32(&body[10u + (6u * i)]);
            repair->count = mk_link_get16(&body[14u + (6u * i)]);
            link->repair_count++;
        }
    }
}

static void mk_link_on_ask(mk_link *link, const uint8_t *body)
{
    uint32_t items = mk_link_items(link->config);
    uint32_t end = (uint32_t)body[1] + body[2];
    link->item = body[1];
    link->item_end = (uint8_t)((end < items) ? end : items);
}

/* n: bytes without the checksum, which holds. */
static void mk_link_on_frame(mk_link *link, const uint8_t *body, uint16_t n)
{
    link->heard = link->now;
    if (body[0] == MK_LINK_KIND(MK_LINK_WAKE)) {
        link->wanted |= MK_LINK_WANT_HELLO;
    } else if ((body[0] == MK_LINK_KIND(MK_LINK_ASK)) && (n >= 3u)) {
        mk_link_on_ask(link, body);
    } else if ((body[0] == MK_LINK_KIND(MK_LINK_OPEN)) && (n >= 4u)) {
        mk_link_on_open(link, body);
    } else if ((body[0] == MK_LINK_KIND(MK_LINK_ACK)) && (n >= 10u)) {
        mk_link_on_ack(link, body, n);
    } else if ((body[0] == MK_LINK_KIND(MK_LINK_PROBE)) && (n >= 9u)) {
        link->probe = mk_link_get64(&body[1]);
        link->probed = link->now;
        link->wanted |= MK_LINK_WANT_ECHO;
    } else if (body[0] == MK_LINK_KIND(MK_LINK_CLOSE)) {
        link->open = false;
    } else {
        /* A frame of a later version, or our own words coming back. */
    }
}

void mk_link_receive(mk_link *link, const uint8_t *bytes, size_t n)
{
    mk_link_advance(link);
    if (link->config->one_way) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        uint16_t size = mk_link_decoder_put(&link->decoder, bytes[i]);
        if (size != 0u) {
            bool wake = link->rx[0] == MK_LINK_KIND(MK_LINK_WAKE);
            uint32_t seed = wake ? MK_LINK_CRC_NO_BOOT : link->seed;
            if (mk_link_crc_holds(seed, link->rx, size)) {
                mk_link_on_frame(link, link->rx, (uint16_t)(size - MK_LINK_CRC_SIZE));
            } else {
                link->refused++;
            }
        }
    }
}
