/* Cascades of trapezoidal state-variable sections, one sample at a time:
 * v3 = v0 - s2; v1 = a1 s1 + a2 v3; v2 = s2 + a2 s1 + a3 v3; s1 = 2 v1 - s1; s2 = 2 v2 - s2;
 * out = m0 v0 + m1 v1 + m2 v2. The meaning is motekit.dsp.svf.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_SVF_H
#define MK_SVF_H

#include <stdint.h>

/* rows: a1, a2, a3, m0, m1, m2 of each section. */
typedef struct {
    const float *rows;
    uint32_t sections;
} mk_svf_cascade_f32;

/* s: two numbers for each section. As if the input had been `level` for ever. */
void mk_svf_start_f32(const mk_svf_cascade_f32 *k, float *s, float level);
float mk_svf_f32(const mk_svf_cascade_f32 *k, float *s, float v);

/* rows: a in 2^-31sts, m0 as 0 or 1, m1 and m2 in 2^-mix ths. Counts go in, 2^-up ths of a count
 * come out; whoever plans it sees to it that no value reaches 2^30 of these. */
typedef struct {
    const int32_t *rows;
    uint32_t sections;
    uint32_t up;
    uint32_t mix;
} mk_svf_cascade_q;

/* units + part / 2^31 */
typedef struct {
    int32_t units; /* rounded down */
    uint32_t part; /* 31 bits */
} mk_svf_state;

void mk_svf_start_q(const mk_svf_cascade_q *k, mk_svf_state *s, int32_t level);
int32_t mk_svf_q(const mk_svf_cascade_q *k, mk_svf_state *s, int32_t count);

#endif
