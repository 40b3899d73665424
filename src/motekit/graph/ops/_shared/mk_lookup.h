/* Elementwise function of int8 values, as a table. */
#ifndef MK_LOOKUP_H
#define MK_LOOKUP_H

#include <stdint.h>

typedef struct {
    const int8_t *table; /* [256]: result of -128, -127 ... 127 */
    uint32_t size;
} mk_lookup_params;

/* out may be in. */
void mk_lookup(const mk_lookup_params *p, const int8_t *in, int8_t *out);

#endif
