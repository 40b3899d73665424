#include "mk_conv_pointwise.h"

void mk_conv_pointwise(const mk_conv_pointwise_params *p, const int8_t *in, int8_t *out,
                       void *scratch, uint32_t pixels)
{
    const uint32_t odd = ((p->matrix.mode & MK_MATRIX_ODD) != 0U) ? 1U : 0U;
    const uint32_t channels = 2U * p->matrix.pairs - odd;
    const uint32_t inputs = p->matrix.inputs;
    const uint32_t blocks = pixels / MK_MATRIX_ROWS;
    const uint32_t left = pixels - MK_MATRIX_ROWS * blocks;
    uint32_t *patch = scratch;
    mk_matrix_call call = {&p->matrix, patch, {in, &in[inputs], &in[2U * inputs]},
                           {out, &out[channels], &out[2U * channels]}, blocks,
                           (int32_t *)(void *)&patch[p->patch_words]};
    if (blocks != 0U) {
        mk_matrix_rows(&call);
        in = &in[MK_MATRIX_ROWS * blocks * inputs];
        out = &out[MK_MATRIX_ROWS * blocks * channels];
    }
    if (left != 0U) { /* the last rows of a block; row 0, and with one pixel row 1, repeat */
        const uint32_t second = left - 1U;
        call.in[0] = in;
        call.in[1] = in;
        call.in[2] = &in[second * inputs];
        call.out[0] = out;
        call.out[1] = out;
        call.out[2] = &out[second * channels];
        call.blocks = 1U;
        mk_matrix_rows(&call);
    }
}
