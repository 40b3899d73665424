/* SVDF: filters over features and time, int8 with int16 memory. */
#ifndef MK_SVDF_H
#define MK_SVDF_H

#include <stdint.h>

typedef struct {
    const int8_t *feature; /* [units][rank][in_features] */
    const int16_t *time;   /* [units][rank][memory] */
    const int32_t *bias;   /* [units] */
    int32_t memory_multiplier;
    int32_t out_multiplier;
    uint16_t batches, in_features, units, rank, memory;
    int8_t memory_shift;
    int8_t out_shift;
    int8_t in_zero;
    int8_t out_zero;
} mk_svdf_params;

/* in: [batches][in_features], before and after: [batches][units][rank][memory], oldest first and
 * perhaps the same; out: [batches][units]. */
void mk_svdf(const mk_svdf_params *p, const int8_t *in, const int16_t *before, int16_t *after,
             int8_t *out);

#endif
