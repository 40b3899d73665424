/* Frames of the mote link: CRC-32, COBS, and the bytes of a frame. SPEC.md, "Mote link".
 * Used by both ends; knows nothing of sessions.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_LINK_FRAME_H
#define MK_LINK_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#define MK_LINK_VERSION 1u
#define MK_LINK_MAX_FRAME 1024u /* bytes of a raw frame, kind to CRC */
#define MK_LINK_HOST_FRAME 64u  /* the same for what a host sends */
#define MK_LINK_MAX_STREAMS 16u
#define MK_LINK_RECORD_HEAD 18u /* bytes before the payload of DATA, GAP and NOTE */
#define MK_LINK_CRC_SIZE 4u
#define MK_LINK_CRC_START 0xFFFFFFFFu
#define MK_LINK_CRC_NO_BOOT 0xDEBB20E3u /* the running CRC after four zeros */

/* Device to host: 1 to 15. Host to device: 16 to 31. */
#define MK_LINK_HELLO 1u
#define MK_LINK_DESCRIBE 2u
#define MK_LINK_DATA 3u
#define MK_LINK_GAP 4u
#define MK_LINK_NOTE 5u
#define MK_LINK_HOLD 6u
#define MK_LINK_STATUS 7u
#define MK_LINK_ECHO 8u
#define MK_LINK_WAKE 16u
#define MK_LINK_ASK 17u
#define MK_LINK_OPEN 18u
#define MK_LINK_ACK 19u
#define MK_LINK_PROBE 20u
#define MK_LINK_CLOSE 21u

#define MK_LINK_KIND(type) ((uint8_t)((MK_LINK_VERSION << 5) | (type)))

/* Bytes to write a raw frame of n bytes: codes, and a delimiter before and after. */
#define MK_LINK_TX_SIZE(n) ((n) + ((n) / 254u) + 3u)

/* The running CRC-32 (IEEE 802.3, reflected) after n more bytes. Start with
 * MK_LINK_CRC_START; the checksum is the complement of the end. */
uint32_t mk_link_crc(uint32_t crc, const uint8_t *bytes, uint32_t n);

/* The running CRC after the four bytes of a boot id, with which every checksum begins. */
uint32_t mk_link_crc_boot(uint32_t boot);

/* Whether the last four of n >= 5 bytes are the checksum of the others. */
bool mk_link_crc_holds(uint32_t seed, const uint8_t *bytes, uint32_t n);

/* COBS of n bytes and the delimiter into out; returns how many bytes that are. `in` may lie in
 * the same buffer, from out + 1 + n / 254 on. */
uint16_t mk_link_cobs(uint8_t *out, const uint8_t *in, uint16_t n);

/* Little endian, unaligned. The put functions return where to go on. */
uint8_t *mk_link_put16(uint8_t *at, uint16_t value);
uint8_t *mk_link_put32(uint8_t *at, uint32_t value);
uint8_t *mk_link_put64(uint8_t *at, uint64_t value);
uint16_t mk_link_get16(const uint8_t *at);
uint32_t mk_link_get32(const uint8_t *at);
uint64_t mk_link_get64(const uint8_t *at);

/* Frames out of a byte stream. Whatever came before, it is in step again after one delimiter. */
typedef struct {
    uint8_t *bytes;    /* the frame, without COBS */
    uint16_t size;     /* longest frame that fits */
    uint16_t used;     /* bytes of it so far */
    uint8_t code;      /* last COBS code; 0 at the start of a frame */
    uint8_t left;      /* bytes until the next code */
    bool bad;          /* wait for the delimiter */
    uint32_t rejected; /* frames that were too long, too short or no COBS */
} mk_link_decoder;

void mk_link_decoder_init(mk_link_decoder *decoder, uint8_t *bytes, uint16_t size);

/* Takes one byte. Returns the length of the frame it completes, else 0; the frame is in
 * decoder->bytes until the next call, its checksum not looked at yet. */
uint16_t mk_link_decoder_put(mk_link_decoder *decoder, uint8_t byte);

#endif
