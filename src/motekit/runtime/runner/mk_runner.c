/* Plays samples into the program and reports what it made of them: on an emulated core for the
 * proof, on a board over whatever mk_read and mk_write are there (SPEC.md, "The proof runner").
 * Every sample goes through the same two functions that a product calls.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "mk_pipeline.h"
#include "mk_semihost.h"

/* Small rather than fast. */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((minsize)), apply_to = function)
#endif

enum { RESTART = 'R', PUSH = 'P', IDENTITY = 'I', QUIT = 'Q' };

/* Besides exit codes 0 and 1; without its last bit it is 0 too, for the end of the input. */
enum { GO_ON = 2 };

/* Requests have one size, so that a frame costs one read. */
typedef struct {
    uint32_t command;
    mk_sample frame[MK_CHANNELS];
} request;

/* A request is done with before its answer is made. */
typedef union {
    request in;
    mk_result out;
} exchange;

static void push(exchange *x)
{
    (void)mk_push(x->in.frame);
    if (mk_process(&x->out) != 0) {
        mk_write(&x->out, (uint32_t)sizeof x->out);
        mk_write(mk_last_features(), (uint32_t)(MK_FEATURES * sizeof(int16_t)));
    }
}

/* Commands other than PUSH; apart from main, whose stack lies below all that a push needs.
 * Returns the exit code, or GO_ON. */
static MK_PART uint32_t obey(uint32_t command)
{
    uint32_t code = GO_ON;
    if (command == RESTART) {
        mk_init();
    } else if (command == IDENTITY) {
        mk_write(mk_identity, (uint32_t)sizeof mk_identity);
    } else {
        code = (command == QUIT) ? 0U : 1U;
    }
    return code;
}

int main(void)
{
    exchange x;
    uint32_t code = GO_ON;
    x.in.command = RESTART;
    do {
        if (x.in.command == PUSH) {
            push(&x);
        } else {
            code = obey(x.in.command);
        }
    } while ((code == (uint32_t)GO_ON) && (mk_read(&x.in, (uint32_t)sizeof x.in) == sizeof x.in));
    return (int)(code & 1U);
}

#if defined(__clang__)
#pragma clang attribute pop
#endif
