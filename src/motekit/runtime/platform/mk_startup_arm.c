/* Reset code for a bare Cortex-M program under an emulator: memories, FPU, main, exit. */
#include <stdint.h>

#include "mk_semihost.h"

/* Small rather than fast. */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((minsize)), apply_to = function)
#endif

extern uint32_t mk_data_load[], mk_data_start[], mk_data_end[];
extern uint32_t mk_bss_end[];
extern uint32_t mk_stack_top[];

int main(void);
void mk_reset(void);
void mk_trap(void);

#if defined(__ARM_FP)
static void mk_enable_fpu(void) {
  /* CPACR: full access to CP10 and CP11. The compiler must not move FPU code above it. */
  volatile uint32_t *const cpacr = (volatile uint32_t *)(uintptr_t)0xE000ED88u;
  *cpacr |= 0x00F00000u;
  __asm volatile("dsb\n\tisb" ::: "memory");
}
#endif

void mk_reset(void) {
  const uint32_t *from = mk_data_load;
  /* The linker script puts .bss behind .data. */
  for (uint32_t *to = mk_data_start; to < mk_bss_end; to++) {
    uint32_t word = 0;
    if (to < mk_data_end) {
      word = *from;
      from++;
    }
    *to = word;
  }
#if defined(__ARM_FP)
  mk_enable_fpu();
#endif
  mk_exit(main());
}

/* Any exception ends the run: an emulator has no interrupts for us to serve. */
void mk_trap(void) {
  mk_exit(MK_EXIT_TRAP);
}

/* Reset, NMI and HardFault. Every other fault is disabled and becomes a HardFault; what remains
   (SVC, PendSV, SysTick, interrupts) only comes to those who ask for it, and we do not. */
typedef struct {
  uint32_t *stack;
  void (*handler[3])(void);
} mk_vectors_type;

extern const mk_vectors_type mk_vectors;
__attribute__((used, section(".mk_vectors"))) const mk_vectors_type mk_vectors = {
    mk_stack_top, {mk_reset, mk_trap, mk_trap}};

#if defined(__clang__)
#pragma clang attribute pop
#endif
