/* Kubernetes: objects as a cluster has them, with what the controllers make of workloads. */
#include "simulate/world.h"

#include "core/codec/json.h"

enum { MOST_PODS = 3 };

static bool in_no_namespace(bl_str kind)
{
	static const char *const kinds[] = {"APIService", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "IngressClass",
		"MutatingWebhookConfiguration", "Namespace", "Node", "PersistentVolume", "PodSecurityPolicy", "PriorityClass",
		"RuntimeClass", "StorageClass", "ValidatingWebhookConfiguration"};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (bl_str_eqz(kind, kinds[i]))
			return true;
	return false;
}

/* Kustomizations and charts are files for tools, and no cluster ever sees them. */
bool sim_kubernetes_is_object(const bl_resource *r)
{
	return bl_value_text(bl_value_getz(r->native, "kind")).n && bl_value_text(bl_value_getz(r->native, "apiVersion")).n &&
		bl_str_find(r->type, BL_STR("kustomize.config.k8s.io"), 0) < 0 && bl_str_find(r->type, BL_STR("github.com"), 0) < 0;
}

static bl_str space_of(sim_world *w, sim_thing *t)
{
	const bl_value *metadata = bl_value_getz(t->resource->native, "metadata");
	bl_str space = sim_text(w, t, bl_value_getz(metadata, "namespace"), BL_STR("namespace"));
	if (in_no_namespace(bl_value_text(bl_value_getz(t->resource->native, "kind"))))
		return BL_STR("");
	return space.n ? space : t->root->space;
}

/* The place in the cluster, which is one of a kind; the uid stands for it once it is made. */
bl_str sim_kubernetes_place(sim_world *w, sim_thing *t)
{
	return bl_str_fmt(&w->arena, BL_FMT "/" BL_FMT "/" BL_FMT, BL_ARG(t->type), BL_ARG(space_of(w, t)), BL_ARG(sim_name(w, t)));
}

bl_str sim_kubernetes_id(sim_world *w, sim_thing *t)
{
	sim_name(w, t);
	return sim_guid(&w->arena, sim_draw(t->seed, "uid", BL_STR("")));
}

static const bl_value *without_key(bl_arena *arena, const bl_value *v, const char *key)
{
	bl_items items = {0};
	for (uint32_t i = 0; bl_value_is(v, BL_MAP) && i < v->n; i++)
		if (!bl_str_eqz(v->map[i].key, key))
			bl_vec_push(arena, &items, v->map[i]);
	return bl_items_value(arena, BL_NOWHERE, &items);
}

/* What kubectl apply keeps of the manifest: what it was given, with name and namespace as they were sent. */
static const bl_value *applied(sim_world *w, sim_thing *t, const bl_value *object)
{
	bl_buf text = {0};
	bl_json j;
	object = bl_value_with(&w->arena, object, BL_STR("metadata.name"), sim_string(w, t->name));
	bl_json_begin(&j, &text, false);
	bl_json_value(&j, object);
	bl_buf_putc(&text, '\n');
	bl_str s = bl_str_dup(&w->arena, bl_buf_str(&text));
	bl_buf_done(&text);
	return sim_string(w, s);
}

const bl_value *sim_kubernetes_body(sim_world *w, sim_thing *t)
{
	bl_arena *a = &w->arena;
	const bl_value *object = sim_value(w, t, t->resource->native, BL_STR("")), *sent = object;
	uint64_t number = sim_draw(t->seed, "server", BL_STR(""));
	bl_str space = space_of(w, t);
	if (bl_str_eqz(t->type, "kubernetes/Secret"))
		sent = object = without_key(a, without_key(a, object, "data"), "stringData");
	if (space.n)
		sent = object = bl_value_with(a, object, BL_STR("metadata.namespace"), sim_string(w, space));
	object = bl_value_with(a, object, BL_STR("metadata.name"), sim_string(w, t->name));
	object = bl_value_with(a, object, BL_STR("metadata.uid"), sim_string(w, t->id));
	object = bl_value_with(a, object, BL_STR("metadata.creationTimestamp"), sim_string(w, bl_str_cat(a, bl_str_slice(sim_time(w, number), 0, 19), BL_STR("Z"))));
	object = bl_value_with(a, object, BL_STR("metadata.resourceVersion"), sim_string(w, sim_digits(a, number, 6)));
	if (!t->stripped) { /* the key has dots: it is put in by hand */
		const bl_value *old = bl_value_at_path(object, BL_STR("metadata.annotations"));
		bl_items annotations = {0};
		for (uint32_t i = 0; bl_value_is(old, BL_MAP) && i < old->n; i++)
			bl_vec_push(a, &annotations, old->map[i]);
		bl_items_put(a, &annotations, BL_STR("kubectl.kubernetes.io/last-applied-configuration"), BL_NOWHERE, applied(w, t, sent));
		object = bl_value_with(a, object, BL_STR("metadata.annotations"), bl_items_value(a, BL_NOWHERE, &annotations));
	} else if (bl_value_at_path(object, BL_STR("metadata.annotations"))) {
		object = bl_value_with(a, object, BL_STR("metadata.annotations"), bl_value_map(a, BL_NOWHERE, NULL, 0));
	}
	return bl_value_with(a, bl_value_map(a, BL_NOWHERE, NULL, 0), BL_STR("properties"), object);
}

