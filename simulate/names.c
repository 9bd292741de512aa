/* Names and attributes of what is deployed. */
#include "simulate/world.h"

#include <stdio.h>

/* ---- names ---- */

bl_str sim_other_name(sim_world *w, bl_str name, uint64_t number)
{
	static const struct {
		const char *from, *to;
	} words[] = {{"dev", "prd"}, {"prod", "stage"}, {"test", "prod"}, {"demo", "live"}, {"example", "main"}};
	bl_arena *a = &w->arena;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		bl_str from = bl_str_of(words[i].from);
		ptrdiff_t at = bl_str_find(name, from, 0);
		if (at >= 0 && number % 3 == 0)
			return bl_str_fmt(a, BL_FMT "%s" BL_FMT, BL_ARG(bl_str_slice(name, 0, (size_t)at)), words[i].to,
				BL_ARG(bl_str_slice(name, (size_t)at + from.n, name.n)));
	}
	bool plain = bl_str_find(name, BL_STR("-"), 0) < 0;
	bl_str word = sim_word(number >> 8);
	switch (number % 3) {
	case 0:
		return bl_str_fmt(a, BL_FMT "%s" BL_FMT, BL_ARG(bl_str_slice(name, 0, 18)), plain ? "" : "-", BL_ARG(bl_str_slice(word, 0, 5)));
	case 1:
		return bl_str_fmt(a, BL_FMT "%s%d", BL_ARG(bl_str_slice(name, 0, 60)), plain ? "" : "-v", 2 + (int)(number >> 20) % 3);
	default:
		return bl_str_fmt(a, BL_FMT "%s" BL_FMT, BL_ARG(word), plain ? "" : "-",
			BL_ARG(sim_letters(a, number, BL_STR("abcdefghijklmnopqrstuvwxyz0123456789"), 5)));
	}
}

static bl_str last_part(bl_str name)
{
	ptrdiff_t slash = bl_str_rfind_char(name, '/');
	return bl_str_slice(name, (size_t)(slash + 1), name.n);
}

/* What nobody names: role assignments are GUIDs; the rest gets its declared name with a few letters. */
static bl_str made_up_name(sim_world *w, sim_thing *t)
{
	bl_arena *a = &w->arena;
	if (t->cloud == SIM_AZURE && bl_str_startsi(t->type, BL_STR("Microsoft.Authorization/")))
		return sim_guid(a, sim_draw(t->seed, "name", BL_STR("")));
	if (t->cloud == SIM_AWS)
		return sim_aws_made_up_name(w, t);
	bl_str letters = sim_hex(a, sim_draw(t->seed, "name", BL_STR("")), 6);
	bl_str label = bl_str_slice(bl_str_lower(a, t->resource->label), 0, 24);
	return bl_str_fmt(a, BL_FMT "-" BL_FMT, BL_ARG(label), BL_ARG(letters));
}

/* google_alloydb_cluster's is called cluster_id. */
static const bl_value *named_by_id(const bl_resource *r)
{
	char key[64];
	ptrdiff_t at = bl_str_rfind_char(r->native_type, '_');
	bl_str kind = bl_str_slice(r->native_type, (size_t)(at + 1), r->native_type.n);
	if (snprintf(key, sizeof key, BL_FMT "_id", BL_ARG(kind)) >= (int)sizeof key)
		return NULL;
	return bl_value_getz(r->native, key);
}

const bl_value *sim_declared_name(const sim_thing *t)
{
	const bl_resource *r = t->resource;
	if (r->name)
		return r->name;
	const bl_value *name = bl_value_getz(r->native, "name");
	if (!name && t->cloud == SIM_GOOGLE)
		name = named_by_id(r);
	if (!name && bl_str_eqz(r->native_type, "google_project_service"))
		name = bl_value_getz(r->native, "service");
	return name;
}

/* Azure puts the name together itself: ContainerInsights(WORKSPACE). */
static bl_str solution_name(sim_world *w, sim_thing *t)
{
	bl_str workspace = sim_native_text(w, t, "workspace_name");
	return bl_str_fmt(&w->arena, BL_FMT "(" BL_FMT ")", BL_ARG(sim_native_text(w, t, "solution_name")), BL_ARG(workspace));
}

