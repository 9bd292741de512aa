/*
 * Kubernetes' objects as kubectl and the API print them: a List, a PodList, one object alone. What is declared is compared with what was
 * applied last, which kubectl keeps in an annotation: `applied` in the body.
 */
#include "core/model/kubernetes.h"
#include "snapshots/read.h"

#include "core/codec/json.h"

#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"

static const char *const paths[] = {"items[]", NULL};

typedef struct objects {
	bl_values untyped; /* kept: items of a list of one kind, which the list may say after them */
} objects;

/* v, a map, without the keys named. */
static bl_value *without(bl_arena *arena, const bl_value *v, const char *const *keys, size_t n)
{
	bl_items items = {0};
	for (uint32_t i = 0; i < v->n; i++) {
		bool out = false;
		for (size_t k = 0; k < n && !out; k++)
			out = bl_str_eqz(v->map[i].key, keys[k]);
		if (!out)
			bl_vec_push(arena, &items, v->map[i]);
	}
	return bl_items_value(arena, v->span, &items);
}

/* The object without what is of no use or secret: who set which field when, the text of the last application, a secret's content. */
static const bl_value *pruned(bl_arena *arena, const bl_value *object, bool is_secret)
{
	static const char *const content[] = {"data", "stringData"};
	static const char *const fields[] = {"managedFields"};
	static const char *const applied[] = {LAST_APPLIED};
	const bl_value *metadata = bl_value_getz(object, "metadata");
	const bl_value *annotations = bl_value_getz(metadata, "annotations");
	bl_value *copy = without(arena, object, content, is_secret ? 2 : 0);
	/* that there is content, and none of it, is known */
	copy->open = is_secret;
	if (!bl_value_is(metadata, BL_MAP))
		return copy;
	bl_value *m = without(arena, metadata, fields, 1);
	for (uint32_t i = 0; i < m->n; i++)
		if (m->map[i].value == annotations && bl_value_is(annotations, BL_MAP))
			m->map[i].value = without(arena, annotations, applied, 1);
	for (uint32_t i = 0; i < copy->n; i++)
		if (copy->map[i].value == metadata)
			copy->map[i].value = m;
	return copy;
}

static void put(bl_arena *arena, bl_items *items, const char *key, const bl_value *v)
{
	if (v)
		bl_items_put(arena, items, bl_str_of(key), BL_NOWHERE, v);
}

static const bl_value *body_of(bl_snapshot_reader *r, const bl_value *object, bl_str kind, bool is_secret)
{
	bl_arena *arena = &r->out->arena;
	bl_items items = {0};
	const bl_value *kept = bl_keep_value(&r->keeper, pruned(r->scratch, object, is_secret));
	const bl_value *template = bl_kubernetes_pod_template(kept, kind), *pod = bl_value_getz(template, "spec");
	put(arena, &items, "name", bl_value_at_path(kept, BL_STR("metadata.name")));
	put(arena, &items, "tags", bl_value_at_path(kept, BL_STR("metadata.labels")));
	put(arena, &items, "properties", kept);
	if (bl_value_is(pod, BL_MAP)) {
		put(arena, &items, "pod", pod);
		put(arena, &items, "containers", bl_kubernetes_containers(arena, pod));
	}
	const bl_value *annotations = bl_value_getz(bl_value_getz(object, "metadata"), "annotations");
	const bl_value *text = bl_value_get(annotations, BL_STR(LAST_APPLIED));
	const bl_value *applied = bl_snapshot_json(r, text);
	bl_items nothing = {0};
	/* of a Secret it is kept that it was applied, and not what */
	if (bl_value_is(applied, BL_MAP))
		put(arena, &items, "applied", is_secret ? bl_items_value(arena, BL_NOWHERE, &nothing) : bl_keep_value(&r->keeper, applied));
	return bl_items_value(arena, BL_NOWHERE, &items);
}

/*
 * Objects have no id that says where they are: k8s://UID/NAMESPACE/KIND/NAME, with the group before the kind where it is not Kubernetes'
 * own. Without a uid (an object that was never sent to a cluster) the place is empty.
 */
