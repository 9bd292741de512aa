/* Which jobs a matrix makes: the product of its lists, without what `exclude` names, with what `include` adds. */
#include "eval/pipeline/github.h"

enum { MAX_JOBS = 256 /* GitHub's own limit */, MAX_PRODUCT = 4096, MAX_KEYS = 32 };

typedef struct jobs {
	bl_arena *arena;
	const bl_value *matrix;
	BL_VEC(bl_items) list;
	size_t original; /* keys of the matrix itself, first in each job's items */
} jobs;

static bool is_variable(const bl_item *item)
{
	return !bl_str_eqz(item->key, "include") && !bl_str_eqz(item->key, "exclude");
}

/* Is all of it written there? */
static bool is_known(const bl_value *matrix)
{
	size_t product = 1, keys = 0;
	if (!bl_value_is(matrix, BL_MAP) || bl_value_has_unknown(matrix))
		return false;
	for (uint32_t i = 0; i < matrix->n; i++) {
		const bl_value *v = matrix->map[i].value;
		if (v->kind != BL_LIST || ++keys > MAX_KEYS)
			return false;
		if (is_variable(&matrix->map[i]))
			product *= v->n ? v->n : 1;
		if (product > MAX_PRODUCT)
			return false;
	}
	return true;
}

static const bl_value *get(const bl_items *job, bl_str key)
{
	for (size_t i = 0; i < job->n; i++)
		if (bl_str_eq(job->items[i].key, key))
			return job->items[i].value;
	return NULL;
}

static void multiply(jobs *j, const bl_item *variable)
{
	BL_VEC(bl_items) next = {0};
	for (size_t i = 0; i < j->list.n; i++) {
		for (uint32_t k = 0; k < variable->value->n; k++) {
			bl_items job = {0};
			for (size_t n = 0; n < j->list.items[i].n; n++)
				bl_vec_push(j->arena, &job, j->list.items[i].items[n]);
			bl_items_put(j->arena, &job, variable->key, variable->key_span, variable->value->list[k]);
			bl_vec_push(j->arena, &next, job);
		}
	}
	j->list.items = next.items;
	j->list.n = next.n;
	j->list.cap = next.cap;
}

/* Does the job have all that the entry says? */
static bool matches(const bl_items *job, const bl_value *entry)
{
	for (uint32_t i = 0; i < entry->n; i++) {
		const bl_value *v = get(job, entry->map[i].key);
		if (!v || bl_value_equal(v, entry->map[i].value) != BL_YES)
			return false;
	}
	return true;
}

static void exclude(jobs *j, const bl_value *entries)
{
	size_t kept = 0;
	for (size_t i = 0; i < j->list.n; i++) {
		bool out = false;
		for (uint32_t k = 0; entries && k < entries->n && !out; k++)
			out = entries->list[k]->kind == BL_MAP && matches(&j->list.items[i], entries->list[k]);
		if (!out)
			j->list.items[kept++] = j->list.items[i];
	}
	j->list.n = kept;
}

/* An entry goes into every job of which it changes no variable of the matrix; into none: it is a job of its own. */
static void include(jobs *j, const bl_value *entry, size_t product)
{
	bool added = false;
	for (size_t i = 0; i < product; i++) {
		bl_items *job = &j->list.items[i];
		bool fits = true;
		for (uint32_t k = 0; k < entry->n && fits; k++) {
			const bl_value *own = bl_value_getz(j->matrix, bl_str_z(j->arena, entry->map[k].key));
			fits = !own || bl_value_equal(get(job, entry->map[k].key), entry->map[k].value) == BL_YES;
		}
		for (uint32_t k = 0; fits && k < entry->n; k++)
			bl_items_put(j->arena, job, entry->map[k].key, entry->map[k].key_span, entry->map[k].value);
		added |= fits;
	}
	if (added)
		return;
	bl_items job = {0};
	for (uint32_t k = 0; k < entry->n; k++)
		bl_items_put(j->arena, &job, entry->map[k].key, entry->map[k].key_span, entry->map[k].value);
	bl_vec_push(j->arena, &j->list, job);
}

static bool is_among(const bl_values *list, const bl_value *v)
{
	for (size_t i = 0; i < list->n; i++)
		if (bl_value_equal(list->items[i], v) == BL_YES)
			return true;
	return false;
}

/* A variable of which several values are known: one of them. */
static const bl_value *choice(bl_arena *arena, const bl_values *values, bl_str key)
{
	if (values->n == 1)
		return values->items[0];
	bl_value *v = bl_github_unknown(arena, values->items[0]->span, bl_str_cat(arena, BL_STR("matrix."), key));
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->ncandidates = values->n;
	u->candidates = values->items;
	return v;
}

/* What each variable can be, over all jobs. */
static const bl_value *summary(bl_arena *arena, bl_span span, const bl_values *list)
{
	bl_items items = {0};
	for (size_t i = 0; i < list->n; i++) {
		const bl_value *job = list->items[i];
		for (uint32_t k = 0; k < job->n; k++) {
			bl_values values = {0};
			bool there = false;
			for (size_t n = 0; n < items.n; n++)
				there |= bl_str_eq(items.items[n].key, job->map[k].key);
			for (size_t n = i; n < list->n && !there; n++) {
				const bl_value *v = bl_value_get(list->items[n], job->map[k].key);
				if (v && !is_among(&values, v))
					bl_vec_push(arena, &values, v);
			}
			if (!there)
				bl_items_put(arena, &items, job->map[k].key, job->map[k].key_span, choice(arena, &values, job->map[k].key));
		}
	}
	return bl_items_value(arena, span, &items);
}

bool bl_github_matrix(bl_arena *arena, const bl_value *matrix, bl_values *out, const bl_value **all)
{
	jobs j = {.arena = arena, .matrix = matrix};
	bool any = false;
	*all = NULL;
	if (!matrix)
		return false;
	if (!is_known(matrix)) {
		*all = bl_github_unknown(arena, matrix->span, BL_STR("matrix"));
		return false;
	}
	bl_vec_push(arena, &j.list, ((bl_items){0}));
	for (uint32_t i = 0; i < matrix->n; i++) {
		if (is_variable(&matrix->map[i])) {
			multiply(&j, &matrix->map[i]);
			any = true;
		}
	}
	j.list.n = any ? j.list.n : 0;
	exclude(&j, bl_value_getz(matrix, "exclude"));
	const bl_value *entries = bl_value_getz(matrix, "include");
	size_t product = j.list.n;
	for (uint32_t i = 0; entries && i < entries->n && i < MAX_JOBS; i++)
		if (entries->list[i]->kind == BL_MAP)
			include(&j, entries->list[i], product);
	for (size_t i = 0; i < j.list.n && i < MAX_JOBS; i++)
		bl_vec_push(arena, out, bl_items_value(arena, matrix->span, &j.list.items[i]));
	*all = summary(arena, matrix->span, out);
	return out->n > 0 && out->n <= BL_GITHUB_MAX_MATRIX;
}
