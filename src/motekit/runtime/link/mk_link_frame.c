/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_link_frame.h"

uint32_t mk_link_crc_boot(uint32_t boot)
{
    uint8_t bytes[4];
    (void)mk_link_put32(bytes, boot);
    return mk_link_crc(MK_LINK_CRC_START, bytes, 4u);
}

bool mk_link_crc_holds(uint32_t seed, const uint8_t *bytes, uint32_t n)
{
    uint32_t crc = mk_link_crc(seed, bytes, n - MK_LINK_CRC_SIZE);
    return mk_link_get32(&bytes[n - MK_LINK_CRC_SIZE]) == ~crc;
}

uint16_t mk_link_cobs(uint8_t *out, const uint8_t *in, uint16_t n)
{
    uint32_t code_at = 0;
    uint32_t to = 1;
    uint8_t code = 1;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t byte = in[i];
        if (byte != 0u) {
            out[to] = byte;
            to++;
            code++;
        }
        if ((byte == 0u) || ((code == 255u) && (i + 1u < n))) {
            out[code_at] = code;
            code_at = to;
            to++;
            code = 1;
        }
    }
    out[code_at] = code;
    out[to] = 0;
    return (uint16_t)(to + 1u);
}

uint8_t *mk_link_put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value & 255u);
    at[1] = (uint8_t)(value >> 8);
    return &at[2];
}

uint8_t *mk_link_put32(uint8_t *at, uint32_t value)
{
    (void)mk_link_put16(at, (uint16_t)(value & 0xFFFFu));
    return mk_link_put16(&at[2], (uint16_t)(value >> 16));
}

uint8_t *mk_link_put64(uint8_t *at, uint64_t value)
{
    (void)mk_link_put32(at, (uint32_t)(value & 0xFFFFFFFFu));
    return mk_link_put32(&at[4], (uint32_t)(value >> 32));
}

uint16_t mk_link_get16(const uint8_t *at)
{
    return (uint16_t)(at[0] | ((uint32_t)at[1] << 8));
}

uint32_t mk_link_get32(const uint8_t *at)
{
    return mk_link_get16(at) | ((uint32_t)mk_link_get16(&at[2]) << 16);
}

uint64_t mk_link_get64(const uint8_t *at)
{
    return mk_link_get32(at) | ((uint64_t)mk_link_get32(&at[4]) << 32);
}

void mk_link_decoder_init(mk_link_decoder *decoder, uint8_t *bytes, uint16_t size)
{
    decoder->bytes = bytes;
    decoder->size = size;
    decoder->used = 0;
    decoder->code = 0;
    decoder->left = 0;
    decoder->bad = false;
    decoder->rejected = 0;
}

static uint16_t mk_link_decoder_end(mk_link_decoder *decoder)
{
    uint16_t n = decoder->used;
    bool empty = (decoder->code == 0u) && !decoder->bad;
    bool whole = !decoder->bad && (decoder->left == 0u) && (n > MK_LINK_CRC_SIZE);
    if (!whole) {
        decoder->rejected += empty ? 0u : 1u;
        n = 0;
    }
    decoder->used = 0;
    decoder->code = 0;
    decoder->left = 0;
    decoder->bad = false;
    return n;
}

static void mk_link_decoder_append(mk_link_decoder *decoder, uint8_t byte)
{
    if (decoder->used < decoder->size) {
        decoder->bytes[decoder->used] = byte;
        decoder->used++;
    } else {
        decoder->bad = true;
    }
}

uint16_t mk_link_decoder_put(mk_link_decoder *decoder, uint8_t byte)
{
    if (byte == 0u) {
        return mk_link_decoder_end(decoder);
    }
    if (decoder->bad) {
        return 0;
    }
    if (decoder->left != 0u) {
        decoder->left--;
        mk_link_decoder_append(decoder, byte);
    } else {
        /* A code below 255 stands for a zero after its bytes, unless the frame ends there. */
        if ((decoder->code != 0u) && (decoder->code != 255u)) {
            mk_link_decoder_append(decoder, 0);
        }
        decoder->code = byte;
        decoder->left = (uint8_t)(byte - 1u);
    }
    return 0;
}
