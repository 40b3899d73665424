/* A transport that loses, doubles, delays past others, cuts and flips what it carries; seeded.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_FAULTS_H
#define MK_FAULTS_H

#include <stddef.h>
#include <stdint.h>

#define MK_FAULTS_PIECE 2048u

typedef struct {
    double drop; /* probabilities, per piece */
    double duplicate;
    double reorder;
    double truncate;
    double flip;
} mk_faults_rates;

typedef struct {
    mk_faults_rates rates;
    void *context;
    void (*deliver)(void *context, const uint8_t *bytes, size_t n);
    uint32_t random;
    size_t held; /* bytes of a piece that waits for the next one */
    uint8_t late[MK_FAULTS_PIECE];
    uint64_t pieces;
    uint64_t harmed;
} mk_faults;

/* Carry one piece, of at most MK_FAULTS_PIECE bytes; longer ones pass unharmed. */
void mk_faults_carry(mk_faults *faults, const uint8_t *bytes, size_t n);

#endif
