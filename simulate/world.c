/* What evaluated code deploys: roots with a place of their own, a thing for each instance. */
#include "simulate/world.h"

enum { MANY = 3, MAX_KEYS = 2, MAX_THINGS_OF_ONE = 9 };

typedef struct sim_native {
	const char *native, *type;
} sim_native;

static const sim_native natives[] = {
#define NATIVE(native, type) {#native, type},
#include "simulate/natives.def"
#undef NATIVE
};

static bl_str type_of_native(bl_str native)
{
	size_t low = 0, high = sizeof natives / sizeof *natives;
	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = bl_str_cmp(bl_str_of(natives[mid].native), native);
		if (!c)
			return bl_str_of(natives[mid].type);
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return BL_STR("");
}

static sim_cloud cloud_of(const bl_resource *r)
{
	if (bl_str_starts(r->native_type, BL_STR("azurerm_")) || bl_resource_is_azapi(r))
		return SIM_AZURE;
	if (bl_str_starts(r->native_type, BL_STR("aws_")))
		return SIM_AWS;
	return bl_str_starts(r->native_type, BL_STR("google_")) ? SIM_GOOGLE : SIM_HELPER;
}

bl_str sim_place(const sim_thing *t, sim_cloud cloud)
{
	const bl_resource *r = t->resource ? t->resource : t->like ? t->like->resource : NULL;
	if (r && r->place.n && cloud_of(r) == cloud)
		return r->place;
	return cloud == SIM_AWS ? t->root->account : cloud == SIM_GOOGLE ? t->root->project : t->root->subscription;
}

static void classify_terraform(sim_world *w, sim_thing *t)
{
	const bl_resource *r = t->resource;
	const bl_value *part;
	sim_cloud cloud = cloud_of(r);
	if (cloud == SIM_HELPER)
		return;
	t->cloud = cloud;
	if (!bl_str_eq(r->type, r->native_type))
		t->type = r->type;
	else
		t->type = type_of_native(r->native_type);
	if (!t->type.n && bl_schema_part(w->schema, r->native_type, &part))
		t->cloud = SIM_HELPER;
}

static void classify(sim_world *w, sim_thing *t)
{
	const bl_resource *r = t->resource;
	if (r->existing)
		return;
	switch (r->language) {
	case BL_LANG_TERRAFORM:
		classify_terraform(w, t);
		break;
	case BL_LANG_ARM:
	case BL_LANG_BICEP:
		t->cloud = bl_str_starts(r->type, BL_STR("Microsoft.")) ? SIM_AZURE : SIM_HELPER;
		t->type = r->type;
		break;
	case BL_LANG_CLOUDFORMATION:
		/* what SAM makes of its own resources is declared beside them */
		t->cloud = bl_str_starts(r->type, BL_STR("AWS::Serverless::")) ? SIM_HELPER : SIM_AWS;
		t->type = r->type;
		break;
	case BL_LANG_KUBERNETES:
		t->cloud = sim_kubernetes_is_object(r) ? SIM_KUBERNETES : SIM_HELPER;
		t->type = r->type;
		break;
	default:
		break;
	}
}

/* ---- places ---- */

static bl_str region_of(uint64_t number, sim_cloud cloud)
{
	static const char *const azure[] = {"eastus", "eastus2", "northeurope", "swedencentral", "uksouth", "westeurope", "westus2"};
	static const char *const aws[] = {"eu-central-1", "eu-west-1", "us-east-1", "us-east-2", "us-west-2"};
	return cloud == SIM_AZURE ? bl_str_of(azure[number % 7]) : bl_str_of(aws[number % 5]);
}

/* A last part of the root's name that may stand in names of stacks and groups. */
static bl_str short_name(sim_world *w, const sim_root *root)
{
	bl_str name = root->root->name;
	ptrdiff_t at = bl_str_rfind_char(name, '/');
	name = bl_str_slice(name, (size_t)(at + 1), name.n);
	bl_str_cut(name, '.', &name);
	name = bl_str_lower(&w->arena, bl_str_slice(name, 0, 24));
	char *p = (char *)name.p;
	for (size_t i = 0; i < name.n; i++)
		if (!((p[i] >= 'a' && p[i] <= 'z') || (p[i] >= '0' && p[i] <= '9')))
			p[i] = '-';
	return name.n ? name : BL_STR("app");
}

