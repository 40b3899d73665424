#include "mk_average_pool_wide.h"

#include "mk_pool.h"
#include "mk_requantize.h"

#define MK_POOL mk_average_pool_wide
#define MK_POOL_PARAMS mk_average_pool_wide_params
#define MK_POOL_TYPE int16_t
#include "mk_average_pool.inc"
