#include "mk_max_pool_wide.h"

#include "mk_pool.h"
#include "mk_requantize.h"

#define MK_POOL mk_max_pool_wide
#define MK_POOL_PARAMS mk_max_pool_wide_params
#define MK_POOL_TYPE int16_t
#include "mk_max_pool.inc"
