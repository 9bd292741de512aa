#include "core/base/sym.h"

#include "core/base/map.h"

#include <pthread.h>
#include <stdlib.h>

enum { SHARDS = 16 };

typedef struct shard {
	pthread_mutex_t lock;
	bl_arena arena;
	bl_map map;
} shard;

struct bl_symbols {
	shard shards[SHARDS];
};

bl_symbols *bl_symbols_new(void)
{
	bl_symbols *s = bl_xmalloc(sizeof *s);
	for (int i = 0; i < SHARDS; i++)
		pthread_mutex_init(&s->shards[i].lock, NULL);
	return s;
}

void bl_symbols_free(bl_symbols *symbols)
{
	if (!symbols)
		return;
	for (int i = 0; i < SHARDS; i++) {
		pthread_mutex_destroy(&symbols->shards[i].lock);
		bl_arena_done(&symbols->shards[i].arena);
	}
	free(symbols);
}

bl_sym bl_sym_of(bl_symbols *symbols, bl_str text)
{
	uint64_t hash = bl_str_hash(text);
	shard *s = &symbols->shards[hash >> 60];
	pthread_mutex_lock(&s->lock);
	bl_sym_entry *e = bl_map_get(&s->map, text);
	if (!e) {
		e = bl_new(&s->arena, bl_sym_entry);
		e->text = bl_str_dup(&s->arena, text);
		e->hash = hash;
		bl_map_put(&s->arena, &s->map, e->text, e);
	}
	pthread_mutex_unlock(&s->lock);
	return e;
}

bl_sym bl_sym_find(bl_symbols *symbols, bl_str text)
{
	shard *s = &symbols->shards[bl_str_hash(text) >> 60];
	pthread_mutex_lock(&s->lock);
	bl_sym_entry *e = bl_map_get(&s->map, text);
	pthread_mutex_unlock(&s->lock);
	return e;
}
