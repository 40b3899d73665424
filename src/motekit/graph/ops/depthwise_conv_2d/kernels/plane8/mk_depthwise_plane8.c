#include "mk_depthwise_plane8.h"

#include "mk_config.h"

#define MK_SLOTS 8
#ifdef MK_PLANE8_PLAIN_BY_1
#define MK_PLAIN_BY_1
#endif
#ifdef MK_PLANE8_PLAIN_BY_2
#define MK_PLAIN_BY_2
#endif
#ifdef MK_PLANE8_DIPS_BY_1
#define MK_DIPS_BY_1
#endif
#ifdef MK_PLANE8_DIPS_BY_2
#define MK_DIPS_BY_2
#endif
#include "mk_planar.inc"
#include "mk_planar_whole.inc"

void mk_depthwise_plane8(const mk_planar_params *p, const int8_t *in, int8_t *out, void *scratch)
{
    mk_planar_whole(p, in, out, scratch);
}
