/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_link_reader.h"

#define MK_LINK_HELLO_SIZE 25u /* least bytes without the checksum */
#define MK_LINK_HOLD_HEAD 21u
#define MK_LINK_HOLD_STREAM 12u
#define MK_LINK_ITEM_SENSOR 1u

static bool mk_link_after(uint32_t a, uint32_t b)
{
    return (b - a) >= 0x80000000u;
}

void mk_link_reader_init(mk_link_reader *reader, mk_link_reader_port port, uint8_t *buffer,
                         uint16_t size)
{
    *reader = (mk_link_reader){0};
    reader->port = port;
    mk_link_decoder_init(&reader->decoder, buffer, size);
}

static void mk_link_reader_hello(mk_link_reader *reader, const uint8_t *body)
{
    uint32_t boot = mk_link_get32(&body[8]);
    bool known = (reader->boots > 0u) && (boot == reader->boot);
    for (uint32_t i = 0; (i + 1u) < reader->boots; i++) {
        known = known || (boot == reader->past[i]);
    }
    if (known) {
        return;
    }
    for (uint32_t i = MK_LINK_PAST - 1u; i > 0u; i--) {
        reader->past[i] = reader->past[i - 1u];
    }
    reader->past[0] = reader->boot;
    reader->boot = boot;
    reader->boots = (uint8_t)((reader->boots <= MK_LINK_PAST) ? (reader->boots + 1u) : reader->boots);
    reader->seed = mk_link_crc_boot(boot);
    reader->held_at = 0;
    for (uint32_t i = 0; i < MK_LINK_MAX_STREAMS; i++) {
        reader->tracks[i] = (mk_link_track){0};
    }
    reader->port.boot(reader->port.context, boot);
}

static void mk_link_reader_item(mk_link_reader *reader, const uint8_t *body, uint32_t n)
{
    if ((n >= 10u) && (body[2] == MK_LINK_ITEM_SENSOR) && (body[3] < MK_LINK_MAX_STREAMS)) {
        uint32_t width = (body[4] == 5u) ? 4u : body[4];
        reader->tracks[body[3]].size = (uint16_t)(width * body[5]);
    }
}

/* Samples from `expected` to `end` will not come any more. */
static void mk_link_reader_miss(mk_link_reader *reader, uint8_t stream, uint32_t end,
                                uint8_t reason)
{
    mk_link_track *track = &reader->tracks[stream];
    if (mk_link_after(end, track->expected)) {
        mk_link_missing missing = {track->expected, end - track->expected, stream, reason};
        track->expected = end;
        reader->port.missing(reader->port.context, &missing);
    }
}

static void mk_link_reader_hold(mk_link_reader *reader, const uint8_t *body, uint32_t n)
{
    uint64_t tick = mk_link_get64(&body[1]);
    uint32_t count = (n - MK_LINK_HOLD_HEAD) / MK_LINK_HOLD_STREAM;
    if (tick < reader->held_at) {
        return;
    }
    reader->held_at = tick;
    for (uint8_t i = 0; (i < count) && (i < MK_LINK_MAX_STREAMS); i++) {
        const uint8_t *at = &body[MK_LINK_HOLD_HEAD + (MK_LINK_HOLD_STREAM * i)];
        uint32_t held = mk_link_get32(&at[8]);
        if (reader->tracks[i].started) {
            mk_link_reader_miss(reader, i, held, 0);
        } else {
            reader->tracks[i].expected = held;
            reader->tracks[i].started = true;
        }
    }
}

/* A DATA or GAP frame of count samples: whether it is new; reports what it leaves out. */
static bool mk_link_reader_place(mk_link_reader *reader, const uint8_t *body, uint32_t count)
{
    mk_link_track *track = &reader->tracks[body[1]];
    uint32_t index = mk_link_get32(&body[6]);
    if (!track->started || (track->size == 0u)) {
        reader->early++;
        return false;
    }
    if (mk_link_after(track->expected, index) || (count == 0u)) {
        reader->late++;
        return false;
    }
    mk_link_reader_miss(reader, body[1], index, 0);
    return true;
}

static void mk_link_reader_data(mk_link_reader *reader, const uint8_t *body, uint32_t n)
{
    mk_link_track *track = &reader->tracks[body[1]];
    uint32_t size = (track->size == 0u) ? 1u : track->size;
    uint32_t bytes = n - MK_LINK_RECORD_HEAD;
    if (((bytes % size) == 0u) && mk_link_reader_place(reader, body, bytes / size)) {
        mk_link_samples samples = {&body[MK_LINK_RECORD_HEAD], mk_link_get64(&body[10]),
                                   track->expected, bytes / size, body[1]};
        track->expected += samples.count;
        reader->port.samples(reader->port.context, &samples);
    }
}

static void mk_link_reader_gap(mk_link_reader *reader, const uint8_t *body)
{
    uint32_t count = mk_link_get32(&body[MK_LINK_RECORD_HEAD]);
    if (mk_link_reader_place(reader, body, count)) {
        uint32_t end = reader->tracks[body[1]].expected + count;
        mk_link_reader_miss(reader, body[1], end, body[MK_LINK_RECORD_HEAD + 4u]);
    }
}

/* n: bytes without the checksum, which holds. */
static void mk_link_reader_frame(mk_link_reader *reader, const uint8_t *body, uint32_t n)
{
    bool record = (n >= MK_LINK_RECORD_HEAD) && (body[1] < MK_LINK_MAX_STREAMS);
    if ((body[0] == MK_LINK_KIND(MK_LINK_HELLO)) && (n >= MK_LINK_HELLO_SIZE)) {
        mk_link_reader_hello(reader, body);
    } else if (body[0] == MK_LINK_KIND(MK_LINK_DESCRIBE)) {
        mk_link_reader_item(reader, body, n);
    } else if ((body[0] == MK_LINK_KIND(MK_LINK_HOLD)) && (n >= MK_LINK_HOLD_HEAD)) {
        mk_link_reader_hold(reader, body, n);
    } else if ((body[0] == MK_LINK_KIND(MK_LINK_DATA)) && record) {
        mk_link_reader_data(reader, body, n);
    } else if ((body[0] == MK_LINK_KIND(MK_LINK_GAP)) && record && (n == 23u)) {
        mk_link_reader_gap(reader, body);
    } else {
        /* Nothing that samples depend on. */
    }
}

void mk_link_reader_put(mk_link_reader *reader, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t size = mk_link_decoder_put(&reader->decoder, bytes[i]);
        if (size != 0u) {
            const uint8_t *body = reader->decoder.bytes;
            bool hello = body[0] == MK_LINK_KIND(MK_LINK_HELLO);
            uint32_t seed = hello ? MK_LINK_CRC_NO_BOOT : reader->seed;
            bool known = hello || (reader->boots != 0u);
            if (known && mk_link_crc_holds(seed, body, size)) {
                mk_link_reader_frame(reader, body, size - MK_LINK_CRC_SIZE);
            } else {
                reader->refused++;
            }
        }
    }
}