static sim_root *add_root(sim_world *w, const bl_evaluation *e)
{
	bl_arena *a = &w->arena;
	const bl_simulate_options *o = w->options;
	sim_root *r = bl_new(a, sim_root);
	r->evaluation = e;
	r->root = e->root;
	uint64_t repo = sim_draw(o->seed, "repository", e->root->repo);
	r->seed = sim_draw(repo, "root", e->root->name);
	bl_str none = BL_STR(""), name = short_name(w, r);
	r->subscription = o->subscription.n ? o->subscription : sim_guid(a, sim_draw(r->seed, "subscription", none));
	r->tenant = sim_guid(a, sim_draw(repo, "tenant", none));
	r->group = o->resource_group.n ? o->resource_group
				       : bl_str_fmt(a, "rg-" BL_FMT "-" BL_FMT, BL_ARG(name),
						 BL_ARG(sim_hex(a, sim_draw(r->seed, "group", none), 4)));
	r->location = o->location.n ? o->location : region_of(sim_draw(r->seed, "location", none), SIM_AZURE);
	r->account = sim_digits(a, sim_draw(r->seed, "account", none), 12);
	r->region = region_of(sim_draw(r->seed, "region", none), SIM_AWS);
	r->stack = bl_str_fmt(a, BL_FMT "-" BL_FMT, BL_ARG(name), BL_ARG(sim_hex(a, sim_draw(r->seed, "stack", none), 4)));
	r->project = bl_str_fmt(a, BL_FMT "-" BL_FMT, BL_ARG(bl_str_slice(name, 0, 20)),
		BL_ARG(sim_digits(a, sim_draw(r->seed, "project", none), 6)));
	r->project_number = sim_digits(a, sim_draw(r->seed, "project number", none), 12);
	r->space = bl_str_fmt(a, BL_FMT "-" BL_FMT, BL_ARG(name), BL_ARG(sim_hex(a, sim_draw(r->seed, "space", none), 4)));
	bl_vec_push(a, &w->roots, r);
	return r;
}

/* ---- things ---- */

/* A key for one unknown "[*]": numbers for what count or a loop makes, words else; nobody can tell from outside. */
static bl_str key_of(sim_world *w, const sim_root *root, bl_str prefix, size_t i, bool words)
{
	if (!words)
		return bl_str_fmt(&w->arena, "%zu", i);
	uint64_t first = sim_draw(root->seed, "key", prefix);
	return bl_str_fmt(&w->arena, "\"" BL_FMT "%s\"", BL_ARG(sim_word(first + i * 7)), i ? "2" : "");
}

/* Where the key that begins at '[' ends, behind its ']'. */
static size_t end_of_key(bl_str address, size_t at)
{
	bool quoted = false;
	for (size_t i = at + 1; i < address.n; i++) {
		if (quoted && address.p[i] == '\\')
			i++;
		else if (address.p[i] == '"')
			quoted = !quoted;
		else if (!quoted && address.p[i] == ']')
			return i + 1;
	}
	return address.n;
}

static void put_quoted(bl_buf *out, bl_str key)
{
	bl_buf_putc(out, '"');
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] == '"' || key.p[i] == '\\')
			bl_buf_putc(out, '\\');
		bl_buf_putc(out, key.p[i]);
	}
	bl_buf_putc(out, '"');
}

/* The key of r that begins at `at`, when it is one known in part. */
static const bl_part_key *part_key_at(const bl_resource *r, size_t at)
{
	const bl_part_key *k = r->part_keys;
	while (k && k->at != at)
		k = k->up;
	return k;
}

/*
 * The address with a key for each that is not known: those drawn for "[*]", and of what is known in part a text that fits. All resources of one module instance
 * share its keys.
 */
