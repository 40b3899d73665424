/* Fully connected layer, int8, for cores with DSP instructions: four outputs at a time, every
 * weight read once, in the order it is stored.
 *
 * Inputs and weights are packed as in the register-blocked matrix kernel: two weights w0, w1 lie
 * in the int16 w0 + 256 w1, and
 *   (x1 - 127)(w0 + 256 w1) + (256 x0 - (x1 - 127)) w0 = 256 (x0 w0 + x1 w1) - 256 * 127 w1
 * takes one SXTB16 for four weights; the last term is in the start.
 *   expanded: for every four inputs: (x1 - 127, x3 - 127), (256 x0 + 127 - x1, 256 x2 + 127 - x3).
 *   stream:   for every four outputs: four starts (int32), then for every four inputs two int16
 *             of each of the four outputs. */
#ifndef MK_FULLY_CONNECTED_FOURS_H
#define MK_FULLY_CONNECTED_FOURS_H

#include <stdint.h>

#include "mk_align.h"

typedef struct {
    const int8_t *stream;  /* 4-byte aligned */
    const int32_t *slope;  /* of four outputs, or of every output */
    uint16_t slope_step;   /* bytes between those of successive fours: 0 or 16 */
    uint16_t shift;        /* of the high word of sum * slope; 0 to 31 */
    uint16_t rows;
    uint16_t inputs;       /* at least 1 */
    uint16_t outputs;      /* at least 1 */
} mk_fully_connected_fours_params;

/* in: [rows][inputs], out: [rows][outputs]; scratch: 8 bytes for every four inputs, aligned to 4.
 * A row is read before its outputs are written. */
void mk_fully_connected_fours(const mk_fully_connected_fours_params *p, const int8_t *in,
                              int8_t *out, void *scratch);

#endif
