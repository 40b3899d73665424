/* 2-D convolution, int8, NHWC: what each output pixel sees is expanded into a patch, and three
 * patches at a time go through the matrix kernel.
 *
 * A patch is made of runs: bytes that lie together in the input, one per row of the kernel, or
 * one per tap if the kernel is dilated. First come the fours of every run, then what is left of
 * every run. Where a window reaches over the side of the image, its taps are taken one by one,
 * which is the same as long as a pixel has whole fours; otherwise its bytes are copied first. */
#ifndef MK_CONV_PATCHES_H
#define MK_CONV_PATCHES_H

#include <stdint.h>

#include "mk_matrix.h"
#include "mk_rows.h"

typedef struct {
    mk_matrix_params matrix;
    uint16_t in_h, in_w, in_c;
    uint16_t out_w, out_c;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    uint16_t dilation_h, dilation_w;
    uint16_t pad_top, pad_left;
    uint16_t inner_from, inner_to; /* output columns whose windows lie inside the image */
    uint16_t runs;                 /* of a window that is not inside */
    uint16_t run_bytes;            /* of a row of the kernel, or of a tap if it is dilated */
    uint16_t patch_words;
    int8_t in_zero;
    uint8_t taps; /* windows that are not inside are taken tap by tap */
} mk_conv_patches_params;

/* scratch: a run for each row of the kernel, the runs, the patch, sums if any, a run of zero points, and copies of kernel_h runs
 * unless windows are taken tap by tap. */
void mk_conv_patches(const mk_conv_patches_params *p, const mk_rows *rows);

#endif
