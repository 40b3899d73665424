/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_decide.h"

#if MK_CLASSES > 0

#if (MK_SMOOTH > 1) || (MK_HOLD_OFF > 0)
static struct {
#if MK_SMOOTH > 1
    uint8_t scores[MK_SMOOTH][MK_CLASSES]; /* score + 128 of the latest windows */
    uint16_t seen;                         /* windows since the reset, at most MK_SMOOTH */
    uint16_t slot;                         /* row that the next window overwrites */
#endif
    uint16_t hold; /* windows during which no decision may be made */
} decide;
#endif

void mk_decide_reset(void)
{
#if MK_SMOOTH > 1
    decide.seen = 0;
    decide.slot = 0;
#endif
#if (MK_SMOOTH > 1) || (MK_HOLD_OFF > 0)
    decide.hold = 0;
#endif
}

/* Sum over the smoothing windows of (score + 128) of one class. */
static uint32_t sum_of(uint32_t class_index, const int8_t *scores)
{
#if MK_SMOOTH > 1
    uint32_t sum = 0;
    (void)scores;
    for (uint32_t i = 0; i < MK_SMOOTH; i++) {
        sum += decide.scores[i][class_index];
    }
    return sum;
#else
    return (uint32_t)((int32_t)scores[class_index] + 128);
#endif
}

int8_t mk_decide(const int8_t *scores)
{
#if MK_SMOOTH > 1
    for (uint32_t c = 0; c < MK_CLASSES; c++) {
        decide.scores[decide.slot][c] = (uint8_t)((int32_t)scores[c] + 128);
    }
    decide.slot = (uint16_t)(((decide.slot + 1U) == MK_SMOOTH) ? 0U : (decide.slot + 1U));
    if (decide.seen < MK_SMOOTH) {
        decide.seen++;
    }
#endif
    uint32_t best = 0;
    uint32_t best_sum = sum_of(0, scores);
    for (uint32_t c = 1; c < MK_CLASSES; c++) {
        const uint32_t sum = sum_of(c, scores);
        if (sum > best_sum) {
            best_sum = sum;
            best = c;
        }
    }
#if (MK_SMOOTH > 1) || (MK_HOLD_OFF > 0)
    if (decide.hold > 0U) {
        decide.hold--;
        return -1;
    }
#endif
#if MK_SMOOTH > 1
    if (decide.seen < MK_SMOOTH) {
        return -1;
    }
#endif
    if (best_sum < MK_THRESHOLD) {
        return -1;
    }
#if MK_HOLD_OFF > 0
    decide.hold = MK_HOLD_OFF;
#endif
    return (int8_t)best;
}

#else

void mk_decide_reset(void) {}

#endif
