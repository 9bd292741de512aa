/* What a kustomization sets everywhere: namespace, prefix and suffix, labels, annotations, replicas. */
#include "core/model/kubernetes.h"
#include "eval/kubernetes/kustomize.h"
#include "eval/kubernetes/manifest.h"

/* A field of some kinds: NULL means any. create: it is made where it is missing. */
typedef struct field {
	const char *group, *version, *kind, *path;
	bool create;
} field;

#define AFFINITY(group, kind, what)                                                                                     \
	{group, NULL, kind,                                                                                             \
		"spec/template/spec/affinity/" what                                                                     \
		"/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",           \
		false},                                                                                                 \
	{                                                                                                               \
		group, NULL, kind,                                                                                      \
			"spec/template/spec/affinity/" what                                                             \
			"/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",                    \
			false                                                                                           \
	}

/* https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/commonlabels/ names what selectors are. */
static const field selectors[] = {
	{NULL, "v1", "Service", "spec/selector", true},
	{NULL, "v1", "ReplicationController", "spec/selector", true},
	{NULL, NULL, "Deployment", "spec/selector/matchLabels", true},
	AFFINITY("apps", "Deployment", "podAffinity"),
	AFFINITY("apps", "Deployment", "podAntiAffinity"),
	{"apps", NULL, "Deployment", "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", false},
	{NULL, NULL, "ReplicaSet", "spec/selector/matchLabels", true},
	{NULL, NULL, "DaemonSet", "spec/selector/matchLabels", true},
	{"apps", NULL, "StatefulSet", "spec/selector/matchLabels", true},
	AFFINITY("apps", "StatefulSet", "podAffinity"),
	AFFINITY("apps", "StatefulSet", "podAntiAffinity"),
	{"apps", NULL, "StatefulSet", "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", false},
	{"batch", NULL, "Job", "spec/selector/matchLabels", false},
	{"batch", NULL, "CronJob", "spec/jobTemplate/spec/selector/matchLabels", false},
	{"policy", NULL, "PodDisruptionBudget", "spec/selector/matchLabels", false},
	{"networking.k8s.io", NULL, "NetworkPolicy", "spec/podSelector/matchLabels", false},
	{"networking.k8s.io", NULL, "NetworkPolicy", "spec/ingress/from/podSelector/matchLabels", false},
	{"networking.k8s.io", NULL, "NetworkPolicy", "spec/egress/to/podSelector/matchLabels", false},
};

/* Where templates say what the pods' metadata will be; "labels" or "annotations" follows. */
static const field templates[] = {
	{NULL, "v1", "ReplicationController", "spec/template/metadata/", true},
	{NULL, NULL, "Deployment", "spec/template/metadata/", true},
	{NULL, NULL, "ReplicaSet", "spec/template/metadata/", true},
	{NULL, NULL, "DaemonSet", "spec/template/metadata/", true},
	{NULL, NULL, "StatefulSet", "spec/template/metadata/", true},
	{"batch", NULL, "Job", "spec/template/metadata/", true},
	{"batch", NULL, "CronJob", "spec/jobTemplate/metadata/", true},
	{"batch", NULL, "CronJob", "spec/jobTemplate/spec/template/metadata/", true},
};

static bool is_for(const field *f, const bl_kustomize_id *id)
{
	return (!f->group || bl_str_eqz(id->group, f->group)) && (!f->version || bl_str_eqz(id->version, f->version)) &&
	       (!f->kind || bl_str_eqz(id->kind, f->kind));
}

/* ---- labels and annotations ---- */

typedef struct pairs {
	bl_kustomize *k;
	const bl_value *map;
} pairs;

static const bl_value *put_pairs(void *context, const bl_value *old)
{
	pairs *p = context;
	const bl_value *v = old;
	if (old && old->kind != BL_MAP && old->kind != BL_NULL)
		return NULL;
	for (uint32_t i = 0; i < p->map->n; i++)
		v = bl_kustomize_put(p->k, v, p->map->map[i].key, p->map->map[i].key_span, p->map->map[i].value);
	return v;
}

static void set_at(bl_kustomize *k, bl_kustomize_object *o, const field *f, const char *under, const bl_value *map)
{
	bl_kustomize_id id = bl_kustomize_id_of(o->body);
	pairs p = {k, map};
	/* keys that are made are parts of the path, so it must last */
	if (is_for(f, &id))
		o->body = bl_kustomize_at(k, o->body, bl_str_fmt(k->arena, "%s%s", f->path, under).p, f->create, put_pairs, &p);
}

