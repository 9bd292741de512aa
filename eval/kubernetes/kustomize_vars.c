/* `vars`: $(NAME) in the fields where kustomize looks for it; once, when all names are known. */
#include "eval/kubernetes/kustomize.h"
#include "eval/kubernetes/manifest.h"

typedef struct variables {
	bl_kustomize *k;
	bl_map values; /* by name */
} variables;

/* Fields that may hold $(NAME); below containers and init containers further ones. */
static const struct {
	const char *kind, *path;
} fields[] = {
	{"CronJob", "spec/jobTemplate/spec/template/spec/"},
	{"DaemonSet", "spec/template/spec/"},
	{"Deployment", "spec/template/metadata/annotations"},
	{"Deployment", "spec/template/spec/"},
	{"Ingress", "spec/rules/host"},
	{"Ingress", "spec/tls/hosts"},
	{"Ingress", "spec/tls/secretName"},
	{"Job", "spec/template/spec/"},
	{"PersistentVolume", "spec/nfs/server"},
	{"Pod", "spec/"},
	{"ReplicaSet", "spec/template/spec/"},
	{"Service", "spec/ports/port"},
	{"Service", "spec/ports/targetPort"},
	{"StatefulSet", "spec/template/spec/"},
	{"StatefulSet", "spec/volumeClaimTemplates/spec/nfs/server"},
	{NULL, "metadata/annotations"},
	{NULL, "metadata/labels"},
};

static const char *const in_pods[] = {"containers/args", "containers/command", "containers/env/value",
	"containers/volumeMounts/mountPath", "initContainers/args", "initContainers/command", "initContainers/env/value",
	"initContainers/volumeMounts/mountPath", "volumes/nfs/server"};

/* "$(NAME)" is the variable's value, whatever it is; within a text, its text. "$$(NAME)" and names of no variable stay. */
static const bl_value *expand(variables *vars, const bl_value *v)
{
	bl_arena *arena = vars->k->arena;
	bl_str s = bl_value_text(v);
	bl_buf out = {0};
	bool changed = false;
	for (size_t i = 0; i < s.n;) {
		const char *end = s.p[i] == '$' && i + 2 < s.n && s.p[i + 1] == '(' ? memchr(s.p + i, ')', s.n - i) : NULL;
		bool escaped = s.p[i] == '$' && i + 1 < s.n && s.p[i + 1] == '$';
		size_t n = end ? (size_t)(end - s.p) + 1 - i : escaped ? 2 : 1;
		const bl_value *value = end ? bl_map_get(&vars->values, bl_str_slice(s, i + 2, i + n - 1)) : NULL;
		if (value && n == s.n) {
			bl_buf_done(&out);
			return value;
		}
		changed |= value != NULL;
		bl_buf_put(&out, value ? bl_manifest_text(value) : bl_str_slice(s, i, i + n));
		i += n;
	}
	if (changed)
		v = bl_value_string(arena, v->span, bl_str_dup(arena, bl_buf_str(&out)));
	bl_buf_done(&out);
	return v;
}

static const bl_value *expand_any(void *context, const bl_value *old)
{
	variables *vars = context;
	bl_kustomize *k = vars->k;
	if (!old || (old->kind != BL_MAP && old->kind != BL_LIST))
		return bl_value_is(old, BL_STRING) ? expand(vars, old) : NULL;
	bl_value *copy = bl_value_at(k->arena, old, old->span);
	if (!old->n || !bl_kustomize_step(k, old->n))
		return old;
	if (old->kind == BL_LIST) {
		copy->list = bl_new_n(k->arena, const bl_value *, old->n);
		for (uint32_t i = 0; i < old->n; i++)
			copy->list[i] = expand(vars, old->list[i]);
		return copy;
	}
	copy->map = bl_new_n(k->arena, bl_item, old->n);
	for (uint32_t i = 0; i < old->n; i++)
		copy->map[i] = (bl_item){old->map[i].key, old->map[i].key_span, expand(vars, old->map[i].value)};
	return copy;
}

static void expand_object(variables *vars, bl_kustomize_object *o)
{
	bl_kustomize *k = vars->k;
	bl_str kind = bl_kustomize_id_of(o->body).kind;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		bl_str path = bl_str_of(fields[i].path);
		if (fields[i].kind && !bl_str_eqz(kind, fields[i].kind))
			continue;
		if (path.p[path.n - 1] != '/') {
			o->body = bl_kustomize_at(k, o->body, fields[i].path, false, expand_any, vars);
			continue;
		}
		for (size_t n = 0; n < sizeof in_pods / sizeof *in_pods; n++) {
			bl_str whole = bl_str_fmt(k->arena, BL_FMT "%s", BL_ARG(path), in_pods[n]);
			o->body = bl_kustomize_at(k, o->body, whole.p, false, expand_any, vars);
		}
	}
}

/* "spec.ports[0].port" and "data.key": what a fieldpath of these may be. */
static const bl_value *field_of(const bl_value *v, bl_str path)
{
	bl_str key, rest = path;
	while (v && rest.n) {
		size_t n = 0;
		while (n < rest.n && rest.p[n] != '.' && rest.p[n] != '[')
			n++;
		key = bl_str_slice(rest, 0, n);
		if (key.n)
			v = v->kind == BL_MAP ? bl_value_get(v, key) : NULL;
		rest = bl_str_slice(rest, n, rest.n);
		if (rest.n && rest.p[0] == '[') {
			ptrdiff_t end = bl_str_find(rest, BL_STR("]"), 0);
			bl_str index = bl_str_slice(rest, 1, end < 0 ? rest.n : (size_t)end);
			v = bl_value_is(v, BL_LIST) ? bl_value_at_path(v, index) : NULL;
			rest = bl_str_slice(rest, end < 0 ? rest.n : (size_t)end + 1, rest.n);
		}
		if (rest.n && rest.p[0] == '.')
			rest = bl_str_slice(rest, 1, rest.n);
	}
	return v;
}

static void add_variable(variables *vars, const bl_value *var)
{
	bl_kustomize *k = vars->k;
	const bl_value *objref = bl_value_getz(var, "objref"), *value = NULL;
	bl_str path = bl_value_text(bl_value_getz(bl_value_getz(var, "fieldref"), "fieldpath"));
	bl_str name = bl_value_text(bl_value_getz(objref, "name")), kind = bl_value_text(bl_value_getz(objref, "kind"));
	for (size_t i = 0; !value && i < k->objects.n && bl_kustomize_step(k, 2); i++) {
		bl_kustomize_object *o = k->objects.items[i];
		bl_kustomize_id id;
		for (size_t n = 0; !value && bl_kustomize_nth_id(o, n, &id); n++)
			if (bl_str_eq(id.name, name) && bl_str_eq(id.kind, kind))
				value = field_of(o->body, path.n ? path : BL_STR("metadata.name"));
	}
	if (!value || value->kind == BL_MAP || value->kind == BL_LIST)
		bl_kustomize_say(k, BL_DIAG_ERROR, var->span, "there is no " BL_FMT " '" BL_FMT "' with such a field", BL_ARG(kind), BL_ARG(name));
	else
		bl_map_put(k->arena, &vars->values, bl_value_text(bl_value_getz(var, "name")), (void *)value);
}

void bl_kustomize_vars(bl_kustomize *k)
{
	variables vars = {.k = k};
	for (size_t i = 0; i < k->vars.n; i++)
		add_variable(&vars, k->vars.items[i]);
	for (size_t i = 0; vars.values.n && i < k->objects.n; i++)
		expand_object(&vars, k->objects.items[i]);
}
