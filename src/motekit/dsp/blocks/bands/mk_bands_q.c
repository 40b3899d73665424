/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_bands.h"

#include "mk_fix.h"
#include "mk_svf.h"
#include "mk_wide.h"

/* The state: frames seen, then for each channel and band the sum of squares (low and high word)
 * and the states of the sections. */
static uint32_t width(const mk_bands_params *p)
{
    return 2U + (4U * p->sections);
}

static uint64_t joined(const uint32_t *words)
{
    return ((uint64_t)words[1] << 32) | words[0];
}

void mk_bands_init(const mk_bands_params *p, void *state)
{
    uint32_t *at = (uint32_t *)state;
    at[0] = 0;
    at++;
    for (uint32_t i = (uint32_t)p->channels * p->bands; i > 0U; i--) {
        at[0] = 0;
        at[1] = 0;
        at += width(p);
    }
}

/* The square of v / 2^less, rounded. */
static uint64_t square(int32_t v, int32_t less)
{
    const int32_t y =
        (less > 0) ? (((v >> (uint32_t)(less - 1)) + 1) >> 1) : (v * (1 << (uint32_t)(-less)));
    return mk_square((uint32_t)((y < 0) ? -y : y));
}

void mk_bands_step(const mk_bands_params *p, void *state, const mk_sample *frame)
{
    uint32_t *const seen = (uint32_t *)state;
    uint32_t *at = &seen[1];
    for (uint32_t c = 0; c < p->channels; c++) {
        const int32_t *rows = p->rows;
        for (uint32_t b = 0; b < p->bands; b++) {
            const mk_svf_cascade_q band = {rows, p->sections, p->ups[b], p->mixes[b]};
            mk_svf_state *const sections = (mk_svf_state *)(void *)&at[2];
            if (*seen == 0U) {
                mk_svf_start_q(&band, sections, frame[c]);
            }
            const int32_t y = mk_svf_q(&band, sections, frame[c]);
            if (*seen >= p->settle) {
                const uint64_t sum = joined(at) + square(y, (int32_t)p->ups[b] - p->point);
                at[0] = (uint32_t)sum;
                at[1] = (uint32_t)(sum >> 32);
            }
            rows = &rows[6U * p->sections];
            at += width(p);
        }
    }
    (*seen)++;
}

/* Power of several bands of a channel together, and the floor. */
static mk_wide part(const mk_bands_params *p, const uint32_t *at, uint32_t bits, uint32_t c)
{
    uint64_t sum = joined(&p->floors[2U * c]);
    for (uint32_t b = 0; b < p->bands; b++) {
        if (((bits >> b) & 1U) != 0U) {
            sum += joined(at);
        }
        at += width(p);
    }
    return mk_wide_from(sum, 0);
}

static void put_channel(const mk_bands_params *p, const uint32_t *at, uint32_t c,
                        mk_features *out)
{
    if ((p->wanted & MK_BANDS_POWER) != 0U) {
        for (uint32_t b = 0; b < p->bands; b++) {
            mk_put_q(out, mk_wide_log2(part(p, at, (uint32_t)1 << b, c)) + p->offsets[c]);
        }
    }
    if ((p->wanted & MK_BANDS_SHARE) != 0U) {
        const mk_wide all = part(p, at, 0xFFFFU, c);
        for (uint32_t b = 0; b < p->bands; b++) {
            const mk_wide own = mk_wide_from(joined(&at[b * width(p)]), 0);
            mk_put_q(out, mk_wide_to(mk_wide_over(own, all), -30));
        }
    }
    for (uint32_t i = 0; i < p->count; i++) {
        const int32_t above = mk_wide_log2(part(p, at, p->ratios[2U * i], c));
        mk_put_q(out, above - mk_wide_log2(part(p, at, p->ratios[(2U * i) + 1U], c)));
    }
}

void mk_bands_finish(const mk_bands_params *p, void *state, const mk_history *h, void *scratch,
                     mk_features *out)
{
    const uint32_t *at = &((const uint32_t *)state)[1];
    (void)h;
    (void)scratch;
    for (uint32_t c = 0; c < p->channels; c++) {
        put_channel(p, at, c, out);
        at += width(p) * p->bands;
    }
}
