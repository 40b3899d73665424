/* Rows times a matrix of int8 weights, three rows and two output channels at a time.
 *
 * A row is what one output pixel sees, expanded to 16 bits, three rows interleaved by fours of
 * inputs x0 to x3, so that one SMLAD takes two products and one word of weights serves three
 * rows. Two int8 weights w0, w1 lie in the int16 w0 + 256 w1, whose lower byte is w0 alone. So
 *   (x1 - 127)(w0 + 256 w1) + (256 x0 - (x1 - 127)) w0 = 256 (x0 w0 + x1 w1) - 256 * 127 w1,
 * which takes one SXTB16 for every four weights, and no value leaves 16 bits. What is left over
 * is the same for every row: it is in the start.
 *   patch:  for every four inputs: row 0 (x1 - 127, x3 - 127), rows 1 and 2 alike,
 *           row 0 (256 x0 + 127 - x1, 256 x2 + 127 - x3), rows 1 and 2 alike; a pair is one
 *           32-bit word.
 *   stream: for every two channels: start of the first, start of the second (int32), then for
 *           every four inputs: two int16 of the first channel, two of the second.
 *   slope:  for every two channels: slope, slope; and dip, dip if the layer has dips.
 * The result is saturate8(high word of (sum * slope) >> 12); with dips, the dip is
 * taken from a negative sum first and the offset added to the high word. */
#ifndef MK_MATRIX_H
#define MK_MATRIX_H

#include <stdint.h>

#include "mk_align.h"
#include "mk_config.h"

#define MK_MATRIX_ROWS 3U
#define MK_MATRIX_QUAD 6U   /* words of a patch to four inputs */
#define MK_MATRIX_DIPS 1U /* mode: dips and offset in use */
#define MK_MATRIX_ODD 2U  /* mode: the last pair has only its first channel */
#define MK_MATRIX_COARSE 8U /* mode: shift by 8 in place of 12 */
#define MK_MATRIX_RAW 4U  /* mode: requantize as the reference does, with MK_MATRIX_EXACT */

typedef struct {
    const int8_t *stream; /* 4-byte aligned */
    const int32_t *slope;
    int32_t offset;       /* of the high word, with dips */
    uint16_t inputs;      /* at least 1 */
    uint16_t pairs;       /* channels / 2, rounded up, at least 1 */
    uint32_t mode;
#ifdef MK_MATRIX_EXACT /* a layer of this model has sums that are requantized one by one */
    const int32_t *multiplier; /* one, or one a channel */
    const int8_t *shift;
    uint8_t per_channel;
    int8_t out_zero;
    int8_t out_min;
    int8_t out_max;
#endif
} mk_matrix_params;

typedef struct {
    const mk_matrix_params *params;
    uint32_t *patch;                     /* six words to every four inputs, or a part of four */
    const int8_t *in[MK_MATRIX_ROWS];    /* rows to expand; null if the patch is ready */
    int8_t *out[MK_MATRIX_ROWS];
    uint32_t blocks; /* of three rows; the second block starts where the first ends */
    int32_t *sums;   /* with MK_MATRIX_RAW: room for 6 * pairs of them */
} mk_matrix_call;

/* Results of row i, channel after channel, go to out[i]. Rows are stored from 0 to 2, so an
 * unwanted row may be given the address of a later one. With several blocks, in[] and out[]
 * must be three rows without gaps. A block is read before any of it is written. */
void mk_matrix_rows(const mk_matrix_call *call);

/* The same, but with MK_MATRIX_RAW out[0] is an array of int32: per pair the sums of rows 0, 1, 2
 * of the first channel, then of the second; one block. */
void mk_matrix(const mk_matrix_call *call);

/* Words that the sums take. */
static inline uint32_t mk_matrix_sums(const mk_matrix_params *params)
{
    return ((params->mode & MK_MATRIX_RAW) != 0U) ? (2U * MK_MATRIX_ROWS * params->pairs) : 0U;
}

/* Bytes that lie together: at + (offset & move). */
typedef struct {
    const int8_t *at;
    uintptr_t move; /* all bits set, or none where the run does not move with the window */
} mk_matrix_run;

typedef struct {
    const mk_matrix_run *runs;
    uint32_t count; /* at least 1 */
    uint32_t bytes; /* of each run, at least 1 */
} mk_matrix_runs;

/* Expand runs into one row of a patch: the fours of every run, then what is left of every run,
 * filled up with zeros to a multiple of four. */
void mk_matrix_gather(const mk_matrix_runs *runs, uint32_t offset, uint32_t *to);

#endif