static void set_metadata(bl_kustomize *k, const bl_value *map, const char *under, bool in_templates)
{
	static const field own = {NULL, NULL, NULL, "metadata/", true};
	static const field claims = {"apps", NULL, "StatefulSet", "spec/volumeClaimTemplates/metadata/labels", true};
	for (size_t i = 0; i < k->objects.n; i++) {
		bl_kustomize_object *o = k->objects.items[i];
		set_at(k, o, &own, under, map);
		for (size_t f = 0; in_templates && f < sizeof templates / sizeof *templates; f++)
			set_at(k, o, &templates[f], under, map);
		if (in_templates && strcmp(under, "labels") == 0)
			set_at(k, o, &claims, "", map);
	}
}

static void set_selectors(bl_kustomize *k, const bl_value *map)
{
	for (size_t i = 0; i < k->objects.n; i++)
		for (size_t f = 0; f < sizeof selectors / sizeof *selectors; f++)
			set_at(k, k->objects.items[i], &selectors[f], "", map);
}

static bool is_true(const bl_value *v)
{
	return bl_value_is(v, BL_BOOL) && v->boolean;
}

/* A field that the kustomization itself names: {path, kind, group, version, create}. */
static void set_custom(bl_kustomize *k, const bl_value *spec, const bl_value *map)
{
	static const char *const keys[] = {"group", "version", "kind", "path"};
	const char *texts[4];
	for (size_t i = 0; i < 4; i++) {
		bl_str s = bl_value_text(bl_value_getz(spec, keys[i]));
		texts[i] = s.n ? bl_str_z(k->arena, s) : NULL;
	}
	field f = {texts[0], texts[1], texts[2], texts[3], is_true(bl_value_getz(spec, "create"))};
	for (size_t i = 0; f.path && i < k->objects.n; i++)
		set_at(k, k->objects.items[i], &f, "", map);
}

void bl_kustomize_labels(bl_kustomize *k)
{
	const bl_value *entries = bl_value_getz(k->body, "labels"), *common = bl_value_getz(k->body, "commonLabels");
	for (uint32_t i = 0; bl_value_is(entries, BL_LIST) && i < entries->n; i++) {
		const bl_value *entry = entries->list[i], *map = bl_value_getz(entry, "pairs");
		const bl_value *custom = bl_value_getz(entry, "fields");
		bool everywhere = is_true(bl_value_getz(entry, "includeSelectors"));
		if (!bl_value_is(map, BL_MAP))
			continue;
		set_metadata(k, map, "labels", everywhere || is_true(bl_value_getz(entry, "includeTemplates")));
		if (everywhere)
			set_selectors(k, map);
		for (uint32_t f = 0; bl_value_is(custom, BL_LIST) && f < custom->n; f++)
			set_custom(k, custom->list[f], map);
	}
	if (bl_value_is(common, BL_MAP)) {
		set_selectors(k, common);
		set_metadata(k, common, "labels", true);
	}
}

void bl_kustomize_annotations(bl_kustomize *k)
{
	const bl_value *map = bl_value_getz(k->body, "commonAnnotations");
	if (bl_value_is(map, BL_MAP))
		set_metadata(k, map, "annotations", true);
}

/* ---- namespace ---- */

/* A binding of the service account "default" means the namespace's own; others follow the account they name. */
static const bl_value *put_subject(void *context, const bl_value *old)
{
	pairs *p = context;
	if (!bl_value_is_string(bl_value_getz(old, "kind"), "ServiceAccount") ||
		!bl_value_is_string(bl_value_getz(old, "name"), "default"))
		return NULL;
	return bl_kustomize_put(p->k, old, BL_STR("namespace"), p->map->span, p->map);
}

static const bl_value *put_subjects(void *context, const bl_value *old)
{
	pairs *p = context;
	if (!bl_value_is(old, BL_LIST) || !bl_kustomize_step(p->k, old->n))
		return NULL;
	bl_values out = {0};
	for (uint32_t i = 0; i < old->n; i++) {
		const bl_value *changed = put_subject(context, old->list[i]);
		bl_vec_push(p->k->arena, &out, changed ? changed : old->list[i]);
	}
	return bl_values_value(p->k->arena, old->span, &out);
}