static bl_str id_of(bl_arena *arena, const bl_value *metadata, bl_str type)
{
	bl_str kind = type;
	if (bl_str_starts(type, BL_STR("kubernetes/")))
		kind = bl_str_slice(type, strlen("kubernetes/"), type.n);
	bl_str uid = bl_snapshot_text(metadata, "uid"), namespace = bl_snapshot_text(metadata, "namespace");
	bl_str name = bl_snapshot_text(metadata, "name");
	return bl_str_fmt(arena, "k8s://" BL_FMT "/" BL_FMT "/" BL_FMT "/" BL_FMT, BL_ARG(uid), BL_ARG(namespace), BL_ARG(kind),
		BL_ARG(name));
}

static bool add(bl_snapshot_reader *r, const bl_value *object, bl_str kind, bl_str api_version)
{
	const bl_value *metadata = bl_value_getz(object, "metadata");
	bl_str name = bl_snapshot_text(metadata, "name");
	if (!kind.n || !api_version.n || !name.n)
		return false;
	bl_str group = bl_kubernetes_group(api_version);
	bool built_in = bl_kubernetes_built_in(group);
	bl_str type = built_in ? bl_str_fmt(r->scratch, "kubernetes/" BL_FMT, BL_ARG(kind))
			       : bl_str_fmt(r->scratch, BL_FMT "/" BL_FMT, BL_ARG(group), BL_ARG(kind));
	bl_asset *asset = bl_snapshot_add(r, bl_keep_str(&r->keeper, id_of(r->scratch, metadata, type)), type);
	asset->name = bl_keep_str(&r->keeper, name);
	asset->scope = bl_keep_str(&r->keeper, bl_str_lower(r->scratch, bl_snapshot_text(metadata, "namespace")));
	asset->body = body_of(r, object, kind, built_in && bl_str_eqz(kind, "Secret"));
	const bl_value *labels = bl_value_getz(asset->body, "tags");
	asset->tags = bl_value_is(labels, BL_MAP) ? labels : NULL;
	return true;
}

static bool on_item(bl_snapshot_reader *r, void *state, size_t path, const bl_value *row, uint64_t offset)
{
	objects *o = state;
	(void)path;
	(void)offset;
	if (add(r, row, bl_snapshot_text(row, "kind"), bl_snapshot_text(row, "apiVersion")))
		return true;
	if (!bl_snapshot_text(bl_value_getz(row, "metadata"), "uid").n)
		return false;
	/* secrets are among those that have a type */
	const bl_value *kept = bl_keep_value(&r->keeper, pruned(r->scratch, row, bl_value_getz(row, "type") != NULL));
	bl_vec_push(&r->own, &o->untyped, kept);
	return true;
}

/* The API's own lists say the kind once, for all: PodList. */
static void add_untyped(bl_snapshot_reader *r, objects *o, bl_str list_kind, bl_str api_version)
{
	bl_str kind = bl_str_slice(list_kind, 0, list_kind.n - strlen("List"));
	for (size_t i = 0; i < o->untyped.n; i++)
		add(r, o->untyped.items[i], kind, api_version);
	o->untyped.n = 0;
}

static bool on_object(bl_snapshot_reader *r, void *state, const bl_value *v, uint64_t offset)
{
	bl_str kind = bl_snapshot_text(v, "kind"), api_version = bl_snapshot_text(v, "apiVersion");
	(void)offset;
	if (!kind.n || !api_version.n)
		return false;
	if (!bl_str_ends(kind, BL_STR("List")))
		return !r->cut && add(r, v, kind, api_version);
	add_untyped(r, state, kind, api_version);
	return true;
}

static void at_end(bl_snapshot_reader *r, void *state)
{
	const objects *o = state;
	if (!o->untyped.n)
		return;
	bl_snapshot_partial(r, "it holds objects without a kind");
	bl_snapshot_say(r, BL_DIAG_WARNING, "%zu objects have no kind: `kubectl get -o json` writes it", o->untyped.n);
}

const bl_snapshot_format bl_kubernetes_format = {
	.name = "kubernetes",
	.paths = paths,
	.state = sizeof(objects),
	.row = on_item,
	.object = on_object,
	.torso = true,
	.end = at_end,
};
