/* Reset code for a bare RV32 program under an emulator: stack, memories, main, exit. */
#include <stdint.h>

#include "mk_semihost.h"

extern uint32_t mk_data_load[], mk_data_start[], mk_data_end[];
extern uint32_t mk_bss_start[], mk_bss_end[];

int main(void);
void mk_reset(void);
void mk_start(void);
void mk_trap(void);

/* First in flash: set the stack and the trap vector, then go on in C. */
__attribute__((naked, used, section(".mk_reset"))) void mk_reset(void) {
  __asm volatile(
      "la sp, mk_stack_top\n\t"
      "la t0, mk_trap\n\t"
      "csrw mtvec, t0\n\t"
      "j mk_start");
}

__attribute__((used)) void mk_start(void) {
  const uint32_t *from = mk_data_load;
  for (uint32_t *to = mk_data_start; to < mk_data_end; to++) {
    *to = *from;
    from++;
  }
  for (uint32_t *to = mk_bss_start; to < mk_bss_end; to++) {
    *to = 0;
  }
  mk_exit(main());
}

/* Any exception ends the run: an emulator has no interrupts for us to serve. mtvec wants an
   address that is a multiple of 4. */
__attribute__((used, aligned(4))) void mk_trap(void) {
  mk_exit(MK_EXIT_TRAP);
}
