/* From class scores of single windows to decisions: smoothing, threshold, hold-off.
 * The meaning is motekit.core.decide.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_DECIDE_H
#define MK_DECIDE_H

#include <stdint.h>

#include "mk_config.h"

/* Forget earlier scores and any hold-off. */
void mk_decide_reset(void);

#if MK_CLASSES > 0
/* Scores of one more window, MK_CLASSES of them. Returns the class decided on: the one with the
 * largest sum over the last MK_SMOOTH windows (the lowest index among equals), if that sum of
 * (score + 128) reaches MK_THRESHOLD and no decision was made in the last MK_HOLD_OFF windows;
 * otherwise -1. Until MK_SMOOTH windows have come, always -1. */
int8_t mk_decide(const int8_t *scores);
#endif

#endif