static bl_str instance_address(sim_world *w, const sim_root *root, const bl_resource *r, const sim_key *keys, size_t nkeys)
{
	bl_buf out = {0};
	bl_str address = r->address;
	size_t key = 0;
	for (size_t i = 0; i < address.n;) {
		const bl_part_key *part = address.p[i] == '[' ? part_key_at(r, i) : NULL;
		size_t end = address.p[i] == '[' ? end_of_key(address, i) : i + 1;
		if (part) {
			uint64_t number = sim_draw(root->seed, "part key", bl_str_slice(address, 0, end));
			bl_buf_putc(&out, '[');
			put_quoted(&out, sim_fill(w, part->key, number));
			bl_buf_putc(&out, ']');
		} else if (key < nkeys && i == keys[key].prefix.n) {
			bl_buf_putf(&out, "[" BL_FMT "]", BL_ARG(keys[key].text));
			key++;
		} else {
			bl_buf_put(&out, bl_str_slice(address, i, end));
		}
		i = end;
	}
	bl_str s = bl_str_dup(&w->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

/* The "#2" of an address that as much is known of as of another. */
static bl_str twin_of(const bl_resource *r)
{
	if (!r->part_keys)
		return BL_STR("");
	bl_str key = bl_str_slice(r->address, r->part_keys->at, end_of_key(r->address, r->part_keys->at));
	ptrdiff_t mark = bl_str_rfind_char(key, '#');
	for (size_t i = (size_t)(mark + 1); mark > 0 && i + 2 < key.n; i++)
		if (key.p[i] < '0' || key.p[i] > '9')
			mark = -1;
	return mark > 0 ? bl_str_slice(key, (size_t)mark, key.n - 2) : BL_STR("");
}

static void add_thing(sim_world *w, sim_root *root, const bl_resource *r, const sim_key *keys, size_t nkeys)
{
	bl_arena *a = &w->arena;
	sim_thing *t = bl_new(a, sim_thing);
	t->root = root;
	t->resource = r;
	for (size_t i = 0; i < nkeys; i++)
		bl_vec_push(a, &t->keys, keys[i]);
	t->twin = twin_of(r);
	t->address = instance_address(w, root, r, keys, nkeys);
	t->seed = sim_draw(root->seed, "thing", t->address);
	classify(w, t);
	bool holds = bl_str_eqiz(t->type, "Microsoft.Resources/resourceGroups") || bl_str_eqz(t->type, "cloudresourcemanager.googleapis.com/Project");
	if (holds && !root->holder)
		root->holder = t;
	if (!bl_map_get(&root->by_address, r->address))
		bl_map_put(a, &root->by_address, r->address, t);
	bl_map_put(a, &root->by_address, t->address, t);
	if (t->cloud == SIM_HELPER)
		bl_vec_push(a, &w->parts, t);
	else
		bl_vec_push(a, &w->things, t);
}

/* One or three instances for each "[*]" in the address; what stands in the same module instance shares its keys. */
static void add_instances(sim_world *w, sim_root *root, const bl_resource *r)
{
	sim_key keys[MAX_KEYS];
	size_t counts[MAX_KEYS], nkeys = 0, total = 1;
	for (ptrdiff_t at = 0; nkeys < MAX_KEYS && (at = bl_str_find(r->address, BL_STR("[*]"), (size_t)at)) >= 0; at++) {
		keys[nkeys].prefix = bl_str_slice(r->address, 0, (size_t)at);
		counts[nkeys] = sim_draw(root->seed, "instances", keys[nkeys].prefix) & 1 ? 1 : MANY;
		total *= counts[nkeys++];
	}
	for (size_t i = 0; i < total && i < MAX_THINGS_OF_ONE; i++) {
		size_t rest = i;
		for (size_t k = 0; k < nkeys; k++) {
			keys[k].text = key_of(w, root, keys[k].prefix, rest % counts[k], r->language == BL_LANG_TERRAFORM);
			rest /= counts[k];
		}
		add_thing(w, root, r, keys, nkeys);
	}
}

static bool is_deployed(const sim_root *root, const bl_resource *r)
{
	if (r->condition == BL_MAYBE)
		return sim_draw(root->seed, "condition", r->address) & 1;
	return r->condition == BL_YES;
}

void sim_world_fill(sim_world *w, const bl_evaluation *const *evaluations, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const bl_evaluation *e = evaluations[i];
		if (e->root->language == BL_LANG_COMPOSE)
			continue;
		sim_root *root = add_root(w, e);
		if (e->root->language == BL_LANG_DOCKERFILE) {
			sim_image *image = bl_new(&w->arena, sim_image);
			image->root = root;
			bl_vec_push(&w->arena, &w->images, image);
			continue;
		}
		for (size_t k = 0; k < e->resources.n; k++) {
			bl_resource *r = e->resources.items[k];
			if (r->is_module)
				bl_map_put(&w->arena, &root->modules, r->address, r);
			else if (is_deployed(root, r))
				add_instances(w, root, r);
		}
	}
}

sim_thing *sim_find(sim_world *w, const sim_thing *t, bl_str address)
{
	bl_map *map = &t->root->by_address;
	for (size_t i = 0; i < t->keys.n; i++) {
		const sim_key *key = &t->keys.items[i];
		if (!bl_str_starts(address, key->prefix) || bl_str_find(address, BL_STR("[*]"), key->prefix.n) != (ptrdiff_t)key->prefix.n)
			continue;
		bl_str own = bl_str_fmt(&w->arena, BL_FMT "[" BL_FMT "]" BL_FMT, BL_ARG(key->prefix), BL_ARG(key->text),
			BL_ARG(bl_str_slice(address, key->prefix.n + 3, address.n)));
		sim_thing *found = bl_map_get(map, own);
		if (found)
			return found;
	}
	return bl_map_get(map, address);
}
