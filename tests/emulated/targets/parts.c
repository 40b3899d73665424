/* Parts that call each other in every way a compiler makes of it. */
#include <stdint.h>

#define MK_NOINLINE __attribute__((noinline))

static volatile int32_t sink;

int32_t mk_run(int32_t n);
int32_t mk_first(int32_t n);
int32_t mk_second(int32_t n);
int32_t mk_last(int32_t n);
int32_t mk_shared(int32_t n);
int32_t mk_deep(int32_t n);
int32_t mk_frame(int32_t n);
int32_t mk_pivot(int32_t n);
int32_t mk_swing(int32_t n);

/* Called by several parts: counts for whoever calls it. */
MK_NOINLINE int32_t mk_shared(int32_t n) {
  for (int32_t i = 0; i < n; i++) {
    sink += i;
  }
  return sink;
}

MK_NOINLINE int32_t mk_first(int32_t n) {
  return mk_shared(n) + 1;
}

/* A part inside a part: its own. */
MK_NOINLINE int32_t mk_second(int32_t n) {
  int32_t out = mk_first(1);
  return mk_shared(2 * n) + out;
}

/* Recursion: still one part, left when the outermost call returns. */
MK_NOINLINE int32_t mk_deep(int32_t n) {
  if (n == 0) {
    return mk_shared(1);
  }
  return mk_deep(n - 1) + mk_shared(1);
}

/* The compiler jumps to the last call. */
MK_NOINLINE int32_t mk_last(int32_t n) {
  sink = n;
  return mk_first(n);
}

/* A part that comes back to its own call, deeper. */
MK_NOINLINE int32_t mk_pivot(int32_t n) {
  return n == 0 ? 0 : mk_swing(n - 1) + mk_shared(1);
}

MK_NOINLINE int32_t mk_swing(int32_t n) {
  return mk_pivot(n) + mk_shared(1);
}

int32_t mk_run(int32_t n) {
  return mk_first(n) + mk_second(n) + mk_deep(n) + mk_last(n) + mk_shared(n);
}

MK_NOINLINE int32_t mk_frame(int32_t n) {
  int32_t big[50];
  big[0] = n;
  __asm volatile("" ::"r"(big) : "memory"); /* it may be read and written */
  return big[0] + mk_shared(1);
}
