/* A fixed worker pool: a barrier runs one task per item and returns when all are done. */
#ifndef BL_CORE_BASE_POOL_H
#define BL_CORE_BASE_POOL_H

#include "core/base/arena.h"

typedef struct bl_pool bl_pool;

/* scratch belongs to the worker and is emptied after the task. Tasks of one barrier may run in any order. */
typedef void (*bl_task)(void *context, size_t item, bl_arena *scratch);

/* jobs: workers in all, the calling thread among them; 0 means one a processor. Threads start at the first barrier that can use them. */
bl_pool *bl_pool_new(unsigned jobs);
void bl_pool_free(bl_pool *pool);
void bl_pool_run(bl_pool *pool, size_t items, bl_task task, void *context);

#endif
