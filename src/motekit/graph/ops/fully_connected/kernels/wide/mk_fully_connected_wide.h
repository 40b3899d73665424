/* Fully connected layer of int16 activations and int8 weights. */
#ifndef MK_FULLY_CONNECTED_WIDE_H
#define MK_FULLY_CONNECTED_WIDE_H

#include <stdint.h>

#include "mk_real.h"
#include "mk_scale16.h"

typedef struct {
    const int8_t *weights;   /* [out_features][in_features] */
    const int64_t *bias;     /* [out_features] */
    const int64_t *mantissa; /* of the factors from sums to outputs: one, or [out_features] */
    const uint8_t *right;    /* as many */
    uint16_t rows;
    uint16_t in_features;
    uint16_t out_features;
    int16_t low, high;       /* of the output */
    uint8_t per_channel;     /* 0: one factor for all, 1: one each */
} mk_fully_connected_wide_params;

/* in: [rows][in_features], out: [rows][out_features]; they must not overlap. */
void mk_fully_connected_wide(const mk_fully_connected_wide_params *p, const int16_t *in,
                             int16_t *out);

#endif