void sim_kubernetes_show(sim_world *w)
{
	for (size_t i = 0; i < w->things.n; i++)
		if (w->things.items[i]->cloud == SIM_KUBERNETES && !w->things.items[i]->missing)
			w->things.items[i]->shown |= BL_SIMULATE_KUBECTL;
}

/* ---- what controllers make ---- */

static bl_str digest_of(sim_world *w, bl_str image)
{
	const sim_image *own = sim_image_of(w, image);
	if (own)
		return own->digest;
	return sim_sha256(&w->arena, bl_str_fmt(&w->arena, "%llu " BL_FMT, (unsigned long long)w->options->seed, BL_ARG(image)));
}

/* "nginx:1.25" -> "docker.io/library/nginx". */
static bl_str repository_of(bl_arena *arena, bl_str image)
{
	bl_str name;
	bl_str_cut(image, '@', &name);
	ptrdiff_t slash = bl_str_rfind_char(name, '/'), colon = bl_str_rfind_char(name, ':');
	if (colon > slash)
		name = bl_str_slice(name, 0, (size_t)colon);
	if (slash < 0)
		return bl_str_cat(arena, BL_STR("docker.io/library/"), name);
	bl_str host;
	bl_str_cut(name, '/', &host);
	bool registry = bl_str_find(host, BL_STR("."), 0) >= 0 || bl_str_find(host, BL_STR(":"), 0) >= 0 || bl_str_eqz(host, "localhost");
	return registry ? name : bl_str_cat(arena, BL_STR("docker.io/"), name);
}

