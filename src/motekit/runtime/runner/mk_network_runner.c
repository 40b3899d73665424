/* Runs a bare network for the proof: inputs come in over standard input, one after the other, each
 * answered with its outputs (SPEC.md, "The network runner"). They are read to and written from
 * where the network itself keeps them, as in a program that uses it: there is no copy of either.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "mk_network_call.h"
#include "mk_semihost.h"

int main(void)
{
    while (MK_TAKE()) {
        MK_RUN();
        MK_GIVE();
    }
    return 0;
}
