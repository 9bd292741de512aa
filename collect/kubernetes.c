/* A cluster's objects, kind by kind, as `kubectl get -o json` prints them (https://kubernetes.io/docs/reference/using-api/api-concepts/). Of secrets only metadata is asked. */
#include "collect/cluster.h"

#include "core/codec/json.h"

enum { PAGE_ITEMS = 500, MAX_PAGES = 100000, MAX_RESTARTS = 3 };

typedef struct reader {
	bl_collector *c;
	bl_cluster cluster;
	size_t written, kinds, refused;
} reader;

static bl_status get(reader *r, bl_str path, const char *accept, bl_http_reply *reply, const bl_value **json, bl_error *error)
{
	bl_collector *c = r->c;
	bl_str headers[] = {bl_str_fmt(&c->page, "Accept: %s", accept), r->cluster.header};
	bl_http_request request = {.url = bl_str_cat(&c->page, r->cluster.server, path), .headers = headers, .nheaders = r->cluster.header.n ? 2 : 1,
		.certificate = r->cluster.certificate, .key = r->cluster.key, .ca_file = r->cluster.ca_file};
	bl_status status = bl_collect_ask(c, &request, reply, json, error);
	if (status == BL_OK && !*json)
		status = bl_error_set(error, BL_FAILED, "'" BL_FMT "' answers no JSON", BL_ARG(path));
	return status;
}