static void write_statuses(sim_world *w, bl_json *j, const bl_value *spec)
{
	const bl_value *containers = bl_value_getz(spec, "containers");
	bl_json_key(j, "containerStatuses");
	bl_json_array(j);
	for (uint32_t i = 0; bl_value_is(containers, BL_LIST) && i < containers->n; i++) {
		bl_str image = bl_value_text(bl_value_getz(containers->list[i], "image"));
		if (!image.n)
			continue;
		bl_json_object(j);
		bl_json_member(j, "name", bl_value_text(bl_value_getz(containers->list[i], "name")));
		bl_json_member(j, "image", image);
		bl_json_member(j, "imageID", bl_str_fmt(&w->arena, BL_FMT "@sha256:" BL_FMT, BL_ARG(repository_of(&w->arena, image)),
			BL_ARG(digest_of(w, image))));
		bl_json_member_bool(j, "ready", true);
		bl_json_member_int(j, "restartCount", 0);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
}

typedef struct owner {
	const char *api_version, *kind;
	bl_str name, uid, space;
} owner;

static void begin_object(bl_json *j, const char *api_version, const char *kind, bl_str name, bl_str uid, const owner *of,
	const bl_value *labels)
{
	bl_json_object(j);
	bl_json_member(j, "apiVersion", bl_str_of(api_version));
	bl_json_member(j, "kind", bl_str_of(kind));
	bl_json_key(j, "metadata");
	bl_json_object(j);
	bl_json_member(j, "name", name);
	bl_json_member(j, "namespace", of->space);
	bl_json_member(j, "uid", uid);
	if (labels) {
		bl_json_key(j, "labels");
		bl_json_value(j, labels);
	}
	bl_json_key(j, "ownerReferences");
	bl_json_array(j);
	bl_json_object(j);
	bl_json_member(j, "apiVersion", bl_str_of(of->api_version));
	bl_json_member(j, "kind", bl_str_of(of->kind));
	bl_json_member(j, "name", of->name);
	bl_json_member(j, "uid", of->uid);
	bl_json_member_bool(j, "controller", true);
	bl_json_object_end(j);
	bl_json_array_end(j);
	bl_json_object_end(j);
}

static void note_derived(sim_world *w, sim_thing *t, bl_str uid)
{
	bl_vec_push(&w->arena, &t->derived, uid);
}

static void write_pod(sim_world *w, bl_json *j, sim_thing *t, const owner *of, bl_str name, const bl_value *template)
{
	const bl_value *spec = bl_value_getz(template, "spec");
	bl_str uid = sim_guid(&w->arena, sim_draw(t->seed, "pod", name));
	begin_object(j, "v1", "Pod", name, uid, of, bl_value_at_path(template, BL_STR("metadata.labels")));
	bl_json_key(j, "spec");
	spec ? bl_json_value(j, spec) : bl_json_null(j);
	bl_json_key(j, "status");
	bl_json_object(j);
	bl_json_member(j, "phase", BL_STR("Running"));
	write_statuses(w, j, spec);
	bl_json_object_end(j);
	bl_json_object_end(j);
	note_derived(w, t, uid);
}

static void write_replica_set(sim_world *w, bl_json *j, sim_thing *t, owner *of, const bl_value *template)
{
	bl_arena *a = &w->arena;
	bl_str name = bl_str_fmt(a, BL_FMT "-" BL_FMT, BL_ARG(of->name),
		BL_ARG(sim_letters(a, sim_draw(t->seed, "replicas", BL_STR("")), BL_STR("bcdfghjklmnpqrstvwxz2456789"), 10)));
	bl_str uid = sim_guid(a, sim_draw(t->seed, "replica set", BL_STR("")));
	begin_object(j, "apps/v1", "ReplicaSet", name, uid, of, bl_value_at_path(template, BL_STR("metadata.labels")));
	bl_json_key(j, "spec");
	bl_json_object(j);
	bl_json_key(j, "template");
	bl_json_value(j, template);
	bl_json_object_end(j);
	bl_json_object_end(j);
	note_derived(w, t, uid);
	of->api_version = "apps/v1";
	of->kind = "ReplicaSet";
	of->name = name;
	of->uid = uid;
}

static void write_derived(sim_world *w, bl_json *j, sim_thing *t, const bl_value *object)
{
	static const char *const kinds[][2] = {{"DaemonSet", "apps/v1"}, {"Deployment", "apps/v1"}, {"Job", "batch/v1"},
		{"ReplicationController", "v1"}, {"StatefulSet", "apps/v1"}};
	bl_arena *a = &w->arena;
	const bl_value *template = bl_value_at_path(object, BL_STR("spec.template"));
	bl_str kind = bl_value_text(bl_value_getz(object, "kind"));
	size_t at = 0;
	while (at < 5 && !bl_str_eqz(kind, kinds[at][0]))
		at++;
	if (at == 5 || !bl_value_is(template, BL_MAP))
		return;
	const bl_value *replicas = bl_value_at_path(object, BL_STR("spec.replicas"));
	size_t n = bl_value_is(replicas, BL_NUMBER) && replicas->number >= 0 && replicas->number < MOST_PODS ? (size_t)replicas->number
		: bl_value_is(replicas, BL_NUMBER) ? MOST_PODS : 1;
	owner of = {kinds[at][1], kinds[at][0], t->name, t->id, bl_value_text(bl_value_at_path(object, BL_STR("metadata.namespace")))};
	if (at == 1)
		write_replica_set(w, j, t, &of, template);
	for (size_t i = 0; i < n; i++) {
		bl_str tail = at == 4 ? bl_str_integer(a, (long long)i)
			: sim_letters(a, sim_draw(t->seed, "pod name", bl_str_integer(a, (long long)i)), BL_STR("bcdfghjklmnpqrstvwxz2456789"), 5);
		write_pod(w, j, t, &of, bl_str_fmt(a, BL_FMT "-" BL_FMT, BL_ARG(of.name), BL_ARG(tail)), template);
	}
}

static void write_object(sim_world *w, bl_json *j, const sim_thing *t, const bl_value *object)
{
	bl_json_object(j);
	for (uint32_t i = 0; i < object->n; i++) {
		bl_json_key_str(j, object->map[i].key);
		bl_json_value(j, object->map[i].value);
	}
	if (bl_str_eqz(t->type, "kubernetes/Pod") && !bl_value_getz(object, "status")) {
		bl_json_key(j, "status");
		bl_json_object(j);
		bl_json_member(j, "phase", BL_STR("Running"));
		write_statuses(w, j, bl_value_getz(object, "spec"));
		bl_json_object_end(j);
	}
	bl_json_object_end(j);
}

void sim_kubernetes_write(sim_world *w, bl_buf *out)
{
	bl_json j;
	sim_things shown = sim_shown(w, BL_SIMULATE_KUBECTL);
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_member(&j, "apiVersion", BL_STR("v1"));
	bl_json_key(&j, "items");
	bl_json_array(&j);
	for (size_t i = 0; i < shown.n; i++) {
		const bl_value *object = bl_value_getz(shown.items[i]->body, "properties");
		write_object(w, &j, shown.items[i], object);
		write_derived(w, &j, shown.items[i], object);
	}
	bl_json_array_end(&j);
	bl_json_member(&j, "kind", BL_STR("List"));
	bl_json_key(&j, "metadata");
	bl_json_object(&j);
	bl_json_member(&j, "resourceVersion", BL_STR(""));
	bl_json_object_end(&j);
	bl_json_object_end(&j);
}
