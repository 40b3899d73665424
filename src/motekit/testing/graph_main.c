/* Runs the graphs of mk_cases.c on this computer. Standard input: requests, each a case number
 * and its inputs; standard output: their outputs. Every buffer has exactly its size, so that an
 * address sanitizer sees the first byte beyond. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    void (*run)(const void *const *in, void *const *out);
    uint32_t ins, outs;
    uint32_t bytes[16]; /* of the inputs, then of the outputs */
} mk_case;

extern const mk_case mk_cases[];
extern const uint32_t mk_case_count;

static int mk_serve(const mk_case *c)
{
    void *buffers[16] = {0};
    int ok = 1;
    for (uint32_t i = 0U; i < c->ins + c->outs; i++) {
        buffers[i] = malloc(c->bytes[i]);
        ok = ok && (buffers[i] != NULL);
    }
    for (uint32_t i = 0U; ok && (i < c->ins); i++) {
        ok = fread(buffers[i], 1U, c->bytes[i], stdin) == c->bytes[i];
    }
    if (ok) {
        c->run((const void *const *)buffers, &buffers[c->ins]);
    }
    for (uint32_t i = c->ins; ok && (i < c->ins + c->outs); i++) {
        ok = fwrite(buffers[i], 1U, c->bytes[i], stdout) == c->bytes[i];
    }
    for (uint32_t i = 0U; i < c->ins + c->outs; i++) {
        free(buffers[i]);
    }
    return ok;
}

int main(void)
{
    uint32_t which = 0U;
    while (fread(&which, sizeof which, 1U, stdin) == 1U) {
        if ((which >= mk_case_count) || !mk_serve(&mk_cases[which])) {
            return 1;
        }
    }
    return 0;
}
