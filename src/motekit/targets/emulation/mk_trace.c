#include "mk_trace.h"

static void mk_halt(mk_trace *t, void *machine, uint32_t status) {
  if (t->status == MK_OK) {
    t->status = status;
  }
  (void)t->stop(machine);
}

static uint64_t mk_register(const mk_trace *t, void *machine, int32_t reg) {
  uint64_t value = 0; /* the emulator writes the low 32 bits */
  (void)t->read(machine, reg, &value);
  return value & 0xFFFFFFFFu;
}

static uint64_t mk_sp(const mk_trace *t, void *machine) {
  return mk_register(t, machine, t->reg_sp);
}

/* The node of a block, made and filled by the host if it is new; 0 when there is no room. */
static uint32_t mk_find(mk_trace *t, uint64_t address, uint32_t size, uint32_t part) {
  const uint32_t hash = (uint32_t)(address >> 1) * 2654435761u;
  uint32_t *bucket = &t->buckets[(hash >> 8) & t->bucket_mask];
  for (uint32_t i = *bucket; i != 0u; i = t->nodes[i].chain) {
    const mk_node *node = &t->nodes[i];
    if (node->address == address && node->size == size && node->part == part) {
      return i;
    }
  }
  if (t->node_count == t->node_room) {
    return 0;
  }
  const uint32_t fresh = t->node_count++;
  mk_node *node = &t->nodes[fresh];
  node->address = address;
  node->size = size;
  node->part = part;
  node->chain = *bucket;
  *bucket = fresh;
  t->fresh(fresh);
  return fresh;
}

/* A block that begins a part counts for that part, whoever calls it. */
static uint32_t mk_target(mk_trace *t, uint64_t address, uint32_t size) {
  const uint32_t found = mk_find(t, address, size, t->part);
  if (found == 0u || t->nodes[found].mark == 0u) {
    return found;
  }
  return mk_find(t, address, size, t->nodes[found].mark);
}

static uint32_t mk_new_edge(mk_trace *t, uint64_t address, uint32_t size) {
  const uint32_t to = mk_target(t, address, size);
  if (to == 0u || t->edge_count == t->edge_room) {
    return 0;
  }
  const uint32_t fresh = t->edge_count++;
  mk_edge *edge = &t->edges[fresh];
  edge->address = address;
  edge->size = size;
  edge->part = t->part;
  edge->to = to;
  edge->next = t->nodes[t->at].edges;
  t->nodes[t->at].edges = fresh;
  return fresh;
}

/* Back at a return address: leave every part that was entered with this stack pointer. */
static void mk_leave(mk_trace *t, void *machine) {
  const uint64_t sp = mk_sp(t, machine);
  while (t->depth != 0u && t->frames[t->depth - 1u].back == t->back &&
         t->frames[t->depth - 1u].sp == sp) {
    t->depth--;
    t->part = (uint32_t)t->frames[t->depth].part;
  }
  t->back = t->depth != 0u ? t->frames[t->depth - 1u].back : UINT64_MAX;
}

static void mk_enter(mk_trace *t, void *machine, uint32_t part) {
  if (t->part == part) {
    return; /* recursion, or a loop whose head is the first instruction */
  }
  const uint64_t back = mk_register(t, machine, t->reg_link) & ~(uint64_t)1;
  const uint64_t sp = mk_sp(t, machine);
  if (t->depth == (uint32_t)MK_DEPTH) {
    mk_halt(t, machine, MK_TOO_DEEP);
    return;
  }
  t->frames[t->depth].back = back;
  t->frames[t->depth].sp = sp;
  t->frames[t->depth].part = t->part;
  t->depth++;
  t->back = back;
  t->part = part;
}

/* Every part that is being executed, the outer ones too, uses the stack down to `low`. */
static void mk_deepen(mk_trace *t, uint64_t low) {
  uint32_t part = t->part;
  for (uint32_t i = t->depth; i != 0u; i--) {
    const mk_frame *frame = &t->frames[i - 1u];
    if (frame->sp > low && frame->sp - low > t->deepest[part]) {
      t->deepest[part] = (uint32_t)(frame->sp - low);
    }
    part = (uint32_t)frame->part;
  }
}

static void mk_watch_stack(mk_trace *t, void *machine, const mk_node *node) {
  const uint64_t sp = mk_sp(t, machine);
  const uint64_t low = sp + (uint64_t)(int64_t)node->dip;
  if (low < t->lowest) {
    t->lowest = low;
  }
  mk_deepen(t, low);
  t->look = node->flags & (uint32_t)MK_READ_SP_AFTER;
}

void mk_trace_access(void *machine, int type, uint64_t address, int size, int64_t value,
                     void *user) {
  mk_trace *t = user;
  (void)machine;
  (void)type;
  (void)value;
  /* No core asks more than a word's alignment, of a double-word access neither. */
  const uint64_t unit = (size > 4) ? 4u : (uint64_t)size;
  if ((address & (unit - 1u)) != 0u) {
    t->askew(address, (uint32_t)size);
  }
}

void mk_trace_block(void *machine, uint64_t address, uint32_t size, void *user) {
  mk_trace *t = user;
  if (address == t->back) {
    mk_leave(t, machine);
  }
  uint32_t e = t->nodes[t->at].edges;
  while (e != 0u && (t->edges[e].address != address || t->edges[e].size != size ||
                     t->edges[e].part != t->part)) {
    e = t->edges[e].next;
  }
  if (e == 0u) {
    e = mk_new_edge(t, address, size);
    if (e == 0u) {
      mk_halt(t, machine, MK_FULL);
      return;
    }
  }
  t->edges[e].count++;
  t->at = t->edges[e].to;
  const mk_node *node = &t->nodes[t->at];
  if (node->mark != 0u) {
    mk_enter(t, machine, node->mark);
  }
  if ((node->flags | t->look) != 0u) {
    mk_watch_stack(t, machine, node);
  }
  t->instructions += node->instructions;
  if (t->instructions > t->limit) {
    mk_halt(t, machine, MK_LIMIT);
  }
}
