#include "mk_semihost.h"

/* Small rather than fast. */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((minsize)), apply_to = function)
#endif

enum {
  MK_SYS_OPEN = 0x01,
  MK_SYS_WRITE0 = 0x04,
  MK_SYS_WRITE = 0x05,
  MK_SYS_READ = 0x06,
  MK_SYS_EXIT = 0x18,
  MK_SYS_EXIT_EXTENDED = 0x20
};

#define MK_APPLICATION_EXIT 0x20026u /* ADP_Stopped_ApplicationExit */
/* With the name ":tt", mode 0 ("r") is standard input, mode 4 ("w") standard output. */
#define MK_OPEN_WRITE 4u

#if defined(__riscv)
static uintptr_t mk_host(uintptr_t call, uintptr_t argument) {
  register uintptr_t a0 __asm("a0") = call;
  register uintptr_t a1 __asm("a1") = argument;
  /* Three uncompressed instructions that may not cross a page. */
  __asm volatile(
      ".option push\n\t.option norvc\n\t.balign 16\n\t"
      "slli x0, x0, 0x1f\n\tebreak\n\tsrai x0, x0, 7\n\t"
      ".option pop"
      : "+r"(a0)
      : "r"(a1)
      : "memory");
  return a0;
}
#else
static uintptr_t mk_host(uintptr_t call, uintptr_t argument) {
  register uintptr_t r0 __asm("r0") = call;
  register uintptr_t r1 __asm("r1") = argument;
  __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}
#endif

static uintptr_t mk_address(const void *object) {
  return (uintptr_t)object;
}

#if defined(__clang__)
#define MK_APART __attribute__((noinline))
#else
#define MK_APART __attribute__((noinline, noclone))
#endif

/* One SYS_READ (even) or SYS_WRITE (odd) of the console, which is opened once for each direction.
   Returns how many bytes are left. */
static MK_APART uintptr_t mk_transfer(uintptr_t call, uintptr_t at, uintptr_t count) {
  static const char name[] = ":tt";
  static uintptr_t handles[2]; /* plus 1; 0 is "not yet" */
  uintptr_t *const handle = &handles[call & 1u];
  uintptr_t block[3] = {mk_address(name), (call & 1u) * MK_OPEN_WRITE, 3u};
  if (*handle == 0u) {
    *handle = mk_host(MK_SYS_OPEN, mk_address(block)) + 1u;
  }
  block[0] = *handle - 1u;
  block[1] = at;
  block[2] = count;
  return mk_host(call, mk_address(block));
}

MK_APART uint32_t mk_read(void *to, uint32_t count) {
  uint32_t wanted = count;
  while (wanted > 0u) {
    const uintptr_t left =
        mk_transfer(MK_SYS_READ, mk_address(to) + (count - wanted), wanted);
    if (left >= wanted) {
      break; /* nothing came: the end of the input */
    }
    wanted = (uint32_t)left;
  }
  return count - wanted;
}

MK_APART void mk_write(const void *from, uint32_t count) {
  (void)mk_transfer(MK_SYS_WRITE, mk_address(from), count);
}

void mk_print(const char *text) {
  (void)mk_host(MK_SYS_WRITE0, mk_address(text));
}

void mk_exit(int32_t code) {
  if (code != 0) {
    const uintptr_t block[2] = {MK_APPLICATION_EXIT, (uintptr_t)code};
    (void)mk_host(MK_SYS_EXIT_EXTENDED, mk_address(block));
  }
  (void)mk_host(MK_SYS_EXIT, MK_APPLICATION_EXIT);
  for (;;) {
  }
}

#if defined(__clang__)
#pragma clang attribute pop
#endif
