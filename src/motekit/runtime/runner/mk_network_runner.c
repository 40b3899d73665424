/* Runs a bare network for the proof: inputs come in over standard input, one after the other, each
 * answered with its outputs (SPEC.md, "The network runner").
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "mk_network_call.h"
#include "mk_semihost.h"

/* Tensors lie one after the other, each padded to whole words. */
static uint32_t input[MK_REQUEST_BYTES / 4];
static uint32_t output[MK_REPLY_BYTES / 4];

int main(void)
{
    while (mk_read(input, MK_REQUEST_BYTES) == MK_REQUEST_BYTES) {
        MK_CALL((const uint8_t *)input, (uint8_t *)output);
        mk_write(output, MK_REPLY_BYTES);
    }
    return 0;
}
