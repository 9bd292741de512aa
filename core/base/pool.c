#include "core/base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/* Parsers and evaluators recurse within depth limits; those limits are set for this stack. */
#define STACK_SIZE (16u << 20)

struct bl_pool {
	unsigned jobs;
	unsigned started; /* threads running besides the caller */
	pthread_t *threads;
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	unsigned generation, busy;
	bool stop;
	/* the barrier under way */
	size_t items;
	atomic_size_t next;
	bl_task task;
	void *context;
};

static void drain(bl_pool *p)
{
	bl_arena scratch = {0};
	size_t i;
	while ((i = atomic_fetch_add(&p->next, 1)) < p->items) {
		p->task(p->context, i, &scratch);
		bl_arena_done(&scratch);
	}
}

static void *worker(void *arg)
{
	bl_pool *p = arg;
	unsigned seen = 0;
	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (!p->stop && p->generation == seen)
			pthread_cond_wait(&p->work, &p->lock);
		if (p->stop)
			break;
		seen = p->generation;
		pthread_mutex_unlock(&p->lock);
		drain(p);
		pthread_mutex_lock(&p->lock);
		if (--p->busy == 0)
			pthread_cond_signal(&p->done);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

bl_pool *bl_pool_new(unsigned jobs)
{
	if (!jobs) {
		long n = sysconf(_SC_NPROCESSORS_ONLN);
		jobs = n > 0 ? (unsigned)n : 1;
	}
	bl_pool *p = bl_xmalloc(sizeof *p);
	p->jobs = jobs;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->done, NULL);
	return p;
}

static void start(bl_pool *p)
{
	if (p->threads)
		return;
	p->threads = bl_xmalloc(sizeof *p->threads * p->jobs);
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	while (p->started + 1 < p->jobs &&
		pthread_create(&p->threads[p->started], &attr, worker, p) == 0)
		p->started++;
	pthread_attr_destroy(&attr);
}

void bl_pool_run(bl_pool *p, size_t items, bl_task task, void *context)
{
	p->items = items;
	p->task = task;
	p->context = context;
	atomic_store(&p->next, 0);
	bool shared = p->jobs > 1 && items > 1;
	if (shared) {
		start(p);
		pthread_mutex_lock(&p->lock);
		p->busy = p->started;
		p->generation++;
		pthread_cond_broadcast(&p->work);
		pthread_mutex_unlock(&p->lock);
	}
	drain(p);
	if (shared) {
		pthread_mutex_lock(&p->lock);
		while (p->busy)
			pthread_cond_wait(&p->done, &p->lock);
		pthread_mutex_unlock(&p->lock);
	}
}

void bl_pool_free(bl_pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->started; i++)
		pthread_join(p->threads[i], NULL);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->done);
	free(p->threads);
	free(p);
}