static bl_str work_out_name(sim_world *w, sim_thing *t)
{
	if (bl_str_eqz(t->resource->native_type, "azurerm_log_analytics_solution"))
		return solution_name(w, t);
	const bl_value *declared = sim_declared_name(t);
	bl_str name = sim_text(w, t, declared, BL_STR("name"));
	if (t->cloud == SIM_AZURE)
		name = last_part(name);
	t->named = name.n > 0;
	return name.n ? name : made_up_name(w, t);
}

bl_str sim_name(sim_world *w, sim_thing *t)
{
	if (t->name.n)
		return t->name;
	if (t->naming) /* named after itself, by way of others */
		return t->resource->label;
	t->naming = true;
	bl_str name = t->code_name = work_out_name(w, t);
	if (t->renamed)
		name = sim_other_name(w, name, sim_draw(t->seed, "rename", BL_STR("")));
	t->naming = false;
	t->name = name;
	return name;
}

static bl_str name_key(bl_arena *arena, bl_str type, bl_str name)
{
	return bl_str_lower(arena, bl_str_fmt(arena, BL_FMT "|" BL_FMT, BL_ARG(type), BL_ARG(name)));
}

sim_thing *sim_named(sim_world *w, const sim_thing *t, bl_str type, bl_str name)
{
	bl_arena *a = &w->arena;
	sim_root *root = t->root;
	for (size_t i = 0; !root->has_names && i < w->things.n; i++) {
		sim_thing *other = w->things.items[i];
		if (other->root != root)
			continue;
		sim_name(w, other);
		bl_str key = name_key(a, other->type, other->code_name);
		if (!bl_map_get(&root->by_name, key))
			bl_map_put(a, &root->by_name, key, other);
	}
	root->has_names = true;
	return name.n ? bl_map_get(&root->by_name, name_key(a, type, name)) : NULL;
}

bl_str sim_id(sim_world *w, sim_thing *t)
{
	if (t->id.n)
		return t->id;
	if (t->cloud == SIM_AWS)
		t->id = sim_aws_id(w, t);
	else if (t->cloud == SIM_AZURE && t->type.n)
		t->id = sim_azure_id(w, t);
	else if (t->cloud == SIM_GOOGLE)
		t->id = sim_google_id(w, t);
	else if (t->cloud == SIM_KUBERNETES)
		t->id = sim_kubernetes_id(w, t);
	else if (bl_str_starts(t->resource->native_type, BL_STR("random_")))
		t->id = bl_value_text(sim_attribute(w, t, BL_STR("id")));
	else
		t->id = sim_name(w, t);
	return t->id;
}

/* ---- attributes of Terraform's helpers ---- */

static long long native_int(sim_world *w, sim_thing *t, const char *name, long long otherwise)
{
	const bl_value *v = sim_value(w, t, bl_value_getz(t->resource->native, name), bl_str_of(name));
	return bl_value_is(v, BL_NUMBER) ? (long long)v->number : otherwise;
}

static bool native_false(sim_thing *t, const char *name)
{
	const bl_value *v = bl_value_getz(t->resource->native, name);
	return bl_value_is(v, BL_BOOL) && !v->boolean;
}

