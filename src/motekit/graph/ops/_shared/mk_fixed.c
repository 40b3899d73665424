#include "mk_fixed.h"

int32_t mk_high_mul(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + 0x40000000) >> 31U);
}
