/* `replacements`: the value of one field copied into others. */
#include "eval/kubernetes/kustomize.h"
#include "eval/kubernetes/manifest.h"

/* A field path such as spec.containers.[name=web].env.0.value, split. */
typedef BL_VEC(bl_str) steps;

typedef struct replacement {
	bl_kustomize *k;
	const bl_value *value, *options; /* options of the target, or NULL */
	const steps *path;
	bool create;
	size_t done; /* fields that were set */
	bl_span key_span;
} replacement;

static const bl_value *set_below(replacement *r, const bl_value *v, size_t i);

/* Dots part the steps, but not within brackets or behind a backslash. */
static void split_path(bl_arena *arena, bl_str path, steps *out)
{
	bl_buf step = {0};
	int depth = 0;
	for (size_t i = 0; i <= path.n; i++) {
		char c = i < path.n ? path.p[i] : '.';
		bool escaped = c == '\\' && i + 1 < path.n && path.p[i + 1] == '.';
		depth += c == '[';
		depth -= c == ']' && depth > 0;
		if (i < path.n && (escaped || c != '.' || depth > 0)) {
			bl_buf_putc(&step, escaped ? path.p[++i] : c);
			continue;
		}
		bl_vec_push(arena, out, bl_str_dup(arena, bl_buf_str(&step)));
		step.n = 0;
	}
	bl_buf_done(&step);
}

static bool as_index(bl_str s, uint32_t n, uint32_t *index)
{
	*index = 0;
	if (!s.n || s.n > 9)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		*index = *index * 10 + (uint32_t)(s.p[i] - '0');
	}
	return *index < n;
}

