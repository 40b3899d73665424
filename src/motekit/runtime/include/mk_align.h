/* Alignment of constants beyond that of their type, for kernels that load whole words.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MK_ALIGN_H
#define MK_ALIGN_H

#if defined(__GNUC__)
#define MK_ALIGN(bytes) __attribute__((aligned(bytes)))
#elif defined(__ICCARM__)
#define MK_ALIGN(bytes) _Alignas(bytes)
#else
#error "define MK_ALIGN for this compiler: it must align a constant to so many bytes"
#endif

#endif
