/* Average over a whole image, int8, [rows][columns][channels], one row at a time. */
#ifndef MK_AVERAGE_POOL_RUNNING_H
#define MK_AVERAGE_POOL_RUNNING_H

#include <stdint.h>

typedef struct {
    uint16_t rows, columns; /* at most 255 pixels: sums fit 16 bits */
    uint16_t channels;
    int8_t out_min;
    int8_t out_max;
} mk_average_pool_running_params;

/* Rows come in order, from 0 on; out is written with the last one. sums: one a channel, left alone
 * from row to row. */
void mk_average_pool_running(const mk_average_pool_running_params *p, const int8_t *in,
                             int8_t *out, int16_t *sums, uint32_t row);

#endif
