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
 * Returns the exit code, or -1 to go on. */
static MK_PART int obey(uint32_t command)
{
    int code = -1;
    if (command == RESTART) {
        mk_init();
    } else if (command == IDENTITY) {
        mk_write(mk_identity, (uint32_t)sizeof mk_identity);
    } else {
        code = (command == QUIT) ? 0 : 1;
    }
    return code;
}

int main(void)
{
    exchange x;
    int code = obey(RESTART);
    while ((code < 0) && (mk_read(&x.in, (uint32_t)sizeof x.in) == sizeof x.in)) {
        if (x.in.command == PUSH) {
            push(&x);
        } else {
            code = obey(x.in.command);
        }
    }
    return (code < 0) ? 0 : code;
}
