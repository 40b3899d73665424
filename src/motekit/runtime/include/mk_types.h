/* What a sample is, and which arithmetic the blocks use. Both come from mk_config.h:
 *   MK_SAMPLE_F32  1: the sensor pushes float; 0 (default): int16_t counts
 *   MK_FIXED       1: blocks compute in integers; 0 (default): in float
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_TYPES_H
#define MK_TYPES_H

#include <stdint.h>

#include "mk_config.h"

#ifndef MK_SAMPLE_F32
#define MK_SAMPLE_F32 0
#endif
#ifndef MK_FIXED
#define MK_FIXED 0
#endif
#if MK_FIXED && MK_SAMPLE_F32
#error "fixed point needs int16 samples"
#endif

/* A function that stays one of its own, called as the ABI says, even where the whole program is
 * optimised together: costs are billed by it, or features seen in it. */
#if defined(__clang__)
#define MK_PART __attribute__((noinline))
#elif defined(__GNUC__)
#define MK_PART __attribute__((noipa))
#else
#define MK_PART
#endif

#if MK_SAMPLE_F32
typedef float mk_sample;
#else
typedef int16_t mk_sample;
#endif

#endif
