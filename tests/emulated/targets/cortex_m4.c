/* Instruction sequences whose cycles timing rules of the Cortex-M4 fix. */

#define MK_ASM(name, body)                                                              \
  __asm(".text\n.thumb\n.syntax unified\n.balign 4\n.global " name "\n.type " name        \
        ", %function\n.thumb_func\n" name ":\n" body "\n.size " name ", . - " name "\n")

/* The three check loops. */
MK_ASM("mk_check_1", "mov.w r1, #1000\n1: subs r1, #1\nbne.n 1b\nbx lr");
MK_ASM("mk_check_2",
       "mov r3, sp\nnop\nldr r0, [r3]\nldr r1, [r3]\nldr r2, [r3]\nldr r0, [r3]\nnop\nbx lr");
/* r0: last byte's address, r1: the second vector − 1, r2: the first vector − 1 */
MK_ASM("mk_check_3",
       "push {lr}\nmov r3, r2\nmov r2, r0\nmovs r0, #0\n"
       "1: ldrsb.w lr, [r3, #1]!\nldrsb.w ip, [r1, #1]!\ncmp r2, r3\n"
       "smlabb r0, lr, ip, r0\nbne.n 1b\npop {pc}");

/* Straight through more than one translation block: an emulator cuts such a run. */
MK_ASM("mk_long_loads", ".rept 1500\nldr r1, [r0]\n.endr\nbx lr");
