/* Semihosting: how a program in an emulator talks to the computer around it.
   The calls are those of Arm's "Semihosting for AArch32 and AArch64" 2.0 and of the RISC-V
   semihosting specification 1.0. SPEC.md, "Emulated programs", says which ones are used. */
#ifndef MK_SEMIHOST_H
#define MK_SEMIHOST_H

#include <stdint.h>

#define MK_EXIT_TRAP 125 /* the exit code of a program that met an exception */

/* Read exactly `count` bytes from standard input. Returns the bytes read: less than `count`
   only at the end of the input. */
uint32_t mk_read(void *to, uint32_t count);

/* Write `count` bytes to standard output. */
void mk_write(const void *from, uint32_t count);

/* Write a zero-terminated text to the console, for people. */
void mk_print(const char *text);

/* End the program. Never returns. */
__attribute__((noreturn)) void mk_exit(int32_t code);

#endif
