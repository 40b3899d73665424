#include "mk_average_pool_2d.h"

#include "mk_pool.h"
#include "mk_requantize.h"

#define MK_POOL mk_average_pool_2d
#define MK_POOL_PARAMS mk_average_pool_2d_params
#define MK_POOL_TYPE int8_t
#include "mk_average_pool.inc"
