/* What every emulated core must get right; see motekit.testing.target. */
#include <stdint.h>

#include "mk_semihost.h"

typedef struct {
  uint32_t words[4];
} mk_pod;

static volatile uint32_t data_word = 0x12345678u;
static volatile uint32_t zero_word;
static const int8_t table[8] = {-128, -1, 0, 1, 2, 3, 100, 127};

int32_t mk_divide(int32_t a, int32_t b);
int64_t mk_divide_wide(int64_t a, int64_t b);
int64_t mk_multiply_wide(int32_t a, int32_t b);
float mk_multiply_add(float a, float b, float c);
int32_t mk_dot(const int8_t *a, const int8_t *b, int32_t count);
int32_t mk_outer(const int8_t *a, int32_t count);
int32_t mk_inner(const int8_t *a, int32_t count);
mk_pod mk_copy(const mk_pod *from);
uint32_t mk_load(const uint32_t *from);
int32_t mk_past_the_end(uint8_t *to, int32_t count);
int32_t mk_forever(void);
int main(void);

int32_t mk_divide(int32_t a, int32_t b) {
  return a / b;
}

int64_t mk_divide_wide(int64_t a, int64_t b) {
  return a / b;
}

int64_t mk_multiply_wide(int32_t a, int32_t b) {
  return (int64_t)a * b;
}

float mk_multiply_add(float a, float b, float c) {
  return a * b + c;
}

int32_t mk_dot(const int8_t *a, const int8_t *b, int32_t count) {
  int32_t sum = 0;
  for (int32_t i = 0; i < count; i++) {
    sum += a[i] * b[i];
  }
  return sum;
}

__attribute__((noinline)) int32_t mk_inner(const int8_t *a, int32_t count) {
  return mk_dot(a, a, count);
}

__attribute__((noinline)) int32_t mk_outer(const int8_t *a, int32_t count) {
  volatile int32_t sum = mk_inner(a, count);
  return sum + mk_dot(a, table, 8);
}

mk_pod mk_copy(const mk_pod *from) {
  return *from;
}

uint32_t mk_load(const uint32_t *from) {
  return *from;
}

int32_t mk_past_the_end(uint8_t *to, int32_t count) {
  for (int32_t i = 0; i <= count; i++) {
    to[i] = 0;
  }
  return 0;
}

int32_t mk_forever(void) {
  for (;;) {
    data_word++;
  }
}

/* Echo records of 16 bytes, each word with the running sum added; then exit with 7 plus the
   bytes that were left over. */
int main(void) {
  uint32_t record[4];
  uint32_t count;
  if (data_word != 0x12345678u || zero_word != 0u) {
    return 1;
  }
  mk_print("ready\n");
  while ((count = mk_read(record, sizeof record)) == sizeof record) {
    for (uint32_t i = 0; i < 4u; i++) {
      zero_word += record[i];
      record[i] += zero_word;
    }
    mk_write(record, sizeof record);
  }
  return (int)(7u + count);
}
