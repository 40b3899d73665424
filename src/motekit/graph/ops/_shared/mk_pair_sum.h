/* Sum or difference of two int8 tensors of one shape, requantized exactly: for every one of the
 * 65,536 pairs of inputs the result below was compared with the reference's arithmetic when the
 * program was generated. */
#ifndef MK_PAIR_SUM_H
#define MK_PAIR_SUM_H

#include <stdint.h>

typedef struct {
    int32_t a_factor; /* out = saturate8((start + (a_factor * a >> 8) + (b_factor * b >> 8)) */
    int32_t b_factor; /*                 >> 21) */
    int32_t start;
    uint32_t count;   /* elements */
} mk_pair_sum_params;

/* out may be a or b. */
void mk_pair_sum(const mk_pair_sum_params *p, const int8_t *a, const int8_t *b, int8_t *out);

#endif