/* "[key=value]"; false when the step is none. */
static bool as_match(bl_str s, bl_str *key, bl_str *value)
{
	if (s.n < 3 || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	*value = bl_str_cut(bl_str_slice(s, 1, s.n - 1), '=', key);
	return true;
}

static bool fits(const bl_value *element, uint32_t at, bl_str step, uint32_t n)
{
	bl_str key, value;
	uint32_t index;
	if (bl_str_eqz(step, "*"))
		return true;
	if (as_match(step, &key, &value))
		return bl_str_eq(bl_manifest_text(key.n ? bl_value_get(element, key) : element), value);
	return as_index(step, n, &index) && index == at;
}

static const bl_value *get_at(const bl_value *v, const steps *path)
{
	for (size_t i = 0; v && i < path->n; i++) {
		const bl_value *next = v->kind == BL_MAP ? bl_value_get(v, path->items[i]) : NULL;
		for (uint32_t e = 0; v->kind == BL_LIST && e < v->n && !next; e++)
			next = fits(v->list[e], e, path->items[i], v->n) ? v->list[e] : NULL;
		v = next;
	}
	return v;
}

/* ---- parts of a text ---- */

static long long index_option(const bl_value *options)
{
	const bl_value *v = bl_value_getz(options, "index");
	return bl_value_is(v, BL_NUMBER) && v->number > -1e6 && v->number < 1e6 ? (long long)v->number : 0;
}

/* The part of text number index, between delimiters; false when there are not so many. */
static bool part_of(bl_str text, bl_str delimiter, long long index, bl_str *part)
{
	size_t begin = 0;
	for (long long i = 0;; i++) {
		ptrdiff_t at = bl_str_find(text, delimiter, begin);
		if (i == index) {
			*part = bl_str_slice(text, begin, at < 0 ? text.n : (size_t)at);
			return true;
		}
		if (at < 0)
			return false;
		begin = (size_t)at + delimiter.n;
	}
}

/* The text with one part replaced; an index below 0 puts it before all, one past the end behind all. */
static bl_str with_part(bl_arena *arena, bl_str text, bl_str delimiter, long long index, bl_str new)
{
	bl_str part;
	if (index < 0)
		return bl_str_fmt(arena, BL_FMT BL_FMT BL_FMT, BL_ARG(new), BL_ARG(delimiter), BL_ARG(text));
	if (!part_of(text, delimiter, index, &part))
		return bl_str_fmt(arena, BL_FMT BL_FMT BL_FMT, BL_ARG(text), BL_ARG(delimiter), BL_ARG(new));
	size_t begin = (size_t)(part.p - text.p);
	return bl_str_fmt(arena, BL_FMT BL_FMT BL_FMT, BL_ARG(bl_str_slice(text, 0, begin)), BL_ARG(new),
		BL_ARG(bl_str_slice(text, begin + part.n, text.n)));
}

static const bl_value *new_value(replacement *r, const bl_value *old)
{
	bl_str delimiter = bl_value_text(bl_value_getz(r->options, "delimiter"));
	bool scalar = r->value->kind != BL_MAP && r->value->kind != BL_LIST;
	if (delimiter.n && old && scalar)
		return bl_value_string(r->k->arena, r->value->span, with_part(r->k->arena, bl_manifest_text(old), delimiter,
			index_option(r->options), bl_manifest_text(r->value)));
	/* a text stays a text: the port 80 in an environment variable is "80" */
	if (bl_value_is(old, BL_STRING) && bl_value_is(r->value, BL_NUMBER))
		return bl_value_string(r->k->arena, r->value->span, r->value->digits);
	return r->value;
}

/* ---- targets ---- */

static const bl_value *set_in_list(replacement *r, const bl_value *list, size_t i)
{
	bl_str key, value, step = r->path->items[i];
	bl_values out = {0};
	size_t done = r->done;
	for (uint32_t e = 0; e < list->n && bl_kustomize_step(r->k, 1); e++)
		bl_vec_push(r->k->arena, &out,
			fits(list->list[e], e, step, list->n) ? set_below(r, list->list[e], i + 1) : list->list[e]);
	if (r->done == done && r->create && as_match(step, &key, &value) && key.n) {
		const bl_value *fresh = bl_kustomize_put(r->k, NULL, key, r->key_span,
			bl_value_string(r->k->arena, r->key_span, value));
		bl_vec_push(r->k->arena, &out, set_below(r, fresh, i + 1));
	}
	return r->done == done ? list : bl_values_value(r->k->arena, list->span, &out);
}

static const bl_value *set_below(replacement *r, const bl_value *v, size_t i)
{
	if (i == r->path->n) {
		r->done++;
		return new_value(r, v);
	}
	if (bl_value_is(v, BL_LIST))
		return set_in_list(r, v, i);
	if (v && v->kind != BL_MAP && v->kind != BL_NULL)
		return v;
	bl_str step = r->path->items[i];
	const bl_item *item = bl_value_item(v, step, false);
	if (!item && !r->create)
		return v;
	size_t done = r->done;
	const bl_value *inner = set_below(r, item ? item->value : NULL, i + 1);
	if (r->done == done || !inner)
		return v;
	return bl_kustomize_put(r->k, v, step, item ? item->key_span : r->key_span, inner);
}

/* Does an object have, or did it ever have, what a source or a target's select says? */
static bool is_meant(const bl_value *select, const bl_kustomize_object *o)
{
	bl_kustomize_id id;
	for (size_t i = 0; bl_kustomize_nth_id(o, i, &id); i++) {
		bl_str texts[] = {id.group, id.version, id.kind, id.name, id.namespace};
		static const char *const keys[] = {"group", "version", "kind", "name", "namespace"};
		size_t fit = 0;
		for (size_t n = 0; n < 5; n++) {
			bl_str want = bl_manifest_text(bl_value_getz(select, keys[n]));
			fit += !want.n || bl_str_eq(want, texts[n]);
		}
		if (fit == 5)
			return true;
	}
	return false;
}

static bool is_rejected(const bl_value *target, const bl_kustomize_object *o)
{
	const bl_value *reject = bl_value_getz(target, "reject");
	for (uint32_t i = 0; bl_value_is(reject, BL_LIST) && i < reject->n; i++)
		if (is_meant(reject->list[i], o))
			return true;
	return false;
}

static void set_target(bl_kustomize *k, const bl_value *target, const bl_value *value)
{
	const bl_value *paths = bl_value_getz(target, "fieldPaths"), *options = bl_value_getz(target, "options");
	const bl_value *create = bl_value_getz(options, "create"), *select = bl_value_getz(target, "select");
	static bl_value name_path = {.kind = BL_STRING, .string = {"metadata.name", 13}};
	const bl_value *otherwise[] = {&name_path};
	uint32_t n = bl_value_is(paths, BL_LIST) ? paths->n : 1;
	for (uint32_t p = 0; p < n; p++) {
		const bl_value *written = bl_value_is(paths, BL_LIST) ? paths->list[p] : otherwise[0];
		steps path = {0};
		size_t missed = 0; /* objects that are meant and lack the field */
		split_path(k->arena, bl_value_text(written), &path);
		replacement r = {k, value, options, &path, bl_value_is(create, BL_BOOL) && create->boolean, 0, written->span};
		for (size_t i = 0; i < k->objects.n && bl_kustomize_step(k, 5); i++) {
			bl_kustomize_object *o = k->objects.items[i];
			if (!is_meant(select, o) || is_rejected(target, o))
				continue;
			if ((value->kind == BL_MAP || value->kind == BL_LIST) && !bl_kustomize_may_grow(k, o->body, value))
				continue;
			if (bl_str_starts(bl_value_text(written), BL_STR("metadata.name")) || !paths)
				bl_kustomize_remember(k, o);
			size_t done = r.done;
			const bl_value *body = set_below(&r, o->body, 0);
			o->body = body ? body : o->body;
			missed += r.done == done;
		}
		if (missed)
			bl_kustomize_say(k, BL_DIAG_ERROR, bl_span_known(written->span) ? written->span : target->span,
				"there is no field '" BL_FMT "' to replace", BL_ARG(bl_value_text(written)));
	}
}

/* What is copied; NULL, and said, when there is none. */
static const bl_value *source_value(bl_kustomize *k, const bl_value *entry)
{
	const bl_value *source = bl_value_getz(entry, "source"), *given = bl_value_getz(entry, "sourceValue");
	const bl_value *options = bl_value_getz(source, "options"), *found = NULL;
	bl_str text = bl_value_text(bl_value_getz(source, "fieldPath")), part;
	bl_str delimiter = bl_value_text(bl_value_getz(options, "delimiter"));
	steps path = {0};
	if (given)
		return given;
	split_path(k->arena, text.n ? text : BL_STR("metadata.name"), &path);
	for (size_t i = 0; source && i < k->objects.n && !found && bl_kustomize_step(k, 5); i++)
		if (is_meant(source, k->objects.items[i]))
			found = get_at(k->objects.items[i]->body, &path);
	if (found && delimiter.n && found->kind != BL_MAP && found->kind != BL_LIST)
		found = part_of(bl_manifest_text(found), delimiter, index_option(options), &part)
				? bl_value_string(k->arena, found->span, part)
				: NULL;
	if (!found)
		bl_kustomize_say(k, BL_DIAG_ERROR, source ? source->span : entry->span, "there is nothing here to take the value from");
	return found;
}

static void replace(bl_kustomize *k, const bl_value *entry)
{
	const bl_value *targets = bl_value_getz(entry, "targets"), *value = source_value(k, entry);
	for (uint32_t i = 0; value && bl_value_is(targets, BL_LIST) && i < targets->n; i++)
		set_target(k, targets->list[i], value);
}

void bl_kustomize_replacements(bl_kustomize *k)
{
	const bl_value *entries = bl_value_getz(k->body, "replacements");
	for (uint32_t i = 0; bl_value_is(entries, BL_LIST) && i < entries->n; i++) {
		const bl_value *path = bl_value_getz(entries->list[i], "path");
		bl_values documents = {0};
		if (!bl_value_is(path, BL_STRING)) {
			replace(k, entries->list[i]);
			continue;
		}
		bl_kustomize_read(k, path, &documents);
		for (size_t d = 0; d < documents.n; d++) {
			const bl_value *v = documents.items[d];
			if (v->kind == BL_MAP)
				replace(k, v);
			for (uint32_t e = 0; v->kind == BL_LIST && e < v->n; e++)
				replace(k, v->list[e]);
		}
	}
}