static bl_str pet(sim_world *w, sim_thing *t, uint64_t number)
{
	bl_str prefix = sim_native_text(w, t, "prefix"), separator = sim_native_text(w, t, "separator");
	long long n = native_int(w, t, "length", 2);
	bl_buf out = {0};
	if (!bl_value_getz(t->resource->native, "separator"))
		separator = BL_STR("-");
	if (prefix.n)
		bl_buf_putf(&out, BL_FMT BL_FMT, BL_ARG(prefix), BL_ARG(separator));
	for (long long i = 0; i < n && i < 8; i++) {
		uint64_t draw = sim_next(&number);
		if (i)
			bl_buf_put(&out, separator);
		bl_buf_put(&out, i + 1 < n ? sim_adjective(draw) : sim_animal(draw));
	}
	bl_str text = bl_str_dup(&w->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text;
}

static bl_str random_string(sim_world *w, sim_thing *t, uint64_t number)
{
	bl_buf alphabet = {0};
	bl_str special = sim_native_text(w, t, "override_special");
	if (!native_false(t, "lower"))
		bl_buf_putz(&alphabet, "abcdefghijklmnopqrstuvwxyz");
	if (!native_false(t, "upper"))
		bl_buf_putz(&alphabet, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	if (!native_false(t, "numeric") && !native_false(t, "number"))
		bl_buf_putz(&alphabet, "0123456789");
	if (!native_false(t, "special"))
		bl_buf_put(&alphabet, special.n ? special : BL_STR("!@#%&*()-_=+[]{}<>:?"));
	long long n = native_int(w, t, "length", 8);
	bl_str text = sim_letters(&w->arena, number, alphabet.n ? bl_buf_str(&alphabet) : BL_STR("x"), n < 0 ? 0 : n > 256 ? 256 : (size_t)n);
	text = bl_str_dup(&w->arena, text);
	bl_buf_done(&alphabet);
	return text;
}

/* n bytes in one of the forms of random_id. */
static bl_str random_id(sim_world *w, sim_thing *t, bl_str form, uint64_t number, size_t n)
{
	bl_arena *a = &w->arena;
	bl_str prefix = bl_str_eqz(form, "id") ? BL_STR("") : sim_native_text(w, t, "prefix");
	bl_str letters = BL_STR("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
	size_t base64 = (n * 4 + 2) / 3;
	bl_str text = bl_str_eqz(form, "dec") ? sim_digits(a, number, n < 4 ? 2 * n : 9)
		: bl_str_eqz(form, "hex") ? sim_hex(a, number, 2 * n) : sim_letters(a, number, letters, base64);
	if (bl_str_eqz(form, "b64_std"))
		text = bl_str_cat(a, text, bl_str_slice(BL_STR("=="), 0, (4 - base64 % 4) % 4));
	return bl_str_cat(a, prefix, text);
}

static const bl_value *random_attribute(sim_world *w, sim_thing *t, bl_str path)
{
	bl_arena *a = &w->arena;
	bl_str kind = bl_str_slice(t->resource->native_type, strlen("random_"), t->resource->native_type.n);
	uint64_t number = sim_draw(t->seed, "random", BL_STR(""));
	if (bl_str_eqz(kind, "pet"))
		return sim_string(w, pet(w, t, number));
	if (bl_str_eqz(kind, "uuid"))
		return sim_string(w, sim_guid(a, number));
	if (bl_str_eqz(kind, "string") || bl_str_eqz(kind, "password"))
		return sim_string(w, random_string(w, t, number));
	if (bl_str_eqz(kind, "integer")) {
		long long least = native_int(w, t, "min", 0), most = native_int(w, t, "max", 99999);
		long long n = most > least ? least + (long long)(number % (uint64_t)(most - least + 1)) : least;
		bl_str text = bl_str_integer(a, n);
		return bl_str_eqz(path, "id") ? sim_string(w, text) : bl_value_digits(a, BL_NOWHERE, text);
	}
	if (bl_str_eqz(kind, "id")) {
		long long bytes = native_int(w, t, "byte_length", 4);
		size_t n = bytes < 1 || bytes > 64 ? 4 : (size_t)bytes;
		return sim_string(w, random_id(w, t, path, number, n));
	}
	return NULL;
}

/* ---- attributes ---- */

/* The first step of "a.b[0].c"; what is left of the path, in the form of bl_value_at_path, goes to *rest. */
static bl_str first_step(sim_world *w, bl_str path, bl_str *rest)
{
	size_t n = 0;
	while (n < path.n && path.p[n] != '.' && path.p[n] != '[')
		n++;
	char *p = bl_arena_alloc_aligned(&w->arena, path.n + 1, 1);
	size_t k = 0;
	for (size_t i = n; i < path.n; i++) {
		char c = path.p[i];
		if (c == ']' || c == '"')
			continue;
		if ((c == '.' || c == '[') && (!k || p[k - 1] == '.'))
			continue;
		p[k++] = c == '[' ? '.' : c;
	}
	*rest = bl_str_make(p, k);
	return bl_str_slice(path, 0, n);
}

static bool step_is_name(const sim_thing *t, bl_str step)
{
	return bl_str_eqz(step, "name") || (t->cloud == SIM_AZURE && t->resource->language != BL_LANG_TERRAFORM && !step.n);
}

/* What the platform gives and code does not say: made of what the attribute is called. */
static const bl_value *made_up(sim_world *w, sim_thing *t, bl_str path)
{
	bl_arena *a = &w->arena;
	uint64_t number = sim_draw(t->seed, "attribute", path);
	bl_str tail = path;
	ptrdiff_t dot = bl_str_rfind_char(path, '.');
	if (dot >= 0)
		tail = bl_str_slice(path, (size_t)dot + 1, path.n);
	if (bl_str_findi(tail, BL_STR("endpoint"), 0) >= 0 || bl_str_findi(tail, BL_STR("uri"), 0) >= 0 ||
		bl_str_findi(tail, BL_STR("fqdn"), 0) >= 0 || bl_str_findi(tail, BL_STR("hostname"), 0) >= 0)
		return sim_string(w, bl_str_fmt(a, "https://" BL_FMT ".example.net/", BL_ARG(sim_name(w, t))));
	if (bl_str_ends(tail, BL_STR("_id")) || bl_str_ends(tail, BL_STR("Id")))
		return sim_string(w, sim_guid(a, number));
	if (bl_str_findi(tail, BL_STR("ip"), 0) == 0 || bl_str_findi(tail, BL_STR("ip_address"), 0) >= 0)
		return sim_string(w, bl_str_fmt(a, "10.%d.%d.%d", (int)(number % 200), (int)(number >> 8) % 250, 4 + (int)(number >> 16) % 240));
	return NULL;
}

/* Who is signed in: what the root is deployed with and to. */
static const bl_value *deployer(sim_world *w, const sim_thing *t, bl_str step)
{
	const sim_root *r = t->root;
	bl_str type = t->resource->native_type;
	bool azure = bl_str_eqz(type, "azurerm_client_config") || bl_str_eqz(type, "azurerm_subscription");
	if (!t->resource->existing)
		return NULL;
	if (azure && bl_str_eqz(step, "subscription_id"))
		return sim_string(w, sim_place(t, SIM_AZURE));
	if (azure && bl_str_eqz(step, "tenant_id"))
		return sim_string(w, r->tenant);
	if (bl_str_eqz(type, "azurerm_subscription") && bl_str_eqz(step, "id"))
		return sim_string(w, bl_str_cat(&w->arena, BL_STR("/subscriptions/"), sim_place(t, SIM_AZURE)));
	if (bl_str_eqz(type, "aws_caller_identity") && bl_str_eqz(step, "account_id"))
		return sim_string(w, sim_place(t, SIM_AWS));
	return NULL;
}

const bl_value *sim_attribute(sim_world *w, sim_thing *t, bl_str path)
{
	bl_str rest, step = first_step(w, path, &rest);
	const bl_resource *r = t->resource;
	if (!r)
		return NULL;
	const bl_value *own_place = deployer(w, t, step);
	if (own_place)
		return own_place;
	if (bl_str_starts(r->native_type, BL_STR("random_"))) {
		const bl_value *v = random_attribute(w, t, step);
		if (v)
			return v;
	}
	if (bl_str_starts(r->native_type, BL_STR("time_")) && (bl_str_eqz(step, "id") || bl_str_ends(step, BL_STR("rfc3339"))))
		return sim_string(w, bl_str_fmt(&w->arena, "%.19sZ", sim_time(w, sim_draw(t->seed, "time", BL_STR(""))).p));
	if (step_is_name(t, step))
		return sim_string(w, sim_name(w, t));
	if (bl_str_eqz(r->native_type, "google_project") && (bl_str_eqz(step, "id") || bl_str_eqz(step, "number"))) {
		bl_str name = sim_name(w, t);
		return sim_string(w, step.n == 2 ? bl_str_cat(&w->arena, BL_STR("projects/"), name) : sim_google_number(w, name));
	}
	if (t->cloud == SIM_GOOGLE && (bl_str_eqz(step, "id") || bl_str_eqz(step, "self_link")))
		return sim_string(w, bl_str_eqz(step, "id") ? sim_google_path(w, t) : sim_google_link(w, t));
	bool principal = bl_str_ends(path, BL_STR("principal_id")) || bl_str_ends(path, BL_STR("principalId"));
	if (t->cloud == SIM_AZURE && principal && sim_azure_has_principal(t, step))
		return sim_string(w, sim_azure_principal(w, t));
	if (t->cloud == SIM_AWS && bl_str_eqiz(step, "arn"))
		return sim_id(w, t), sim_string(w, t->arn);
	if (bl_str_eqz(step, "id") || bl_str_eqz(step, "resourceId") || bl_str_eqz(step, "Ref"))
		return sim_string(w, sim_id(w, t));
	const bl_value *own = bl_value_get(r->native, step);
	if (!own && r->language != BL_LANG_TERRAFORM)
		own = bl_value_geti(r->effective, step);
	const bl_value *v = own ? sim_value(w, t, own, step) : NULL;
	if (v && rest.n)
		v = bl_value_at_path(v, rest);
	return v ? v : made_up(w, t, path);
}
