#include "mk_depthwise_plane8.h"

#include "mk_config.h"

#define MK_SLOTS 8
#include "mk_planar.inc"
#include "mk_planar_whole.inc"

void mk_depthwise_plane8(const mk_planar_params *p, const int8_t *in, int8_t *out, void *scratch)
{
    mk_planar_whole(p, in, out, scratch);
}
