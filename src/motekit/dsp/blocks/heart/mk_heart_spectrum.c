/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_heart.h"

#include "mk_fix.h"

#define MK_KEPT 11U /* bits of an amplitude: squares of all bins add up to less than 2^32 */

/* 127 sin(2 pi i / 128), and a quarter more for the cosine. */
static const int8_t sine[160] = {
    0, 6, 12, 19, 25, 31, 37, 43, 49, 54, 60, 65, 71, 76, 81, 85,
    90, 94, 98, 102, 106, 109, 112, 115, 117, 120, 122, 123, 125, 126, 126, 127,
    127, 127, 126, 126, 125, 123, 122, 120, 117, 115, 112, 109, 106, 102, 98, 94,
    90, 85, 81, 76, 71, 65, 60, 54, 49, 43, 37, 31, 25, 19, 12, 6,
    0, -6, -12, -19, -25, -31, -37, -43, -49, -54, -60, -65, -71, -76, -81, -85,
    -90, -94, -98, -102, -106, -109, -112, -115, -117, -120, -122, -123, -125, -126, -126, -127,
    -127, -127, -126, -126, -125, -123, -122, -120, -117, -115, -112, -109, -106, -102, -98, -94,
    -90, -85, -81, -76, -71, -65, -60, -54, -49, -43, -37, -31, -25, -19, -12, -6,
    0, 6, 12, 19, 25, 31, 37, 43, 49, 54, 60, 65, 71, 76, 81, 85,
    90, 94, 98, 102, 106, 109, 112, 115, 117, 120, 122, 123, 125, 126, 126, 127};

/* Bins from low - 1 to 2 high + 1. */
static uint32_t bins_of(const mk_heart_params *p)
{
    return ((2U * p->high) + 3U) - p->low;
}

static uint32_t bit(const uint32_t *bits, uint32_t at)
{
    return (bits[at / 32U] >> (at % 32U)) & 1U;
}

/* One turn to every bin. The real part is in the lower half of a word, what it borrows included, the
 * imaginary part in the upper one; neither leaves 16 bits. */
static void add_turn(const mk_heart_params *p, uint32_t turn, uint32_t up, uint32_t *word)
{
    const uint32_t *const end = &word[bins_of(p)];
    const int32_t hann = (127 - sine[(turn >> 25) + 32U]) * (int32_t)p->unit;
    const int32_t weight = (up != 0U) ? hann : -hann;
    uint32_t phase = turn * (p->low - 1U);
    for (; word != end; word++) {
        const int8_t *const at = &sine[phase >> 25];
        const int32_t re = ((weight * at[32]) + 16384) >> 15;
        const int32_t im = ((weight * at[0]) + 16384) >> 15;
        *word += ((uint32_t)im << 16) + (uint32_t)re;
        phase += turn;
    }
}

/* The root of v, rounded down. */
static uint32_t root(uint32_t v)
{
    uint32_t rest = v;
    uint32_t out = 0;
    for (uint32_t place = (uint32_t)1 << 30; place != 0U; place >>= 2) {
        const uint32_t trial = out + place;
        out >>= 1;
        if (rest >= trial) {
            rest -= trial;
            out += place;
        }
    }
    return out;
}

static uint32_t size_of(uint32_t word)
{
    const int32_t re = (int32_t)(int16_t)(uint16_t)(word & 0xFFFFU);
    const int32_t im = (int32_t)(int16_t)(uint16_t)((word - (uint32_t)re) >> 16);
    return root((uint32_t)(re * re) + (uint32_t)(im * im));
}

/* The amplitudes of all bins, which are put first in scratch; returns the largest. */
static uint32_t scan(const mk_heart_params *p, const uint32_t *bits, uint32_t *scratch)
{
    const uint32_t bins = bins_of(p);
    uint32_t *const word = (p->parts > 1U) ? &scratch[bins] : scratch;
    const uint32_t step = 0xFFFFFFFFU / p->part;
    uint32_t start = 0;
    uint32_t most = 0;
    for (uint32_t part = 0; part < p->parts; part++) {
        for (uint32_t i = 0; i < bins; i++) {
            word[i] = 0;
        }
        uint32_t before = bit(bits, start);
        for (uint32_t t = 1; t < p->part; t++) {
            const uint32_t now = bit(bits, start + t);
            if (now != before) {
                add_turn(p, t * step, now, word);
            }
            before = now;
        }
        start += p->part;
        for (uint32_t i = 0; i < bins; i++) {
            scratch[i] = ((part == 0U) ? 0U : scratch[i]) + size_of(word[i]);
        }
    }
    for (uint32_t i = 0; i < bins; i++) {
        scratch[i] = (scratch[i] * 256U) / (p->low - 1U + i);
        most = (scratch[i] > most) ? scratch[i] : most;
    }
    return most;
}

/* Where a tone under a Hann window lies, from its bin and the two beside it, in 256ths of a bin. */
static int32_t refined(uint32_t left, uint32_t best, uint32_t right)
{
    const uint32_t side = (left > right) ? left : right;
    uint32_t way = 0;
    if ((2U * side) > best) {
        way = (256U * ((2U * side) - best)) / (side + best);
        way = (way > 128U) ? 128U : way;
    }
    return (right >= left) ? (int32_t)way : -(int32_t)way;
}

/* The bin of a[low - 1 + i] whose own amplitude and half of the second harmonic's is the most. */
static uint32_t strongest(const mk_heart_params *p, const uint32_t *a)
{
    uint32_t most = 0;
    uint32_t best = 1;
    for (uint32_t i = 1; i <= (((uint32_t)p->high - p->low) + 1U); i++) {
        const uint32_t *const twice = &a[((2U * i) + p->low) - 2U];
        uint32_t second = (twice[1] > twice[0]) ? twice[1] : twice[0];
        second = (twice[2] > second) ? twice[2] : second;
        if ((a[i] + (second / 2U)) > most) {
            most = a[i] + (second / 2U);
            best = i;
        }
    }
    return best;
}

void mk_heart_spectrum(const mk_heart_params *p, const uint32_t *bits, uint32_t *scratch,
                       mk_heart_peak *peak)
{
    const uint32_t most = scan(p, bits, scratch);
    if (most == 0U) {
        return;
    }
    uint32_t shift = 0;
    while ((most >> shift) >= ((uint32_t)1 << MK_KEPT)) {
        shift++;
    }
    const uint32_t bins = bins_of(p);
    for (uint32_t i = 0; i < bins; i++) {
        scratch[i] >>= shift;
    }
    const uint32_t best = strongest(p, scratch);
    const int32_t way = refined(scratch[best - 1U], scratch[best], scratch[best + 1U]);
    peak->at = (uint32_t)((int32_t)((best + p->low - 1U) * 256U) + way);
    uint32_t turns = p->low; /* of the bin, and one more */
    for (uint32_t i = 0; i < bins; i++) {
        const uint32_t square = scratch[i] * scratch[i];
        peak->total += square;
        peak->near += ((turns % (best + p->low - 1U)) <= 2U) ? square : 0U;
        turns++;
    }
}
