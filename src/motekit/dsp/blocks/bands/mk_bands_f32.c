/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_bands.h"

#include "mk_log.h"
#include "mk_svf.h"

#define MK_CHUNK 256U /* squares that are added up by themselves */

/* The state: frames seen, then for each channel and band the sum of squares of the chunk under way,
 * that of the chunks before, and the states of the sections. */
static uint32_t width(const mk_bands_params *p)
{
    return 2U + (2U * p->sections);
}

void mk_bands_init(const mk_bands_params *p, void *state)
{
    uint32_t *const seen = (uint32_t *)state;
    float *at = (float *)(void *)&seen[1];
    *seen = 0;
    for (uint32_t i = (uint32_t)p->channels * p->bands; i > 0U; i--) {
        at[0] = 0.0F;
        at[1] = 0.0F;
        at += width(p);
    }
}

void mk_bands_step(const mk_bands_params *p, void *state, const mk_sample *frame)
{
    uint32_t *const seen = (uint32_t *)state;
    float *at = (float *)(void *)&seen[1];
    const uint32_t counted = (*seen >= p->settle) ? 1U : 0U;
    const uint32_t full = (((*seen + 1U) % MK_CHUNK) == 0U) ? 1U : 0U;
    for (uint32_t c = 0; c < p->channels; c++) {
        mk_svf_cascade_f32 band = {p->rows, p->sections};
        for (uint32_t b = 0; b < p->bands; b++) {
            if (*seen == 0U) {
                mk_svf_start_f32(&band, &at[2], (float)frame[c]);
            }
            const float y = mk_svf_f32(&band, &at[2], (float)frame[c]);
            if (counted != 0U) {
                at[0] += y * y;
            }
            if (full != 0U) {
                at[1] += at[0];
                at[0] = 0.0F;
            }
            band.rows = &band.rows[6U * p->sections];
            at += width(p);
        }
    }
    (*seen)++;
}

/* Power of several bands together. */
static float part(const mk_bands_params *p, const float *power, uint32_t bits)
{
    float sum = 0.0F;
    for (uint32_t b = 0; b < p->bands; b++) {
        if (((bits >> b) & 1U) != 0U) {
            sum += power[b];
        }
    }
    return sum;
}

static void put_channel(const mk_bands_params *p, const float *power, mk_features *out)
{
    if ((p->wanted & MK_BANDS_POWER) != 0U) {
        for (uint32_t b = 0; b < p->bands; b++) {
            mk_put_f32(out, mk_log10f(power[b] + p->floor));
        }
    }
    if ((p->wanted & MK_BANDS_SHARE) != 0U) {
        const float all = part(p, power, 0xFFFFU) + p->floor;
        for (uint32_t b = 0; b < p->bands; b++) {
            mk_put_f32(out, power[b] / all);
        }
    }
    for (uint32_t i = 0; i < p->count; i++) {
        const float above = part(p, power, p->ratios[2U * i]) + p->floor;
        const float below = part(p, power, p->ratios[(2U * i) + 1U]) + p->floor;
        mk_put_f32(out, mk_log10f(above) - mk_log10f(below));
    }
}

void mk_bands_finish(const mk_bands_params *p, void *state, const mk_history *h, void *scratch,
                     mk_features *out)
{
    const uint32_t *const seen = (const uint32_t *)state;
    const float *at = (const float *)(const void *)&seen[1];
    float power[MK_BANDS_MOST];
    (void)h;
    (void)scratch;
    for (uint32_t c = 0; c < p->channels; c++) {
        for (uint32_t b = 0; b < p->bands; b++) {
            power[b] = (at[0] + at[1]) * p->unit[c];
            at += width(p);
        }
        put_channel(p, power, out);
    }
}
