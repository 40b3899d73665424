/* Plays samples into the program and reports what it made of them: on an emulated core for the
 * proof, on a board over whatever mk_read and mk_write are there (SPEC.md, "The proof runner").
 * Every sample goes through the same two functions that a product calls.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "mk_pipeline.h"
#include "mk_semihost.h"

enum { RESTART = 'R', PUSH = 'P', IDENTITY = 'I', QUIT = 'Q' };

/* Requests have one size, so that a frame costs one read. */
typedef struct {
    uint32_t command;
    mk_sample frame[MK_CHANNELS];
} request;

static void push(const mk_sample *frame)
{
    mk_result result;
    (void)mk_push(frame);
    if (mk_process(&result) != 0) {
        mk_write(&result, (uint32_t)sizeof result);
        mk_write(mk_last_features(), (uint32_t)(MK_FEATURES * sizeof(int16_t)));
    }
}

int main(void)
{
    request in;
    mk_init();
    while (mk_read(&in, (uint32_t)sizeof in) == sizeof in) {
        if (in.command == PUSH) {
            push(in.frame);
        } else if (in.command == RESTART) {
            mk_init();
        } else if (in.command == IDENTITY) {
            mk_write(mk_identity, (uint32_t)sizeof mk_identity);
        } else {
            return (in.command == QUIT) ? 0 : 1;
        }
    }
    return 0;
}
