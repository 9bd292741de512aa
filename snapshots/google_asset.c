/*
 * Google's Cloud Asset Inventory: `gcloud asset export` (JSON lines), `asset list`, `search-all-resources` and `search-all-iam-policies`
 * (arrays), in camel or snake case, and what `gcloud X list --format=json` prints of resources that have a self link.
 */
#include "snapshots/google.h"

static const char *const paths[] = {"[]", "assets[]", "results[]", NULL};

typedef struct inventory {
	bl_map policies; /* name -> kept policy */
	bl_map assets;   /* name -> bl_asset */
	bl_map projects; /* number -> asset that says both number and id of the project that it lies in */
} inventory;

static const bl_value *either(const bl_value *v, const char *camel, const char *snake)
{
	const bl_value *found = bl_value_getz(v, camel);
	return found ? found : bl_value_getz(v, snake);
}

static const bl_value *map_or_null(const bl_value *v)
{
	return bl_value_is(v, BL_MAP) ? v : NULL;
}

static bl_str last_part(bl_str name)
{
	return bl_str_slice(name, (size_t)(bl_str_rfind_char(name, '/') + 1), name.n);
}

/* "projects/p" of the ancestors or of the field that names it. */
static bl_str project_of(const bl_value *v)
{
	const bl_value *ancestors = bl_value_getz(v, "ancestors");
	bl_str project = bl_value_text(bl_value_getz(v, "project"));
	if (!project.n && bl_value_is(ancestors, BL_LIST) && ancestors->n)
		project = bl_value_text(ancestors->list[0]);
	return bl_str_starts(project, BL_STR("projects/")) ? last_part(project) : BL_STR("");
}

/* {name, location, tags, properties}: the canonical shape around the REST resource. */
static const bl_value *body_of(bl_snapshot_reader *r, const bl_asset *asset, const bl_value *data)
{
	bl_arena *arena = &r->out->arena;
	bl_items items = {0};
	bl_items_put(arena, &items, BL_STR("name"), BL_NOWHERE, bl_keep_text(&r->keeper, asset->name));
	if (asset->location.n)
		bl_items_put(arena, &items, BL_STR("location"), BL_NOWHERE, bl_keep_text(&r->keeper, asset->location));
	if (asset->tags)
		bl_items_put(arena, &items, BL_STR("tags"), BL_NOWHERE, asset->tags);
	bl_items_put(arena, &items, BL_STR("properties"), BL_NOWHERE, data);
	return bl_items_value(arena, BL_NOWHERE, &items);
}

static bl_asset *asset_of(bl_snapshot_reader *r, inventory *in, bl_str name, bl_str type)
{
	bl_asset *known = bl_map_get(&in->assets, name);
	if (known)
		return known;
	bl_asset *asset = bl_snapshot_add(r, bl_keep_str(&r->keeper, name), type);
	asset->name = last_part(asset->id);
	bl_map_put(&r->own, &in->assets, asset->id, asset);
	return asset;
}

static void fill(bl_snapshot_reader *r, bl_asset *asset, const bl_value *row, const bl_value *data)
{
	bl_str location = bl_snapshot_text(row, "location"), name = bl_snapshot_text(data, "name");
	if (!location.n)
		location = bl_snapshot_text(data, "location");
	if (!location.n)
		location = last_part(bl_snapshot_text(data, "zone"));
	if (!location.n)
		location = last_part(bl_snapshot_text(data, "region"));
	if (location.n)
		asset->location = bl_keep_str(&r->keeper, location);
	/* names that are paths are said in full by the id */
	if (name.n && !memchr(name.p, '/', name.n))
		asset->name = bl_keep_str(&r->keeper, name);
	const bl_value *labels = map_or_null(bl_value_getz(data, "labels"));
	if (!labels)
		labels = map_or_null(bl_value_getz(data, "userLabels"));
	if (!labels)
		labels = map_or_null(bl_value_getz(row, "labels"));
	const bl_value *settings = bl_value_getz(data, "settings");
	if (!labels)
		labels = map_or_null(bl_value_getz(settings, "userLabels"));
	if (!labels)
		labels = map_or_null(bl_value_getz(data, "resourceLabels"));
	if (labels)
		asset->tags = bl_keep_value(&r->keeper, labels);
	bl_str seen = bl_value_text(either(row, "updateTime", "update_time"));
	if (bl_str_cmp(seen, asset->seen_at) > 0)
		asset->seen_at = bl_keep_str(&r->keeper, seen);
}

