/* The virtual mote as a program: the device's end of the mote link, replaying recorded samples
 * in real time, with seeded faults. See README.md.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mk_endpoint.h"
#include "mk_faults.h"
#include "mk_vmote.h"

#define MK_MOST_EVENTS 32u
#define MK_STEP_NS 2000000

typedef struct {
    const char *replay;
    const char *where; /* "--pty", "--tcp" or "--stdio" */
    uint16_t port;
    double seconds; /* 0: for ever */
    mk_vmote_setup setup;
    mk_faults_rates rates;
    double outages[MK_MOST_EVENTS][2];
    double resets[MK_MOST_EVENTS];
    uint32_t outage_count;
    uint32_t reset_count;
} mk_options;

typedef struct {
    mk_options options;
    mk_vmote mote;
    mk_endpoint endpoint;
    mk_faults up;
    mk_faults down;
    uint8_t out[MK_VMOTE_OUT];
    mk_vmote_chunk chunks[MK_VMOTE_CHUNKS];
    uint32_t reset_next;
} mk_app;

static mk_app mk_the_app;

static const char mk_usage[] =
    "usage: virtual_mote REPLAY [--pty | --tcp PORT | --stdio] [--one-way] [--seed N]\n"
    "  [--seconds S] [--ring BYTES] [--drift-ppm X] [--rate-ppm X] [--jitter-us X]\n"
    "  [--drop P] [--duplicate P] [--reorder P] [--truncate P] [--flip P]\n"
    "  [--outage START:STOP]... [--reset SECOND]...\n";

/* An option with a number; false if it is none of these. */
static bool mk_number(mk_options *o, const char *name, double value)
{
    struct {
        const char *name;
        double *at;
    } reals[] = {
        {"--seconds", &o->seconds},           {"--drift-ppm", &o->setup.drift_ppm},
        {"--rate-ppm", &o->setup.rate_ppm},   {"--jitter-us", &o->setup.jitter_s},
        {"--drop", &o->rates.drop},           {"--duplicate", &o->rates.duplicate},
        {"--reorder", &o->rates.reorder},     {"--truncate", &o->rates.truncate},
        {"--flip", &o->rates.flip},
    };
    for (size_t i = 0; i < (sizeof reals / sizeof reals[0]); i++) {
        if (strcmp(name, reals[i].name) == 0) {
            *reals[i].at = value;
            return true;
        }
    }
    if (strcmp(name, "--seed") == 0) {
        o->setup.seed = (uint32_t)value;
    } else if (strcmp(name, "--ring") == 0) {
        o->setup.ring_size = (uint32_t)value;
    } else if (strcmp(name, "--tcp") == 0) {
        o->where = name;
        o->port = (uint16_t)value;
    } else if ((strcmp(name, "--reset") == 0) && (o->reset_count < MK_MOST_EVENTS)) {
        o->resets[o->reset_count] = value;
        o->reset_count++;
    } else {
        return false;
    }
    return true;
}

static bool mk_outage(mk_options *o, const char *text)
{
    double *pair = o->outages[o->outage_count % MK_MOST_EVENTS];
    if ((o->outage_count == MK_MOST_EVENTS) || (sscanf(text, "%lf:%lf", &pair[0], &pair[1]) != 2)) {
        return false;
    }
    o->outage_count++;
    return true;
}

static bool mk_parse(mk_options *o, int argc, char **argv)
{
    o->where = "--pty";
    o->setup.seed = 1u;
    o->setup.tick_hz = 1000000u;
    o->setup.ring_size = 4194304u;
    o->setup.max_frame = MK_LINK_MAX_FRAME;
    o->setup.status = 1u;
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];
        const char *next = ((i + 1) < argc) ? argv[i + 1] : "";
        char *end = NULL;
        double value = strtod(next, &end);
        bool number = (end != next) && (*end == '\0');
        if ((strcmp(name, "--pty") == 0) || (strcmp(name, "--stdio") == 0)) {
            o->where = name;
        } else if (strcmp(name, "--one-way") == 0) {
            o->setup.one_way = 1u;
        } else if ((strcmp(name, "--outage") == 0) && mk_outage(o, next)) {
            i++;
        } else if (number && mk_number(o, name, value)) {
            i++;
        } else if ((name[0] != '-') && (o->replay == NULL)) {
            o->replay = name;
        } else {
            return false;
        }
    }
    o->setup.jitter_s *= 1e-6;
    o->setup.boot = o->setup.seed * 2654435761u;
    return o->replay != NULL;
}

