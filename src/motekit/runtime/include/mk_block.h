/* The contract of a DSP block, for people who write one. For a block called rms:
 *
 *   mk_rms.h         typedef struct { ... } mk_rms_params;  its fields, in the order of
 *                    CBlock.params; arrays are `const T *` to constants in flash
 *   mk_rms_f32.c     the float variant, compiled when MK_FIXED is 0
 *   mk_rms_q.c       the fixed-point variant, compiled when MK_FIXED is 1
 *
 * with these functions in either variant:
 *
 *   void mk_rms_init(const mk_rms_params *p, void *state);
 *       Start of a stream. state: CBlock.state_bytes bytes, aligned to 4.
 *   void mk_rms_step(const mk_rms_params *p, void *state, const mk_sample *frame);
 *       One frame, in order, of the block's channels. Never called from an interrupt.
 *   void mk_rms_finish(const mk_rms_params *p, void *state, const mk_history *h,
 *                      void *scratch, mk_features *out);
 *       A window is complete: put exactly as many features as Block.features names, with
 *       mk_put_f32 or mk_put_q. scratch: CBlock.scratch_bytes bytes, aligned to 4, of any
 *       content, shared with other blocks. h: the window, or one of length 0 if Block.history
 *       is False.
 *
 * A block that keeps no state (state_bytes is 0) has only finish. One that makes a signal has no
 * finish, and another step, which returns 1 when it has filled `made`, one frame of that signal:
 *
 *   uint32_t mk_low_step(const mk_low_params *p, void *state, const mk_sample *frame,
 *                        mk_sample *made);
 *
 * A block with CBlock.streams includes mk_work.h and has another step, which may put features of
 * the window in progress at their places before it is complete; finish moves `out` on behind them:
 *
 *   void mk_rms_step(const mk_rms_params *p, void *state, const mk_sample *frame,
 *                    const mk_work *work);
 *
 * No heap, no stdio, no libm but __builtin_sqrtf, no data that survives a call except *state.
 * Float code gives the same bits on every machine, so: only + - * / sqrtf, comparisons and
 * conversions, in a written order, compiled with -ffp-contract=off.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_BLOCK_H
#define MK_BLOCK_H

#include "mk_features.h"
#include "mk_history.h"
#include "mk_types.h"

#endif
