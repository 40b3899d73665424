/* Functions whose stack is known to the byte. */

#define MK_ASM(name, body)                                                                \
  __asm(".text\n.thumb\n.syntax unified\n.balign 4\n.global " name "\n.type " name          \
        ", %function\n.thumb_func\n" name ":\n" body "\n.size " name ", . - " name "\n")

MK_ASM("mk_leaf", "bx lr");
MK_ASM("mk_push", "push {r4-r7, lr}\npop {r4-r7, pc}");          /* 20 */
MK_ASM("mk_sub", "sub sp, #104\nadd sp, #104\nbx lr");           /* 104, never written */
MK_ASM("mk_wide", "sub.w sp, sp, #1024\nadd.w sp, sp, #1024\nbx lr");
MK_ASM("mk_store", "str r0, [sp, #-8]!\nldr r0, [sp], #8\nbx lr"); /* 8 */
MK_ASM("mk_many", "stmdb sp!, {r4-r8}\nldmia sp!, {r4-r8}\nbx lr"); /* 20 */
MK_ASM("mk_floats", "vpush {d8-d9}\nvpop {d8-d9}\nbx lr");        /* 16 */
MK_ASM("mk_both", "push {lr}\nsub sp, #12\nbl mk_push\nadd sp, #12\npop {pc}"); /* 36 */
/* By a register: read off at the next block. */
MK_ASM("mk_moved", "mov r3, sp\nsub r2, r3, #200\nmov sp, r2\ncbz r1, 1f\nnop\n"
       "1: cbz r1, 2f\nnop\n2: mov sp, r3\nbx lr");
MK_ASM("mk_down", "mov r2, #200\nsub.w sp, sp, r2\ncbz r1, 1f\nnop\n1: add sp, #200\nbx lr");
