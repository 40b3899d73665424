/* For blocks whose features become known while samples arrive: see mk_block.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_WORK_H
#define MK_WORK_H

#include "mk_features.h"

/* What a streaming block gets beside a frame. */
typedef struct {
    void *scratch;   /* as finish gets it; what is left there may be gone at the next call */
    mk_features out; /* places of the block's features of this window, and their normalisation */
} mk_work;

#endif