/* An element of an export: {name, asset_type, resource: {data}} or {..., iam_policy}. */
static bool add_exported(bl_snapshot_reader *r, inventory *in, const bl_value *row)
{
	bl_str name = bl_snapshot_text(row, "name"), type = bl_value_text(either(row, "assetType", "asset_type"));
	if (!bl_str_starts(name, BL_STR("//")) || !type.n)
		return false;
	const bl_value *resource = bl_value_getz(row, "resource"), *data = map_or_null(bl_value_getz(resource, "data"));
	const bl_value *policy = map_or_null(either(row, "iamPolicy", "iam_policy"));
	bl_asset *asset = asset_of(r, in, name, type);
	fill(r, asset, map_or_null(resource) ? resource : row, data);
	bl_str seen = bl_value_text(either(row, "updateTime", "update_time"));
	if (bl_str_cmp(seen, asset->seen_at) > 0)
		asset->seen_at = bl_keep_str(&r->keeper, seen);
	if (!asset->location.n)
		asset->location = bl_keep_str(&r->keeper, bl_snapshot_text(row, "location"));
	bl_str project = project_of(row);
	if (!asset->scope.n)
		asset->scope = bl_google_scope(r, name, project);
	if (bl_str_is_digits(project) && !bl_str_is_digits(asset->scope))
		bl_map_put(&r->own, &in->projects, bl_keep_str(&r->keeper, project), asset);
	if (data)
		asset->body = body_of(r, asset, bl_keep_value(&r->keeper, data));
	if (policy)
		bl_map_put(&r->own, &in->policies, asset->id, (void *)(uintptr_t)bl_keep_value(&r->keeper, policy));
	return true;
}

/* An element of search-all-iam-policies: {resource: "//...", assetType, policy}. */
static bool add_policy(bl_snapshot_reader *r, inventory *in, const bl_value *row)
{
	bl_str name = bl_snapshot_text(row, "resource");
	const bl_value *policy = map_or_null(bl_value_getz(row, "policy"));
	if (!bl_str_starts(name, BL_STR("//")) || !policy)
		return false;
	bl_str type = bl_value_text(either(row, "assetType", "asset_type"));
	bl_asset *known = bl_map_get(&in->assets, name);
	if (!known && !type.n)
		return true;
	bl_asset *asset = known ? known : asset_of(r, in, name, type);
	if (!asset->scope.n)
		asset->scope = bl_google_scope(r, name, project_of(row));
	bl_map_put(&r->own, &in->policies, asset->id, (void *)(uintptr_t)bl_keep_value(&r->keeper, policy));
	return true;
}

