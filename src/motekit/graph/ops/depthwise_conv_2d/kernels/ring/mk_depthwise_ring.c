#include "mk_depthwise_ring.h"

#include "mk_config.h"

#define MK_SLOTS 3
#define MK_RING
#ifdef MK_RING_PLAIN_BY_1
#define MK_PLAIN_BY_1
#endif
#ifdef MK_RING_PLAIN_BY_2
#define MK_PLAIN_BY_2
#endif
#ifdef MK_RING_DIPS_BY_1
#define MK_DIPS_BY_1
#endif
#ifdef MK_RING_DIPS_BY_2
#define MK_DIPS_BY_2
#endif
#include "mk_planar.inc"

/* One strip, from channel c on: line y of the input is in slot y % 3, and filters turn with it. */
static void mk_depthwise_ring_strip(const mk_planar_state *s, mk_planar_lines *lines,
                                    const mk_rows *rows, uint32_t c)
{
    const mk_planar_params *p = s->p;
    int32_t next = INT32_MIN;
    for (uint32_t y = rows->first; y < rows->last; y++) {
        const int32_t top = (int32_t)(y * p->stride_across) - (int32_t)p->pad_across;
        for (next = (next < top) ? top : next; next < top + 3; next++) {
            const int inside = (next >= 0) && (next < (int32_t)p->in_lines);
            const uint32_t place = ((uint32_t)next % rows->in_ring) * p->in_pitch;
            const int8_t *line = inside ? &rows->in[place + c] : 0;
            mk_planar_read(s, line, lines->channels, (uint32_t)(next + 3) % 3U);
        }
        lines->turn = 8U * ((3U - (uint32_t)(top + 3) % 3U) % 3U);
        lines->out = &rows->out[(y % rows->out_ring) * p->out_pitch + c];
        mk_planar_write(p, lines);
    }
}

void mk_depthwise_ring(const mk_planar_params *p, const mk_rows *rows)
{
    mk_planar_state s;
    mk_planar_begin(&s, p, rows->scratch);
    mk_planar_lines lines = {s.slots, s.filters, 0, p->out_step, p->out_length, MK_STRIP,
                             0U, 1U, 0U, 0U};
    for (uint32_t c = 0U; c < p->channels; c += MK_STRIP) {
        const uint32_t left = p->channels - c;
        lines.channels = (left < MK_STRIP) ? left : MK_STRIP;
        mk_planar_filters(&s, c, lines.channels);
        mk_depthwise_ring_strip(&s, &lines, rows, c);
    }
}
