/* The four functions that a freestanding compiler may call. Weak, so that a libc wins.
   Small rather than fast: bytes one by one, but words where both ends allow it. */
#include <stddef.h>
#include <stdint.h>

#define MK_WEAK __attribute__((weak))

MK_WEAK void *memcpy(void *restrict to, const void *restrict from, size_t count);
MK_WEAK void *memmove(void *to, const void *from, size_t count);
MK_WEAK void *memset(void *to, int value, size_t count);
MK_WEAK int memcmp(const void *a, const void *b, size_t count);

typedef uint32_t __attribute__((may_alias)) mk_word;

MK_WEAK void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  unsigned char *out = to;
  const unsigned char *in = from;
  if ((((uintptr_t)out | (uintptr_t)in) & 3u) == 0u) {
    for (; count >= 4u; count -= 4u) {
      *(mk_word *)(void *)out = *(const mk_word *)(const void *)in;
      out += 4;
      in += 4;
    }
  }
  for (; count != 0u; count--) {
    *out = *in;
    out++;
    in++;
  }
  return to;
}

MK_WEAK void *memmove(void *to, const void *from, size_t count) {
  unsigned char *out = to;
  const unsigned char *in = from;
  if ((uintptr_t)out <= (uintptr_t)in) {
    for (; count != 0u; count--) {
      *out = *in;
      out++;
      in++;
    }
  } else {
    while (count-- != 0u) {
      out[count] = in[count];
    }
  }
  return to;
}

MK_WEAK void *memset(void *to, int value, size_t count) {
  unsigned char *out = to;
  const unsigned char byte = (unsigned char)value;
  if (((uintptr_t)out & 3u) == 0u) {
    const mk_word word = byte * 0x01010101u;
    for (; count >= 4u; count -= 4u) {
      *(mk_word *)(void *)out = word;
      out += 4;
    }
  }
  for (; count != 0u; count--) {
    *out = byte;
    out++;
  }
  return to;
}

MK_WEAK int memcmp(const void *a, const void *b, size_t count) {
  const unsigned char *p = a;
  const unsigned char *q = b;
  for (; count != 0u; count--) {
    if (*p != *q) {
      return (*p < *q) ? -1 : 1;
    }
    p++;
    q++;
  }
  return 0;
}