/* The asset type of a resource that says "kind": "compute#instance", or that nothing but its self link tells. */
static bl_str type_of_kind(bl_snapshot_reader *r, bl_str kind, bl_str link)
{
	static const struct {
		const char *kind, *type;
	} kinds[] = {
		{"bigquery#dataset", "bigquery.googleapis.com/Dataset"},
		{"compute#disk", "compute.googleapis.com/Disk"},
		{"compute#firewall", "compute.googleapis.com/Firewall"},
		{"compute#instance", "compute.googleapis.com/Instance"},
		{"compute#instanceTemplate", "compute.googleapis.com/InstanceTemplate"},
		{"compute#network", "compute.googleapis.com/Network"},
		{"compute#subnetwork", "compute.googleapis.com/Subnetwork"},
		{"dns#managedZone", "dns.googleapis.com/ManagedZone"},
		{"sql#instance", "sqladmin.googleapis.com/Instance"},
		{"storage#bucket", "storage.googleapis.com/Bucket"},
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (bl_str_eqz(kind, kinds[i].kind))
			return bl_str_of(kinds[i].type);
	if (bl_str_starts(kind, BL_STR("compute#"))) {
		bl_str rest = bl_str_dup(r->scratch, bl_str_slice(kind, strlen("compute#"), kind.n));
		if (rest.n && rest.p[0] >= 'a' && rest.p[0] <= 'z')
			((char *)(uintptr_t)rest.p)[0] = (char)(rest.p[0] - 'a' + 'A');
		return bl_str_fmt(r->scratch, "compute.googleapis.com/" BL_FMT, BL_ARG(rest));
	}
	if (bl_str_find(link, BL_STR("container.googleapis.com/"), 0) >= 0 && bl_str_find(link, BL_STR("/clusters/"), 0) >= 0)
		return bl_str_find(link, BL_STR("/nodePools/"), 0) >= 0 ? BL_STR("container.googleapis.com/NodePool")
									: BL_STR("container.googleapis.com/Cluster");
	return BL_STR("");
}

/* What gcloud prints of a resource of its own: the REST resource with its self link. */
static bool add_listed(bl_snapshot_reader *r, inventory *in, const bl_value *row)
{
	bl_str link = bl_snapshot_text(row, "selfLink");
	if (!bl_str_starts(link, BL_STR("https://")) || bl_str_find(link, BL_STR("googleapis.com/"), 0) < 0)
		return false;
	bl_str type = type_of_kind(r, bl_snapshot_text(row, "kind"), link);
	bl_str name = type.n ? bl_google_full_name(r->scratch, type, link) : BL_STR("");
	if (!bl_str_starts(name, BL_STR("//")))
		return false;
	bl_asset *asset = asset_of(r, in, name, type);
	fill(r, asset, row, row);
	asset->scope = bl_google_scope(r, name, BL_STR(""));
	asset->body = body_of(r, asset, bl_keep_value(&r->keeper, row));
	return true;
}

static bool on_row(bl_snapshot_reader *r, void *state, size_t path, const bl_value *row, uint64_t offset)
{
	(void)path;
	(void)offset;
	return bl_value_is(row, BL_MAP) && (add_exported(r, state, row) || add_policy(r, state, row) || add_listed(r, state, row));
}

static bool on_object(bl_snapshot_reader *r, void *state, const bl_value *v, uint64_t offset)
{
	return on_row(r, state, 0, v, offset);
}

/* What is named without its project (a bucket) has but the project's number; others say which id that is. */
static void name_projects(inventory *in)
{
	for (size_t i = 0; in->projects.n && i < in->assets.n; i++) {
		bl_asset *asset = in->assets.entries[i].value;
		const bl_asset *both = bl_str_is_digits(asset->scope) ? bl_map_get(&in->projects, asset->scope) : NULL;
		if (both)
			asset->scope = both->scope;
	}
}

/* Policies are exported apart from resources, before or after them. */
static void at_end(bl_snapshot_reader *r, void *state)
{
	bl_arena *arena = &r->out->arena;
	inventory *in = state;
	name_projects(in);
	for (size_t i = 0; i < in->policies.n; i++) {
		bl_asset *asset = bl_map_get(&in->assets, in->policies.entries[i].key);
		bl_items children = {0}, items = {0};
		bl_items_put(arena, &children, BL_STR("iamPolicy"), BL_NOWHERE, in->policies.entries[i].value);
		const bl_value *v = bl_items_value(arena, BL_NOWHERE, &children);
		for (uint32_t k = 0; asset->body && k < asset->body->n; k++)
			bl_vec_push(arena, &items, asset->body->map[k]);
		if (!asset->body)
			bl_items_put(arena, &items, BL_STR("name"), BL_NOWHERE, bl_keep_text(&r->keeper, asset->name));
		bl_items_put(arena, &items, BL_STR("children"), BL_NOWHERE, v);
		bl_value *body = bl_items_value(arena, BL_NOWHERE, &items);
		/* of a resource that is shown by its policy alone, all else is unknown */
		body->open = !asset->body;
		asset->body = body;
	}
}

const bl_snapshot_format bl_google_asset_format = {
	.name = "google-asset",
	.paths = paths,
	.state = sizeof(inventory),
	.row = on_row,
	.object = on_object,
	.end = at_end,
};
