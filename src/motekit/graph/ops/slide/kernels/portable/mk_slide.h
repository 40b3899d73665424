/* New frames move into a window, byte by byte. */
#ifndef MK_SLIDE_H
#define MK_SLIDE_H

#include <stdint.h>

typedef struct {
    uint32_t rows;  /* stretches of the window, each with its own frames */
    uint32_t kept;  /* bytes of a row that stay, moved towards its start */
    uint32_t fresh; /* bytes that come behind them; as many leave at the start */
} mk_slide_params;

/* out is window, or shares no memory with it. */
void mk_slide(const mk_slide_params *p, const void *window, const void *frames, void *out);

#endif