static uint8_t *mk_load(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    uint8_t *bytes = NULL;
    if ((fseek(file, 0, SEEK_END) == 0) && (ftell(file) > 0)) {
        *size = (size_t)ftell(file);
        rewind(file);
        bytes = malloc(*size);
        if ((bytes != NULL) && (fread(bytes, 1u, *size, file) != *size)) {
            free(bytes);
            bytes = NULL;
        }
    }
    (void)fclose(file);
    return bytes;
}

static void mk_to_host(void *context, const uint8_t *bytes, size_t n)
{
    mk_endpoint_write((mk_endpoint *)context, bytes, n);
}

static void mk_to_mote(void *context, const uint8_t *bytes, size_t n)
{
    mk_vmote_receive((mk_vmote *)context, bytes, n);
}

static bool mk_reachable(const mk_options *o, double now_s)
{
    for (uint32_t i = 0; i < o->outage_count; i++) {
        if ((now_s >= o->outages[i][0]) && (now_s < o->outages[i][1])) {
            return false;
        }
    }
    return true;
}

/* One look at the clock: what came goes in, what was made goes out. */
static void mk_step(mk_app *a, uint64_t now_ns)
{
    uint8_t heard[4096];
    uint32_t counts[2];
    double now_s = (double)now_ns * 1e-9;
    if ((a->reset_next < a->options.reset_count) && (now_s >= a->options.resets[a->reset_next])) {
        a->reset_next++;
        (void)mk_vmote_reset(&a->mote, a->options.setup.boot + a->reset_next, 4u);
    }
    bool reachable = mk_reachable(&a->options, now_s);
    size_t n = mk_endpoint_read(&a->endpoint, heard, sizeof heard);
    mk_vmote_connect(&a->mote, mk_endpoint_connected(&a->endpoint));
    if ((n > 0u) && reachable) {
        mk_faults_carry(&a->down, heard, n);
    }
    uint64_t reached = 0;
    while (reached < now_ns) {
        reached = mk_vmote_run(&a->mote, now_ns);
        mk_vmote_copy(&a->mote, a->out, a->chunks, counts);
        for (uint32_t i = 0; reachable && (i < counts[1]); i++) {
            mk_faults_carry(&a->up, &a->out[a->chunks[i].start], a->chunks[i].count);
        }
    }
}

static uint64_t mk_clock_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return ((uint64_t)now.tv_sec * 1000000000u) + (uint64_t)now.tv_nsec;
}

static void mk_run(mk_app *a)
{
    const struct timespec step = {0, MK_STEP_NS};
    uint64_t began = mk_clock_ns();
    double seconds = a->options.seconds;
    uint64_t now = 0;
    do {
        (void)nanosleep(&step, NULL);
        now = mk_clock_ns() - began;
        mk_step(a, now);
    } while ((seconds == 0.0) || (((double)now * 1e-9) < seconds));
}

static int mk_fail(const char *what, const char *value)
{
    (void)fprintf(stderr, "virtual_mote: %s: %s\n", value, what);
    return 2;
}

int main(int argc, char **argv)
{
    mk_options *o = &mk_the_app.options;
    size_t size = 0;
    if (!mk_parse(o, argc, argv)) {
        (void)fputs(mk_usage, stderr);
        return 2;
    }
    uint8_t *replay = mk_load(o->replay, &size);
    if (replay == NULL) {
        return mk_fail("cannot read", o->replay);
    }
    uint8_t *ring = malloc(o->setup.ring_size);
    if ((ring == NULL) || !mk_vmote_make(&mk_the_app.mote, ring, replay, size, &o->setup)) {
        return mk_fail("not a replay, or the ring is too small or too large", o->replay);
    }
    bool good = (strcmp(o->where, "--stdio") == 0)  ? mk_endpoint_stdio(&mk_the_app.endpoint)
                : (strcmp(o->where, "--tcp") == 0) ? mk_endpoint_tcp(&mk_the_app.endpoint, o->port)
                                                   : mk_endpoint_pty(&mk_the_app.endpoint);
    if (!good) {
        return mk_fail(strerror(errno), o->where);
    }
    mk_the_app.up = (mk_faults){.rates = o->rates, .context = &mk_the_app.endpoint, .deliver = mk_to_host,
                         .random = o->setup.seed};
    mk_the_app.down = (mk_faults){.rates = o->rates, .context = &mk_the_app.mote, .deliver = mk_to_mote,
                           .random = o->setup.seed ^ 0x5A5A5A5Au};
    (void)fprintf(stderr, "virtual mote on %s\n", mk_the_app.endpoint.where);
    mk_run(&mk_the_app);
    free(ring);
    free(replay);
    return 0;
}
