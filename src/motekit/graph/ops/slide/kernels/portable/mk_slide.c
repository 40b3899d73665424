#include "mk_slide.h"

void mk_slide(const mk_slide_params *p, const void *window, const void *frames, void *out)
{
    const int8_t *from = (const int8_t *)window;
    const int8_t *new_ = (const int8_t *)frames;
    int8_t *to = (int8_t *)out;
    for (uint32_t row = 0U; row < p->rows; row++) {
        for (uint32_t i = 0U; i < p->kept; i++) {
            to[i] = from[i + p->fresh];
        }
        to = &to[p->kept];
        from = &from[p->kept + p->fresh];
        for (uint32_t i = 0U; i < p->fresh; i++) {
            to[i] = new_[i];
        }
        to = &to[p->fresh];
        new_ = &new_[p->fresh];
    }
}