/* What changes by the second and says nothing of what is deployed. */
static bool is_noise(bl_str name)
{
	static const char *const names[] = {"bindings", "componentstatuses", "controllerrevisions", "endpoints", "endpointslices", "events", "leases", "nodemetrics",
		"podmetrics", "podtemplates"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (bl_str_eqz(name, names[i]))
			return true;
	return memchr(name.p, '/', name.n) != NULL; /* a subresource */
}

static bool can_list(const bl_value *resource)
{
	const bl_value *verbs = bl_value_getz(resource, "verbs");
	for (uint32_t i = 0; bl_value_is(verbs, BL_LIST) && i < verbs->n; i++)
		if (bl_value_is_string(verbs->list[i], "list"))
			return true;
	return false;
}

/* An item of a list lacks what the list says once; who manages which field is half of it and nobody's business. */
static const bl_value *whole(bl_arena *arena, const bl_value *item, bl_str version, bl_str kind, bool secret)
{
	bl_items items = {0}, metadata = {0};
	const bl_value *old = bl_value_getz(item, "metadata");
	bl_items_put(arena, &items, BL_STR("apiVersion"), BL_NOWHERE, bl_value_string(arena, BL_NOWHERE, version));
	bl_items_put(arena, &items, BL_STR("kind"), BL_NOWHERE, bl_value_string(arena, BL_NOWHERE, kind));
	for (uint32_t i = 0; bl_value_is(old, BL_MAP) && i < old->n; i++)
		if (!bl_str_eqz(old->map[i].key, "managedFields"))
			bl_items_put(arena, &metadata, old->map[i].key, BL_NOWHERE, old->map[i].value);
	bl_items_put(arena, &items, BL_STR("metadata"), BL_NOWHERE, bl_items_value(arena, BL_NOWHERE, &metadata));
	for (uint32_t i = 0; !secret && i < item->n; i++)
		if (!bl_value_getz(bl_items_value(arena, BL_NOWHERE, &items), bl_str_z(arena, item->map[i].key)))
			bl_items_put(arena, &items, item->map[i].key, BL_NOWHERE, item->map[i].value);
	return bl_items_value(arena, BL_NOWHERE, &items);
}

/* All objects of a kind. A token that has grown old (410) means to begin again: what is read twice is one object to whoever reads it. */
static bl_status list_kind(reader *r, bl_str base, bl_str version, const bl_value *resource, bl_error *error)
{
	bl_arena keep = {0};
	bl_str name = bl_str_dup(&keep, bl_collect_text(resource, "name")), kind = bl_str_dup(&keep, bl_collect_text(resource, "kind")), token = {0};
	bool secret = bl_str_eqz(kind, "Secret") && bl_str_eqz(version, "v1");
	const char *accept = secret ? "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1" : "application/json";
	bl_status status = BL_OK;
	int restarts = 0;
	for (int page = 0; page < MAX_PAGES && !r->c->stopped; page++) {
		const bl_value *json;
		bl_http_reply reply = {0};
		token = bl_str_dup(&keep, token);
		bl_collect_turn(r->c);
		status = get(r, bl_str_fmt(&r->c->page, BL_FMT "/" BL_FMT "?limit=%d%s" BL_FMT, BL_ARG(base), BL_ARG(name), PAGE_ITEMS, token.n ? "&continue=" : "",
				     BL_ARG(bl_http_escape(&r->c->page, token))), accept, &reply, &json, error);
		if (status != BL_OK && reply.status == 410 && token.n && restarts++ < MAX_RESTARTS) {
			token = (bl_str){0};
			continue;
		}
		if (status != BL_OK)
			break;
		const bl_value *items = bl_value_getz(json, "items");
		for (uint32_t i = 0; bl_value_is(items, BL_LIST) && i < items->n; i++)
			bl_collect_row(r->c, whole(&r->c->page, items->list[i], version, kind, secret), &r->written);
		token = bl_collect_text(json, "metadata.continue");
		if (!token.n)
			break;
	}
	bl_arena_done(&keep);
	return status;
}

/* All kinds of one version of a group. */
static bl_status list_group(reader *r, bl_str base, bl_str version, bl_error *error)
{
	const bl_value *json;
	bl_http_reply reply = {0};
	bl_collect_turn(r->c);
	bl_status status = get(r, base, "application/json", &reply, &json, error);
	if (status != BL_OK)
		return status;
	/* the list of kinds outlives the pages that are read meanwhile */
	bl_arena held = r->c->page;
	r->c->page = (bl_arena){0};
	const bl_value *resources = bl_value_getz(json, "resources");
	for (uint32_t i = 0; bl_value_is(resources, BL_LIST) && i < resources->n && !r->c->stopped; i++) {
		const bl_value *resource = resources->list[i];
		bl_error words = {""};
		if (is_noise(bl_collect_text(resource, "name")) || !can_list(resource))
			continue;
		r->kinds++;
		if (list_kind(r, base, version, resource, &words) == BL_OK)
			continue;
		r->refused++;
		bl_collect_miss(r->c, BL_FMT ": %s", BL_ARG(bl_collect_text(resource, "name")), words.text);
	}
	bl_arena_done(&held);
	return BL_OK;
}

static bl_status list_all(reader *r, bl_error *error)
{
	const bl_value *json;
	bl_http_reply reply = {0};
	bl_status status = list_group(r, BL_STR("/api/v1"), BL_STR("v1"), error);
	if (status == BL_OK)
		status = get(r, BL_STR("/apis"), "application/json", &reply, &json, error);
	if (status != BL_OK)
		return status;
	bl_arena held = r->c->page;
	r->c->page = (bl_arena){0};
	const bl_value *groups = bl_value_getz(json, "groups");
	for (uint32_t i = 0; bl_value_is(groups, BL_LIST) && i < groups->n; i++) {
		bl_str version = bl_collect_text(groups->list[i], "preferredVersion.groupVersion");
		bl_error words = {""};
		/* an aggregated interface whose server is down */
		if (version.n && list_group(r, bl_str_cat(&held, BL_STR("/apis/"), version), version, &words) != BL_OK)
			bl_collect_miss(r->c, BL_FMT ": %s", BL_ARG(version), words.text);
	}
	bl_arena_done(&held);
	return BL_OK;
}

bl_status bl_collect_kubernetes(bl_collector *c, bl_error *error)
{
	reader r = {.c = c};
	bl_status status = bl_cluster_find(c, &r.cluster, error);
	if (status == BL_OK && c->options->endpoint)
		r.cluster.server = bl_str_of(c->options->endpoint);
	bl_collect_put(c, "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [");
	if (status == BL_OK)
		status = list_all(&r, error);
	if (status != BL_OK && r.written) {
		bl_collect_miss(c, "%s", error->text);
		status = BL_OK;
	} else if (status == BL_OK && r.kinds && r.refused == r.kinds) {
		status = bl_error_set(error, BL_FAILED, "the cluster lets us list none of its kinds");
	}
	/* as the cluster itself says that a list is not all of it */
	bl_buf_putf(&c->out, "\n], \"metadata\": {%s}}\n", c->found.partial ? "\"continue\": \"incomplete\"" : "");
	bl_cluster_forget(&r.cluster);
	return status;
}
