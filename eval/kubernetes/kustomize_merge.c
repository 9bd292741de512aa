/* Strategic merge: maps are merged, lists of Kubernetes' own types by the keys of their elements, other lists are replaced. */
#include "eval/kubernetes/kustomize.h"
#include "eval/kubernetes/manifest.h"

typedef struct merge {
	bl_kustomize *k;
	bool builtin;
} merge;

enum { MAX_KEYS = 2, SMALL = 16 };

/* Lists whose elements are known by these fields, as the API's own types declare; the first must be there. */
static const struct {
	const char *field, *keys[MAX_KEYS];
} keyed[] = {
	{"conditions", {"type"}},
	{"containers", {"name"}},
	{"env", {"name"}},
	{"ephemeralContainers", {"name"}},
	{"hostAliases", {"ip"}},
	{"imagePullSecrets", {"name"}},
	{"initContainers", {"name"}},
	{"matchConditions", {"name"}},
	{"ownerReferences", {"uid"}},
	{"ports", {"containerPort", "protocol"}},
	{"ports", {"port", "protocol"}},
	{"resourceClaims", {"name"}},
	{"schedulingGates", {"name"}},
	{"secrets", {"name"}},
	{"topologySpreadConstraints", {"topologyKey", "whenUnsatisfiable"}},
	{"volumeDevices", {"devicePath"}},
	{"volumeMounts", {"mountPath"}},
	{"volumes", {"name"}},
	{"webhooks", {"name"}},
};

static const bl_value *merge_value(merge *m, const bl_value *to, const bl_value *patch, bl_str field);

static bool is_directive(bl_str key)
{
	return key.n && key.p[0] == '$' &&
	       (bl_str_eqz(key, "$patch") || bl_str_eqz(key, "$retainKeys") || bl_str_starts(key, BL_STR("$setElementOrder/")) ||
		       bl_str_starts(key, BL_STR("$deleteFromPrimitiveList/")));
}

static bool directs(const bl_value *v, const char *what)
{
	return bl_value_is_string(bl_value_getz(v, "$patch"), what);
}

