/* Fully connected layer, int8, one rounding per output. */
#ifndef MK_FULLY_CONNECTED_H
#define MK_FULLY_CONNECTED_H

#include <stdint.h>

typedef struct {
    const int8_t *weights;      /* [out_features][in_features] */
    const int32_t *bias;        /* [out_features], input zero point folded in */
    const int32_t *multiplier;  /* one, or [out_features] */
    const int8_t *right;        /* 31 - shift, 1 to 62; as many */
    uint16_t rows;
    uint16_t in_features;
    uint16_t out_features;
    uint8_t per_channel;        /* 0: one multiplier for all, 1: one each */
    int8_t out_zero;
    int8_t out_min;
    int8_t out_max;
} mk_fully_connected_params;

/* in: [rows][in_features], out: [rows][out_features]; they must not overlap. */
void mk_fully_connected(const mk_fully_connected_params *p, const int8_t *in, int8_t *out);

#endif
