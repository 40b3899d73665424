/* Where a host reaches the virtual mote: a pseudo terminal, a TCP port, or standard input and
 * output. POSIX.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_ENDPOINT_H
#define MK_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int in;
    int out;
    int server; /* -1 unless TCP */
    int slave;  /* -1 unless a pseudo terminal; kept open, so that hosts may come and go */
    char where[64];
} mk_endpoint;

/* Each returns false with errno set if the system refuses. */
bool mk_endpoint_pty(mk_endpoint *endpoint);
bool mk_endpoint_tcp(mk_endpoint *endpoint, uint16_t port); /* 127.0.0.1; 0: any free port */
bool mk_endpoint_stdio(mk_endpoint *endpoint);

/* Whether a host is there, as far as the device can know. */
bool mk_endpoint_connected(const mk_endpoint *endpoint);

/* Bytes that have come, at most n; 0 if none. Takes a waiting host on first. */
size_t mk_endpoint_read(mk_endpoint *endpoint, uint8_t *bytes, size_t n);

/* Send what can be sent without waiting; the rest is lost. */
void mk_endpoint_write(mk_endpoint *endpoint, const uint8_t *bytes, size_t n);

#endif
