/* LSTM over a sequence: int8 activations and weights, int16 cell. */
#ifndef MK_LSTM_H
#define MK_LSTM_H

#include <stdint.h>

typedef struct {
    const int8_t *weights;         /* [units][in_features] */
    const int8_t *recurrent;       /* [units][units] */
    const int32_t *bias;           /* [units], input zero point folded in */
    const int32_t *recurrent_bias; /* [units]: output state's zero point folded in */
    int32_t multiplier, recurrent_multiplier;
    int8_t shift, recurrent_shift;
} mk_lstm_gate;

typedef struct {
    mk_lstm_gate input, forget, cell, output;
    int32_t hidden_multiplier; /* from the Q0.30 output of the cell to int8 */
    uint16_t batches;
    uint16_t steps;
    uint16_t in_features;
    uint16_t units;
    int16_t cell_clip; /* largest absolute cell value; 0 for no limit */
    int8_t hidden_shift;
    int8_t hidden_zero;
    uint8_t cell_bits; /* integer bits of the cell state, 0 to 6 */
} mk_lstm_params;

/* x: [batches][steps][in_features], y: [batches][steps][units]; they must not overlap.
 * hidden: [batches][units] and cell: [batches][units] are read and updated. */
void mk_lstm(const mk_lstm_params *p, const int8_t *x, int8_t *y, int8_t *hidden, int16_t *cell);

#endif
