/* Patches: which objects they are for, and that what they must not change stays. */
#include "core/model/kubernetes.h"
#include "eval/kubernetes/kustomize.h"

/* Kinds whose lists kustomize knows the keys of: Kubernetes' own. */
static bool knows_lists(const bl_value *body)
{
	bl_str group = bl_kustomize_id_of(body).group;
	return bl_kubernetes_built_in(group) && !bl_str_eqz(group, "gateway.networking.k8s.io") &&
	       !bl_str_eqz(group, "apps.openshift.io");
}

static const bl_value *restored(bl_kustomize *k, const bl_value *body, const bl_value *old, const char *key)
{
	const bl_item *was = bl_value_item(old, bl_str_of(key), false), *is = bl_value_item(body, bl_str_of(key), false);
	if ((was ? was->value : NULL) == (is ? is->value : NULL))
		return body;
	return bl_kustomize_put(k, body, bl_str_of(key), was ? was->key_span : BL_NOWHERE, was ? was->value : NULL);
}

static bool allows(const bl_value *options, const char *what)
{
	const bl_value *v = bl_value_getz(options, what);
	return bl_value_is(v, BL_BOOL) && v->boolean;
}

/* A patch changes neither what an object is nor what it is called, unless its options say so. */
static void merge_into(bl_kustomize *k, bl_kustomize_object *o, const bl_value *patch, const bl_value *options)
{
	const bl_value *old = o->body, *body = bl_kustomize_merge(k, old, patch, knows_lists(old));
	bool renames = allows(options, "allowNameChange"), changes_kind = allows(options, "allowKindChange");
	if (!body) {
		o->body = NULL;
		return;
	}
	if (renames || changes_kind)
		bl_kustomize_remember(k, o);
	if (!changes_kind)
		body = restored(k, body, old, "kind");
	const bl_item *metadata = bl_value_item(body, BL_STR("metadata"), false);
	const bl_value *had = bl_value_getz(old, "metadata");
	if (metadata && bl_value_is(metadata->value, BL_MAP) && had) {
		const bl_value *kept = renames ? metadata->value : restored(k, metadata->value, had, "name");
		kept = restored(k, kept, had, "namespace");
		body = bl_kustomize_put(k, body, BL_STR("metadata"), metadata->key_span, kept);
	}
	o->body = body;
}

/* Objects that a patch deleted leave the list. */
static void sweep(bl_kustomize *k)
{
	size_t n = 0;
	for (size_t i = 0; i < k->objects.n; i++)
		if (k->objects.items[i]->body)
			k->objects.items[n++] = k->objects.items[i];
	k->objects.n = n;
}

static void apply_one(bl_kustomize *k, bl_kustomize_object *o, const bl_value *patch, const bl_value *options)
{
	if (patch->kind != BL_LIST) {
		merge_into(k, o, patch, options);
		return;
	}
	/* operations may rename an object, and who names it follows */
	bl_kustomize_remember(k, o);
	bl_kustomize_json_patch(k, &o->body, patch);
}

/* To all that the target selects; how many there are. */
static size_t apply_selected(bl_kustomize *k, const bl_value *patch, const bl_value *target, const bl_value *options)
{
	bl_kustomize_selector *selector = bl_kustomize_selector_new(k, target);
	size_t n = 0;
	for (size_t i = 0; selector && i < k->objects.n && bl_kustomize_step(k, 10); i++) {
		bl_kustomize_object *o = k->objects.items[i];
		if (!o->body || !bl_kustomize_selects(selector, o))
			continue;
		n++;
		apply_one(k, o, patch, options);
	}
	bl_kustomize_selector_free(selector);
	sweep(k);
	return n;
}

