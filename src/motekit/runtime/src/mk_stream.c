/* SPDX-License-Identifier: Apache-2.0 */
#include "mk_stream.h"

#include "mk_move.h"

/* Small rather than fast: it decides once a row. */
#if defined(__clang__)
#pragma clang attribute push(__attribute__((minsize)), apply_to = function)
#endif

/* The first row that has a place when so many are made. */
static uint32_t mk_stream_low(const mk_stream_layer *layer, uint32_t made)
{
    return (made > layer->kept) ? (made - layer->kept) : 0U;
}

/* Steps done when so many rows are made; padding above comes with the first step. */
static uint32_t mk_stream_steps(const mk_stream_layer *layer, uint32_t made)
{
    return (made == 0U) ? 0U : ((made - layer->above) / layer->step);
}

static int mk_stream_ready(const mk_stream_group *group, const uint16_t *made, uint32_t number)
{
    const mk_stream_layer *layer = &group->layers[number];
    const uint32_t end = (uint32_t)layer->above + layer->rows;
    int ready = (made[number] < end + layer->below) ? 1 : 0;
    if ((ready != 0) && (made[number] < end)) {
        const uint32_t seen = mk_stream_steps(layer, made[number]) * layer->take + layer->window;
        for (uint32_t i = 0U; i < MK_STREAM_INPUTS; i++) {
            const uint32_t from = layer->from[i];
            if ((from != MK_STREAM_NONE) && (made[from] < layer->start[i] + seen)) {
                ready = 0;
            }
        }
    }
    return ready;
}

static void mk_stream_fill(int8_t *to, int8_t value, uint32_t count)
{
    for (uint32_t i = 0U; i < count; i++) {
        to[i] = value;
    }
}

/* The rows of its inputs, and the step itself. */
static void mk_stream_run(const mk_stream_group *group, int8_t *arena, const uint16_t *made,
                          uint32_t number, int8_t *out)
{
    const mk_stream_layer *layer = &group->layers[number];
    const uint32_t steps = mk_stream_steps(layer, made[number]);
    mk_stream_step step = {{0, 0}, out, steps * layer->step};
    for (uint32_t i = 0U; i < MK_STREAM_INPUTS; i++) {
        if (layer->from[i] != MK_STREAM_NONE) {
            const mk_stream_layer *from = &group->layers[layer->from[i]];
            const uint32_t first = layer->start[i] + steps * layer->take;
            const uint32_t place = first - mk_stream_low(from, made[layer->from[i]]);
            step.in[i] = &arena[from->at + place * from->pitch];
        }
    }
    group->run(arena, number, &step);
}

/* The next rows of a layer, or one of the padding below them. */
static void mk_stream_make(const mk_stream_group *group, int8_t *arena, uint16_t *made,
                           uint32_t number)
{
    const mk_stream_layer *layer = &group->layers[number];
    const uint32_t before = made[number];
    const uint32_t above = (before == 0U) ? layer->above : 0U;
    const int padding = before >= (uint32_t)layer->above + layer->rows;
    const uint32_t after = before + above + (padding ? 1U : layer->step);
    const uint32_t low = mk_stream_low(layer, after);
    const uint32_t move = (low - mk_stream_low(layer, before)) * layer->pitch;
    const uint32_t at = (before - low) * layer->pitch;
    int8_t *const rows = &arena[layer->at];
    if (move != 0U) {
        mk_move(rows, &rows[move], at);
    }
    if (padding) {
        mk_stream_fill(&rows[at], layer->zero, layer->pitch);
    } else {
        mk_stream_fill(&rows[at], layer->zero, above * layer->pitch);
        mk_stream_run(group, arena, made, number, &rows[at + above * layer->pitch]);
    }
    made[number] = (uint16_t)after;
}

/* The number after that of the last layer that can go on; 0 if none can. */
static uint32_t mk_stream_next(const mk_stream_group *group, const uint16_t *made)
{
    uint32_t number = group->count;
    while ((number != 0U) && (mk_stream_ready(group, made, number - 1U) == 0)) {
        number--;
    }
    return number;
}

void mk_stream(const mk_stream_group *group, int8_t *arena, uint16_t *made)
{
    for (uint32_t i = 0U; i < group->count; i++) {
        made[i] = (group->layers[i].step == 0U) ? group->layers[i].rows : 0U;
    }
    uint32_t next = mk_stream_next(group, made);
    while (next != 0U) {
        mk_stream_make(group, arena, made, next - 1U);
        next = mk_stream_next(group, made);
    }
}

#if defined(__clang__)
#pragma clang attribute pop
#endif