void bl_kustomize_namespace(bl_kustomize *k)
{
	const bl_value *namespace = bl_value_getz(k->body, "namespace");
	pairs p = {k, namespace};
	if (!bl_value_text(namespace).n)
		return;
	for (size_t i = 0; i < k->objects.n; i++) {
		bl_kustomize_object *o = k->objects.items[i];
		bl_kustomize_id id = bl_kustomize_id_of(o->body);
		bl_kustomize_remember(k, o);
		if (!bl_kubernetes_cluster_scoped(id.group, id.kind))
			bl_kustomize_set(k, o, "metadata/namespace", true, namespace);
		if (bl_str_eqz(id.kind, "Namespace") && !id.group.n)
			bl_kustomize_set(k, o, "metadata/name", true, namespace);
		if (bl_str_eqz(id.kind, "APIService"))
			bl_kustomize_set(k, o, "spec/service/namespace", true, namespace);
		if (bl_str_eqz(id.kind, "CustomResourceDefinition"))
			bl_kustomize_set(k, o, "spec/conversion/webhook/clientConfig/service/namespace", false, namespace);
		if (bl_str_eqz(id.kind, "RoleBinding") || bl_str_eqz(id.kind, "ClusterRoleBinding"))
			o->body = bl_kustomize_at(k, o->body, "subjects", false, put_subjects, &p);
	}
}

/* ---- names ---- */

/* What its name means elsewhere too: an affix would break it. */
static bool keeps_name(const bl_kustomize_id *id)
{
	return bl_str_eqz(id->kind, "CustomResourceDefinition") || bl_str_eqz(id->kind, "APIService") ||
	       (bl_str_eqz(id->kind, "Namespace") && !id->group.n);
}

static void add_affix(bl_kustomize *k, bl_str prefix, bl_str suffix)
{
	for (size_t i = 0; i < k->objects.n; i++) {
		bl_kustomize_object *o = k->objects.items[i];
		bl_kustomize_id id = bl_kustomize_id_of(o->body);
		const bl_value *name = bl_kustomize_get(o->body, "metadata/name");
		if (keeps_name(&id) || !id.name.n)
			continue;
		bl_kustomize_remember(k, o);
		if (prefix.n)
			bl_vec_push(k->arena, &o->prefixes, prefix);
		if (suffix.n)
			bl_vec_push(k->arena, &o->suffixes, suffix);
		bl_str text = bl_str_fmt(k->arena, BL_FMT BL_FMT BL_FMT, BL_ARG(prefix), BL_ARG(id.name), BL_ARG(suffix));
		bl_kustomize_set(k, o, "metadata/name", false, bl_value_string(k->arena, name->span, text));
	}
}

void bl_kustomize_affixes(bl_kustomize *k)
{
	bl_str prefix = bl_value_text(bl_value_getz(k->body, "namePrefix")), none = BL_STR("");
	bl_str suffix = bl_value_text(bl_value_getz(k->body, "nameSuffix"));
	if (prefix.n)
		add_affix(k, prefix, none);
	if (suffix.n)
		add_affix(k, none, suffix);
}

static bool has_name(const bl_kustomize_object *o, bl_str name)
{
	bl_kustomize_id id;
	for (size_t i = 0; bl_kustomize_nth_id(o, i, &id); i++)
		if (bl_str_eq(id.name, name))
			return true;
	return false;
}

void bl_kustomize_replicas(bl_kustomize *k)
{
	static const char *const kinds[] = {"Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"};
	const bl_value *entries = bl_value_getz(k->body, "replicas");
	for (uint32_t i = 0; bl_value_is(entries, BL_LIST) && i < entries->n; i++) {
		const bl_value *count = bl_value_getz(entries->list[i], "count"), *name = bl_value_getz(entries->list[i], "name");
		bool found = false;
		for (size_t n = 0; count && name && n < k->objects.n && bl_kustomize_step(k, 1); n++) {
			bl_kustomize_object *o = k->objects.items[n];
			bl_str kind = bl_kustomize_id_of(o->body).kind;
			size_t at = 0;
			while (at < 4 && !bl_str_eqz(kind, kinds[at]))
				at++;
			if (at == 4 || !has_name(o, bl_manifest_text(name)))
				continue;
			found = true;
			bl_kustomize_set(k, o, "spec/replicas", true, count);
		}
		if (!found)
			bl_kustomize_say(k, BL_DIAG_ERROR, entries->list[i]->span, "there is nothing of that name to scale");
	}
}
