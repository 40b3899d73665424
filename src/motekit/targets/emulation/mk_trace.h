/* Counts the paths between basic blocks while a program is emulated.

   A node is a basic block (address, size) within a part; an edge is one step from a node to
   the next. Both live in arrays that the Python side allocates and reads (targets/emulation/
   trace.py declares the same layouts). Index 0 of both arrays means "none"; node 1 is where
   every run starts. */
#ifndef MK_TRACE_H
#define MK_TRACE_H

#include <stdint.h>

enum { MK_DEPTH = 64, MK_PARTS = 64 };

enum { MK_READ_SP = 1, MK_READ_SP_AFTER = 2 };

enum { MK_OK = 0, MK_LIMIT = 1, MK_FULL = 2, MK_TOO_DEEP = 3, MK_FAILED = 4 };

typedef struct {
  uint64_t address;
  uint32_t size;         /* bytes */
  uint32_t part;         /* part its cycles go to, 0: none */
  uint32_t instructions; /* filled by the host when the node is new */
  int32_t dip;           /* lowest stack pointer in the block, relative to its start */
  uint32_t flags;        /* MK_READ_SP: the dip matters; _AFTER: look at the next block too */
  uint32_t mark;         /* part that begins at this address, 0: none */
  uint32_t edges;        /* first edge out of it */
  uint32_t chain;        /* next node of its hash bucket */
} mk_node;

typedef struct {
  uint64_t address; /* of the next block, with size and the part before it: the key */
  uint32_t size;
  uint32_t part;
  uint64_t count;
  uint32_t to;
  uint32_t next;
} mk_edge;

typedef struct {
  uint64_t back; /* return address */
  uint64_t sp;
  uint64_t part; /* part to go back to */
} mk_frame;

typedef struct {
  int (*read)(void *machine, int reg, void *value);
  int (*stop)(void *machine);
  void (*fresh)(uint32_t node); /* the host decodes the block and fills the node */
  void (*askew)(uint64_t address, uint32_t size); /* an access that is not aligned */
  mk_node *nodes;
  mk_edge *edges;
  uint32_t *buckets;
  uint64_t limit;        /* instructions after which to stop */
  uint64_t instructions; /* executed so far */
  uint64_t lowest;       /* stack pointer, lowest seen */
  uint64_t back;         /* return address of the innermost part, all ones: none */
  int32_t reg_sp, reg_link;
  uint32_t node_count, node_room;
  uint32_t edge_count, edge_room;
  uint32_t bucket_mask;
  uint32_t at;        /* node being executed */
  uint32_t part;      /* current part */
  uint32_t depth;     /* of frames */
  uint32_t look;      /* the stack pointer must be read at the next block */
  uint32_t status;    /* MK_OK … */
  mk_frame frames[MK_DEPTH];
  uint32_t deepest[MK_PARTS]; /* stack of each part, bytes below where it began */
} mk_trace;

#if defined(_WIN32)
#define MK_EXPORT __declspec(dllexport)
#else
#define MK_EXPORT __attribute__((visibility("default")))
#endif

/* The emulator's hook on loads and stores. */
MK_EXPORT void mk_trace_access(void *machine, int type, uint64_t address, int size, int64_t value,
                               void *user);

/* The emulator's block hook. */
MK_EXPORT void mk_trace_block(void *machine, uint64_t address, uint32_t size, void *user);

#endif