/* What a patch adds where nothing was: itself, without directives and nulls. */
static const bl_value *clean(merge *m, const bl_value *v)
{
	bl_kustomize *k = m->k;
	if (!bl_kustomize_step(k, 1) || (v->kind != BL_MAP && v->kind != BL_LIST) || !v->n)
		return v;
	bl_value *copy = bl_value_at(k->arena, v, v->span);
	uint32_t n = 0;
	if (v->kind == BL_LIST) {
		copy->list = bl_new_n(k->arena, const bl_value *, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			if (!directs(v->list[i], "delete") && !directs(v->list[i], "replace"))
				copy->list[n++] = clean(m, v->list[i]);
	} else {
		copy->map = bl_new_n(k->arena, bl_item, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			if (!is_directive(v->map[i].key) && v->map[i].value->kind != BL_NULL)
				copy->map[n++] = (bl_item){v->map[i].key, v->map[i].key_span, clean(m, v->map[i].value)};
	}
	copy->n = n;
	return copy;
}

/* ---- maps ---- */

static bl_item *find_item(bl_items *items, const bl_map *index, bl_str key)
{
	if (items->n > SMALL) {
		uintptr_t at = (uintptr_t)bl_map_get(index, key);
		return at ? &items->items[at - 1] : NULL;
	}
	for (size_t i = 0; i < items->n; i++)
		if (bl_str_eq(items->items[i].key, key))
			return &items->items[i];
	return NULL;
}

static const bl_value *merge_map(merge *m, const bl_value *to, const bl_value *patch)
{
	bl_arena *arena = m->k->arena;
	bl_items items = {bl_new_n(arena, bl_item, to->n), to->n, to->n}, added = {0};
	bl_map index = {0};
	if (to->n)
		memcpy(items.items, to->map, to->n * sizeof *to->map);
	for (size_t i = 0; items.n > SMALL && i < items.n; i++)
		bl_map_put(arena, &index, items.items[i].key, (void *)(uintptr_t)(i + 1));
	for (uint32_t i = 0; i < patch->n; i++) {
		const bl_item *p = &patch->map[i];
		if (is_directive(p->key) || !bl_kustomize_step(m->k, 1))
			continue;
		bl_item *old = find_item(&items, &index, p->key);
		const bl_value *v = p->value->kind == BL_NULL ? NULL
				    : old && old->value	      ? merge_value(m, old->value, p->value, p->key)
							      : clean(m, p->value);
		if (old) {
			bool inside = v && old->value && (v == old->value || (v->kind == BL_MAP && old->value->kind == BL_MAP));
			*old = (bl_item){old->key, inside ? old->key_span : p->key_span, v};
		} else if (v) {
			bl_vec_push(arena, &added, ((bl_item){p->key, p->key_span, v}));
		}
	}
	bl_items out = {0};
	for (size_t i = 0; i < items.n; i++)
		if (items.items[i].value)
			bl_vec_push(arena, &out, items.items[i]);
	for (size_t i = 0; i < added.n; i++)
		bl_vec_push(arena, &out, added.items[i]);
	bl_value *v = bl_items_value(arena, to->span, &out);
	v->open = to->open || patch->open;
	return v;
}

/* ---- lists ---- */

/* The keys of a list's elements, or NULL: the list is replaced. Ports are told apart by what they hold. */
static const char *const *keys_of(const merge *m, bl_str field, const bl_value *patch)
{
	for (size_t i = 0; m->builtin && i < sizeof keyed / sizeof *keyed; i++) {
		if (!bl_str_eqz(field, keyed[i].field))
			continue;
		for (uint32_t e = 0; e < patch->n; e++)
			if (bl_value_getz(patch->list[e], keyed[i].keys[0]))
				return keyed[i].keys;
	}
	return NULL;
}

static bool same_element(const bl_value *a, const bl_value *b, const char *const *keys)
{
	for (size_t i = 0; i < MAX_KEYS && keys[i]; i++) {
		const bl_value *x = bl_value_getz(a, keys[i]), *y = bl_value_getz(b, keys[i]);
		if (i ? x && y && !bl_str_eq(bl_manifest_text(x), bl_manifest_text(y))
		      : !x || !y || !bl_str_eq(bl_manifest_text(x), bl_manifest_text(y)))
			return false;
	}
	return true;
}

static const bl_value *merge_keyed(merge *m, const bl_value *to, const bl_value *patch, const char *const *keys)
{
	bl_arena *arena = m->k->arena;
	const bl_value **elements = bl_new_n(arena, const bl_value *, to->n);
	bl_values out = {0};
	if (to->n)
		memcpy(elements, to->list, to->n * sizeof *elements);
	/* what the patch names stands first, in its order, and then the rest */
	for (uint32_t i = 0; i < patch->n && bl_kustomize_step(m->k, to->n + 1); i++) {
		const bl_value *p = patch->list[i], *merged = NULL;
		bool found = false;
		for (uint32_t e = 0; e < to->n && !found; e++) {
			if (!elements[e] || !same_element(elements[e], p, keys))
				continue;
			found = true;
			merged = merge_value(m, elements[e], p, BL_STR(""));
			elements[e] = NULL;
		}
		if (!found && !directs(p, "delete"))
			merged = clean(m, p);
		if (merged)
			bl_vec_push(arena, &out, merged);
	}
	for (uint32_t e = 0; e < to->n; e++)
		if (elements[e])
			bl_vec_push(arena, &out, elements[e]);
	return bl_values_value(arena, to->span, &out);
}

/* finalizers are a set of texts. */
static const bl_value *merge_set(merge *m, const bl_value *to, const bl_value *patch)
{
	bl_values out = {0};
	for (uint32_t i = 0; i < patch->n; i++)
		bl_vec_push(m->k->arena, &out, patch->list[i]);
	for (uint32_t i = 0; i < to->n && bl_kustomize_step(m->k, patch->n + 1); i++) {
		uint32_t e = 0;
		while (e < patch->n && bl_value_equal(patch->list[e], to->list[i]) != BL_YES)
			e++;
		if (e == patch->n)
			bl_vec_push(m->k->arena, &out, to->list[i]);
	}
	return bl_values_value(m->k->arena, to->span, &out);
}

static const bl_value *merge_list(merge *m, const bl_value *to, const bl_value *patch, bl_str field)
{
	for (uint32_t i = 0; i < patch->n; i++)
		if (directs(patch->list[i], "replace"))
			return clean(m, patch);
	const char *const *keys = keys_of(m, field, patch);
	if (keys)
		return merge_keyed(m, to, patch, keys);
	if (m->builtin && bl_str_eqz(field, "finalizers"))
		return merge_set(m, to, patch);
	return clean(m, patch);
}

/* As deep as the patch, which YAML's own limit bounds. NULL: taken away. */
static const bl_value *merge_value(merge *m, const bl_value *to, const bl_value *patch, bl_str field)
{
	if (directs(patch, "delete"))
		return NULL;
	if (to->kind == BL_MAP && patch->kind == BL_MAP && !directs(patch, "replace"))
		return merge_map(m, to, patch);
	if (to->kind == BL_LIST && patch->kind == BL_LIST)
		return merge_list(m, to, patch, field);
	/* what a patch says only to be found (a kind, a container's name) stays written where it was */
	if (patch->kind != BL_MAP && patch->kind != BL_LIST && bl_value_equal(to, patch) == BL_YES)
		return to;
	return clean(m, patch);
}

const bl_value *bl_kustomize_merge(bl_kustomize *k, const bl_value *to, const bl_value *patch, bool builtin)
{
	merge m = {k, builtin};
	return merge_value(&m, to, patch, BL_STR(""));
}