/* To the one that the patch itself names. */
static void apply_named(bl_kustomize *k, const bl_value *patch, const bl_value *options)
{
	bl_kustomize_id id = bl_kustomize_id_of(patch);
	if (patch->kind != BL_MAP || !id.kind.n || !id.name.n) {
		bl_kustomize_say(k, BL_DIAG_ERROR, patch->span,
			patch->kind == BL_LIST ? "a list of operations needs a target" : "a patch without a target names its kind and name");
		return;
	}
	bl_kustomize_object *o = bl_kustomize_find(k, &id);
	if (!o && k->full)
		return;
	if (!o) {
		bl_kustomize_say(k, BL_DIAG_ERROR, patch->span, "there is no " BL_FMT " '" BL_FMT "' to patch", BL_ARG(id.kind),
			BL_ARG(id.name));
		return;
	}
	apply_one(k, o, patch, options);
	sweep(k);
}

/* The documents of `patch` (text) or `path` (a file). */
static void read_patch(bl_kustomize *k, const bl_value *entry, bl_values *patches)
{
	const bl_value *text = bl_value_getz(entry, "patch"), *path = bl_value_getz(entry, "path");
	if (bl_value_is(text, BL_STRING))
		bl_kustomize_read_text(k, text, patches);
	else if (bl_value_is(path, BL_STRING))
		bl_kustomize_read(k, path, patches);
	else
		bl_kustomize_say(k, BL_DIAG_ERROR, entry->span, "a patch has a 'path' or a 'patch'");
}

static void apply_entry(bl_kustomize *k, const bl_value *entry)
{
	const bl_value *target = bl_value_getz(entry, "target"), *options = bl_value_getz(entry, "options");
	bl_values patches = {0};
	read_patch(k, entry, &patches);
	for (size_t i = 0; i < patches.n; i++) {
		const bl_value *patch = patches.items[i];
		if (patch->kind == BL_NULL)
			continue;
		if (bl_value_is(target, BL_MAP))
			apply_selected(k, patch, target, options);
		else
			apply_named(k, patch, options);
	}
}

static const bl_value *list_of(bl_kustomize *k, const char *key)
{
	const bl_value *v = bl_value_getz(k->body, key);
	if (v && v->kind != BL_LIST && v->kind != BL_NULL)
		bl_kustomize_say(k, BL_DIAG_ERROR, v->span, "'%s' is not a list", key);
	return bl_value_is(v, BL_LIST) ? v : NULL;
}

void bl_kustomize_patches(bl_kustomize *k)
{
	const bl_value *older = list_of(k, "patchesStrategicMerge"), *entries = list_of(k, "patches");
	for (uint32_t i = 0; older && i < older->n; i++) {
		const bl_value *one = older->list[i];
		bl_values patches = {0};
		if (!bl_value_is(one, BL_STRING))
			continue;
		if (memchr(one->string.p, '\n', one->string.n))
			bl_kustomize_read_text(k, one, &patches);
		else
			bl_kustomize_read(k, one, &patches);
		for (size_t n = 0; n < patches.n; n++)
			if (patches.items[n]->kind != BL_NULL)
				apply_named(k, patches.items[n], NULL);
	}
	for (uint32_t i = 0; entries && i < entries->n; i++)
		apply_entry(k, entries->list[i]);
}

void bl_kustomize_patches_json6902(bl_kustomize *k)
{
	const bl_value *entries = list_of(k, "patchesJson6902");
	for (uint32_t i = 0; entries && i < entries->n; i++) {
		const bl_value *entry = entries->list[i], *target = bl_value_getz(entry, "target");
		bl_values patches = {0};
		read_patch(k, entry, &patches);
		for (size_t n = 0; n < patches.n; n++) {
			if (patches.items[n]->kind != BL_LIST)
				bl_kustomize_say(k, BL_DIAG_ERROR, patches.items[n]->span, "is no list of operations");
			else if (!bl_value_is(target, BL_MAP) || !apply_selected(k, patches.items[n], target, NULL))
				bl_kustomize_say(k, BL_DIAG_ERROR, entry->span, "there is nothing that this patch is for");
		}
	}
}
