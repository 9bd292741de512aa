/*
 * From Terraform's Kubernetes resources to manifests: `volume_mount { mount_path = ... }` becomes `volumeMounts: [{mountPath: ...}]`.
 * Only blocks are renamed; the keys of an attribute that is a map (labels, data) are the user's own.
 */
#include "eval/lower_kubernetes.h"

#include "core/model/kubernetes.h"

/* Blocks that stand for a list, with its name in the manifest where an 's' is not all that differs. */
static const struct {
	const char *block, *field;
} lists[] = {
	{"container", "containers"},
	{"egress", "egress"},
	{"env", "env"},
	{"env_from", "envFrom"},
	{"ephemeral_container", "ephemeralContainers"},
	{"from", "from"},
	{"host_aliases", "hostAliases"},
	{"http_header", "httpHeaders"},
	{"image_pull_secret", "imagePullSecrets"},
	{"image_pull_secrets", "imagePullSecrets"},
	{"ingress", "ingress"},
	{"init_container", "initContainers"},
	{"items", "items"},
	{"match_expressions", "matchExpressions"},
	{"match_fields", "matchFields"},
	{"node_selector_term", "nodeSelectorTerms"},
	{"path", "paths"},
	{"port", "ports"},
	{"ports", "ports"},
	{"readiness_gate", "readinessGates"},
	{"rule", "rules"},
	{"secret", "secrets"},
	{"sources", "sources"},
	{"subject", "subjects"},
	{"sysctl", "sysctls"},
	{"tls", "tls"},
	{"to", "to"},
	{"toleration", "tolerations"},
	{"topology_spread_constraint", "topologySpreadConstraints"},
	{"volume", "volumes"},
	{"volume_claim_template", "volumeClaimTemplates"},
	{"volume_device", "volumeDevices"},
	{"volume_mount", "volumeMounts"},
};

/* Fields that Kubernetes spells otherwise than the rule "upper case after an underscore" gives. */
static const struct {
	const char *attribute, *field;
} names[] = {
	{"cluster_ip", "clusterIP"},
	{"cluster_ips", "clusterIPs"},
	{"external_ips", "externalIPs"},
	{"host_ip", "hostIP"},
	{"host_ipc", "hostIPC"},
	{"host_pid", "hostPID"},
	{"load_balancer_ip", "loadBalancerIP"},
	{"non_resource_urls", "nonResourceURLs"},
	{"volume_devices", "volumeDevices"},
};

static bl_str camel(bl_arena *arena, bl_str name)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (bl_str_eqz(name, names[i].attribute))
			return bl_str_of(names[i].field);
	char *out = bl_arena_alloc(arena, name.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < name.n; i++) {
		bool up = name.p[i] == '_' && i + 1 < name.n;
		char c = name.p[up ? ++i : i];
		out[n++] = up && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	return bl_str_make(out, n);
}

/* A block is a list of maps, as in plan JSON. An empty open list is a block of which nobody knows whether it is there. */
static bool is_block(const bl_value *v)
{
	if (!bl_value_is(v, BL_LIST) || (!v->n && !v->open))
		return false;
	for (uint32_t i = 0; i < v->n; i++)
		if (v->list[i]->kind != BL_MAP)
			return false;
	return true;
}

static const char *list_field(bl_str name, const bl_value *v)
{
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (bl_str_eqz(name, lists[i].block))
			/* volume { secret { ... } } is one; it names what it takes, a service account's secret does not */
			return bl_str_eqz(name, "secret") && v->n && bl_value_getz(v->list[0], "secret_name") ? NULL
													     : lists[i].field;
	return NULL;
}

static const bl_value *body(bl_lowering *l, const bl_value *map, int depth);

static const bl_value *bodies(bl_lowering *l, const bl_value *blocks, int depth)
{
	bl_values all = {0};
	for (uint32_t i = 0; i < blocks->n; i++)
		bl_vec_push(l->arena, &all, body(l, blocks->list[i], depth + 1));
	bl_value *v = bl_values_value(l->arena, blocks->span, &all);
	v->open = blocks->open;
	return v;
}

static const bl_value *body(bl_lowering *l, const bl_value *map, int depth)
{
	if (depth > BL_LOWER_MAX_DEPTH)
		return bl_value_unknown(l->arena, map->span, "nested too deeply");
	bl_items items = {0};
	for (uint32_t i = 0; i < map->n; i++) {
		const bl_item *item = &map->map[i];
		const bl_value *v = item->value;
		bl_str key = camel(l->arena, item->key);
		if (v->kind == BL_NULL)
			continue;
		if (is_block(v)) {
			const char *field = list_field(item->key, v);
			if (field)
				key = bl_str_of(field);
			if (field)
				v = bodies(l, v, depth);
			else
				v = v->open ? bl_lower_unknown_of(l->arena, v, BL_MAP) : body(l, v->list[0], depth + 1);
		}
		bl_items_put(l->arena, &items, key, item->key_span, v);
	}
	bl_value *v = bl_items_value(l->arena, map->span, &items);
	v->open = map->open;
	return v;
}

const bl_value *bl_lower_kubernetes_block(bl_lowering *l, const bl_value *v, const bl_value *block)
{
	(void)block;
	if (v->kind == BL_MAP)
		return body(l, v, 0);
	if (!is_block(v))
		return v->kind == BL_UNKNOWN ? v : NULL;
	return v->open ? bl_lower_unknown_of(l->arena, v, BL_MAP) : body(l, v->list[0], 0);
}

const bl_value *bl_lower_kubernetes_containers(bl_lowering *l, const bl_value *v, const bl_value *block)
{
	const bl_value *pod = bl_lower_kubernetes_block(l, v, block);
	return bl_value_is(pod, BL_MAP) ? bl_kubernetes_containers(l->arena, pod) : pod;
}
