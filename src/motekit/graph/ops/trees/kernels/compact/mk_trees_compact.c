#include "mk_trees.h"

void mk_trees_compact(const mk_trees_params *p, const int16_t *in, int8_t *out, uint16_t *sums)
{
    const int16_t *tree = p->words;
    for (uint32_t c = 0U; c < p->outputs; c++) {
        sums[c] = 0U;
    }
    for (uint32_t t = p->trees; t != 0U; t--) {
        const int16_t *at = &tree[1];
        int32_t node = at[0];
        while (node >= 0) {
            at = &at[(in[(uint32_t)node >> 8] <= at[1]) ? 2U : ((uint32_t)node & 0xFFU)];
            node = at[0];
        }
        mk_trees_add(p, node, sums);
        tree = &tree[tree[0]];
    }
    mk_trees_scores(p, sums, out);
}
