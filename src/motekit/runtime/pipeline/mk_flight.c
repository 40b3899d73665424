/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_flight.h"

/* A window begins every MK_STRIDE frames; MK_FLIGHTS of them, one more than overlap, take turns:
 * when one begins, the one that had its place is complete. */
static struct {
    uint16_t seen[MK_FLIGHTS]; /* frames of each window; MK_WINDOW: none is under way */
    uint16_t wait;             /* frames until the next window begins */
    uint8_t next;              /* its place */
    uint8_t done;              /* place of the latest complete window */
} flight;

static uint32_t states[MK_FLIGHTS][MK_FLIGHT_WORDS];

void mk_flight_start(void)
{
    for (uint32_t i = 0; i < (uint32_t)MK_FLIGHTS; i++) {
        flight.seen[i] = MK_WINDOW;
    }
    flight.wait = 0;
    flight.next = 0;
    flight.done = 0;
}

void mk_flight_step(const mk_sample *frame)
{
    if (flight.wait == 0U) {
        const uint32_t place = flight.next;
        mk_window_start(states[place]);
        flight.seen[place] = 0;
        flight.next = (uint8_t)(((place + 1U) == (uint32_t)MK_FLIGHTS) ? 0U : (place + 1U));
        flight.wait = (MK_STRIDE < MK_WINDOW) ? MK_STRIDE : MK_WINDOW; /* gaps never come here */
    }
    flight.wait--;
    for (uint32_t i = 0; i < (uint32_t)MK_FLIGHTS; i++) {
        if (flight.seen[i] < MK_WINDOW) {
            mk_window_step(states[i], frame);
            flight.seen[i]++;
            if (flight.seen[i] == MK_WINDOW) {
                flight.done = (uint8_t)i;
            }
        }
    }
}

uint32_t *mk_flight_done(void)
{
    return states[flight.done];
}
