/* 2-D convolution, int8, NHWC: what each output pixel sees is expanded into a patch, and three
 * patches at a time go through the matrix kernel.
 *
 * A patch is made of runs: bytes that lie together in the input, one per row of the kernel, or
 * one per tap if the kernel is dilated. First come the fours of every run, then what is left of
 * every run. */
#ifndef MK_CONV_PATCHES_H
#define MK_CONV_PATCHES_H

#include <stdint.h>

#include "mk_matrix.h"
#include "mk_rows.h"

#define MK_CONV_PATCHES_RUNS 16U

typedef struct {
    mk_matrix_params matrix;
    uint16_t in_h, in_w, in_c;
    uint16_t out_w, out_c;
    uint16_t kernel_h;
    uint16_t runs_w;      /* runs per row of the kernel */
    uint16_t run_pixels;  /* pixels of a run */
    uint16_t stride_h, stride_w;
    uint16_t dilation_h, dilation_w; /* the distance of runs */
    uint16_t pad_top, pad_left;
    uint16_t patch_words;
    int8_t in_zero;
} mk_conv_patches_params;

/* scratch: the patch, sums if any, then run_pixels * in_c bytes. */
void mk_conv_patches(const mk_conv_patches_params *p, const mk_rows *rows);

#endif
