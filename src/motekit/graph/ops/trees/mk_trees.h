/* Class shares of an ensemble of decision trees over int16 features.
 *
 * Every tree is: its length in words, this one included, then its nodes, a parent before its left
 * child, the left child next to it. A word below 0 is a leaf, -1 - its row. */
#ifndef MK_TREES_H
#define MK_TREES_H

#include <stdint.h>

typedef struct {
    const int16_t *words;  /* the trees, one after the other */
    const uint8_t *leaves; /* [rows][outputs]: shares in steps of 1 / levels */
    uint16_t trees;
    uint16_t outputs; /* classes */
    uint32_t divisor; /* levels * trees: the sum that is probability 1, at most 65535 */
} mk_trees_params;

/* Both: in, the features of one window; out, `outputs` scores, probability = (score + 128) / 256;
 * sums, room for `outputs` numbers. */

/* A node is feature << 8 | words to the right child, then its threshold. */
void mk_trees_compact(const mk_trees_params *p, const int16_t *in, int8_t *out, uint16_t *sums);

/* A node is the feature, the threshold, the words to the right child. */
void mk_trees(const mk_trees_params *p, const int16_t *in, int8_t *out, uint16_t *sums);

/* Add one leaf to the sums. */
static inline void mk_trees_add(const mk_trees_params *p, int32_t word, uint16_t *sums)
{
    const uint8_t *leaf = &p->leaves[(uint32_t)(-1 - word) * p->outputs];
    for (uint32_t c = 0U; c < p->outputs; c++) {
        sums[c] = (uint16_t)(sums[c] + leaf[c]);
    }
}

/* Sums to scores, halves upwards. */
static inline void mk_trees_scores(const mk_trees_params *p, const uint16_t *sums, int8_t *out)
{
    for (uint32_t c = 0U; c < p->outputs; c++) {
        const uint32_t twice = (512U * (uint32_t)sums[c]) + p->divisor;
        const int32_t score = (int32_t)(twice / (2U * p->divisor)) - 128;
        out[c] = (int8_t)((score > 127) ? 127 : score);
    }
}

#endif
