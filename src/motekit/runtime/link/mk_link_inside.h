/* What the files of the link share and nobody else calls.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_LINK_INSIDE_H
#define MK_LINK_INSIDE_H

#include "mk_link.h"

/* mk_link.wanted: control frames to be sent, the lowest bit first. */
#define MK_LINK_WANT_HELLO 1u
#define MK_LINK_WANT_ECHO 2u
#define MK_LINK_WANT_HOLD 4u
#define MK_LINK_WANT_STATUS 8u

/* Read the counter and carry its wraps into link->now. */
void mk_link_advance(mk_link *link);

/* Forget the oldest frame in the ring and move `held` of its stream past it. */
void mk_link_forget(mk_link *link);

/* Items of the description: the device, then each sensor followed by its channels. */
uint8_t mk_link_items(const mk_link_config *config);

/* Bodies of control frames, from `at` on; each returns its end. */
uint8_t *mk_link_build_hello(const mk_link *link, uint8_t *at);
uint8_t *mk_link_build_item(const mk_link *link, uint8_t *at);
uint8_t *mk_link_build_hold(const mk_link *link, uint8_t *at);
uint8_t *mk_link_build_status(const mk_link *link, uint8_t *at);
uint8_t *mk_link_build_echo(const mk_link *link, uint8_t *at);

#endif
