/* Fully connected layer, int8, in few bytes: one row, one factor below a quarter for all outputs,
 * and no activation but the saturation of the output. */
#ifndef MK_FULLY_CONNECTED_SMALL_H
#define MK_FULLY_CONNECTED_SMALL_H

#include <stdint.h>

typedef struct {
    const int8_t *weights; /* [out_features][in_features] */
    const int32_t *bias;   /* [out_features], input zero point folded in */
    int32_t multiplier;
    uint16_t in_features;  /* at least 1 */
    uint16_t out_features; /* at least 1 */
    uint8_t shift;         /* right shift after the product's high word, 0 to 29 */
    int8_t out_zero;
} mk_fully_connected_small_params;

/* in: [in_features], out: [out_features]; they must not overlap. */
void mk_fully_connected_small(const mk_fully_connected_small_params *p, const int8_t *in,
                              int8_t *out);

#endif
