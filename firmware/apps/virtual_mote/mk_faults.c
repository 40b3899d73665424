/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_faults.h"

#include <stdbool.h>
#include <string.h>

static uint32_t mk_faults_random(mk_faults *faults)
{
    uint32_t x = (faults->random == 0u) ? 1u : faults->random;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    faults->random = x;
    return x;
}

static bool mk_faults_happens(mk_faults *faults, double probability)
{
    return ((double)mk_faults_random(faults) / 4294967296.0) < probability;
}

static size_t mk_faults_below(mk_faults *faults, size_t n)
{
    return (size_t)(((uint64_t)mk_faults_random(faults) * n) >> 32);
}

void mk_faults_carry(mk_faults *faults, const uint8_t *bytes, size_t n)
{
    uint8_t piece[MK_FAULTS_PIECE];
    size_t size = n;
    if ((n == 0u) || (n > MK_FAULTS_PIECE)) {
        faults->deliver(faults->context, bytes, n);
        return;
    }
    (void)memcpy(piece, bytes, n);
    bool drop = mk_faults_happens(faults, faults->rates.drop);
    bool twice = mk_faults_happens(faults, faults->rates.duplicate);
    bool late = mk_faults_happens(faults, faults->rates.reorder) && (faults->held == 0u);
    bool cut = mk_faults_happens(faults, faults->rates.truncate);
    bool flip = mk_faults_happens(faults, faults->rates.flip);
    if (flip) {
        piece[mk_faults_below(faults, n)] ^= (uint8_t)(1u << mk_faults_below(faults, 8u));
    }
    size = cut ? mk_faults_below(faults, n) : size;
    size = drop ? 0u : size;
    faults->pieces++;
    faults->harmed += (drop || twice || late || cut || flip) ? 1u : 0u;
    if (late) {
        (void)memcpy(faults->late, piece, size);
        faults->held = size;
        return;
    }
    faults->deliver(faults->context, piece, size);
    if (twice) {
        faults->deliver(faults->context, piece, size);
    }
    if (faults->held != 0u) {
        faults->deliver(faults->context, faults->late, faults->held);
        faults->held = 0;
    }
}
