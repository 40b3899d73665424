/* Hints for compilers. They change how long code takes, never what it computes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_TUNE_H
#define MK_TUNE_H

#if defined(__GNUC__)
/* Keep a function by itself: what it needs of the stack is not there while others run. */
#define MK_NOINLINE __attribute__((noinline))
/* Of a type: its values may lie in memory that has another type at other times. */
#define MK_MAY_ALIAS __attribute__((may_alias))
#else
#define MK_NOINLINE
#define MK_MAY_ALIAS
#endif

/* 1: inner loops in assembly for Arm cores with Thumb-2 and an FPU. They compute what the C beside
 * them computes, bit for bit: the compilers spill registers there and wait for results. */
#ifndef MK_ARM_FP
#if defined(__GNUC__) && defined(__thumb2__) && defined(__ARM_FP) && !defined(__SOFTFP__)
#define MK_ARM_FP 1
#else
#define MK_ARM_FP 0
#endif
#endif

/* 1: the same for Arm cores with the first Thumb instructions only: Armv6-M. */
#ifndef MK_ARM_THUMB
#if defined(__GNUC__) && defined(__thumb__) && !defined(__thumb2__)
#define MK_ARM_THUMB 1
#else
#define MK_ARM_THUMB 0
#endif
#endif

#endif
