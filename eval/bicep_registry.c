/*
 * Where a module of a registry lies: "br:REGISTRY/PATH:VERSION", or "br/ALIAS:PATH:VERSION" by the aliases of the nearest bicepconfig.json. Below the
 * folder of --bicep-registry it is PATH/VERSION/main.json for the public registry, REGISTRY/PATH/VERSION/main.json for any other, or what the compiler
 * keeps in its own cache: br/REGISTRY/PATH with '$' for '/'/VERSION$/main.json. A main.bicep may stand for the main.json.
 */
#include "eval/bicep.h"

#include "core/codec/json.h"

enum { MAX_FOLDERS = 64 };

typedef struct place {
	bl_str registry, path, version;
} place;

#define PUBLIC_REGISTRY "mcr.microsoft.com"
#define PUBLIC_PREFIX "bicep/"

/* The nearest bicepconfig.json at or above folder, or NULL. */
static const bl_value *configuration(bl_azure *a, bl_str folder)
{
	const bl_loader *l = a->input->loader;
	bl_str text;
	for (int i = 0; l && l->bytes && i < MAX_FOLDERS; i++) {
		bl_str path = folder.n ? bl_str_fmt(a->arena, BL_FMT "/bicepconfig.json", BL_ARG(folder)) : BL_STR("bicepconfig.json");
		if (l->bytes(l->context, path, &text))
			return bl_json_read(a->arena, text, NULL);
		if (!folder.n)
			break;
		folder = bl_azure_folder(folder);
	}
	return NULL;
}

/* "br/ALIAS:PATH:VERSION": what the alias stands for. */
static bool read_alias(bl_azure *a, bl_str folder, bl_str source, place *p)
{
	bl_str alias, rest = bl_str_cut(bl_str_slice(source, 3, source.n), ':', &alias);
	const bl_value *config = configuration(a, folder);
	const bl_value *aliases = bl_value_getz(bl_value_getz(config, "moduleAliases"), "br"), *found = bl_value_get(aliases, alias);
	bl_str prefix = bl_value_text(bl_value_getz(found, "modulePath"));
	p->registry = bl_value_text(bl_value_getz(found, "registry"));
	if (!found && bl_str_eqz(alias, "public")) {
		p->registry = BL_STR(PUBLIC_REGISTRY);
		prefix = BL_STR("bicep");
	}
	ptrdiff_t colon = bl_str_rfind_char(rest, ':');
	if (!p->registry.n || colon < 0)
		return false;
	p->path = bl_str_slice(rest, 0, (size_t)colon);
	if (prefix.n)
		p->path = bl_str_fmt(a->arena, BL_FMT "/" BL_FMT, BL_ARG(prefix), BL_ARG(p->path));
	p->version = bl_str_slice(rest, (size_t)colon + 1, rest.n);
	return true;
}

/* "br:REGISTRY/PATH:VERSION" */
static bool read_reference(bl_str source, place *p)
{
	bl_str rest = bl_str_slice(source, 3, source.n);
	p->path = bl_str_cut(rest, '/', &p->registry);
	ptrdiff_t colon = bl_str_rfind_char(p->path, ':');
	if (colon < 0)
		return false;
	p->version = bl_str_slice(p->path, (size_t)colon + 1, p->path.n);
	p->path = bl_str_slice(p->path, 0, (size_t)colon);
	return true;
}

static bl_str cached(bl_arena *arena, const place *p)
{
	char *path = bl_str_z(arena, p->path);
	for (char *c = path; *c; c++)
		*c = *c == '/' ? '$' : *c;
	return bl_str_fmt(arena, "br/" BL_FMT "/%s/" BL_FMT "$", BL_ARG(p->registry), path, BL_ARG(p->version));
}

static const bl_document *in_folder(bl_azure *a, bl_str root, bl_str folder, bool source_first)
{
	static const char *const files[] = {"main.json", "main.bicep"};
	const bl_loader *l = a->input->loader;
	for (int k = 0; k < 2; k++) {
		const bl_document *d = l->document(l->context,
			bl_str_fmt(a->arena, BL_FMT "/" BL_FMT "/%s", BL_ARG(root), BL_ARG(folder), files[source_first ? 1 - k : k]));
		if (d)
			return d;
	}
	return NULL;
}

const bl_document *bl_bicep_registry_module(bl_azure *a, bl_str folder, bl_str source, bool source_first)
{
	bl_str root = a->input->options ? a->input->options->bicep_registry : BL_STR("");
	place p = {{"", 0}, {"", 0}, {"", 0}};
	const bl_loader *l = a->input->loader;
	bool alias = bl_str_starts(source, BL_STR("br/"));
	if (!root.n || !l || !l->document || !(alias ? read_alias(a, folder, source, &p) : read_reference(source, &p)))
		return NULL;
	if (bl_str_find(p.path, BL_STR(".."), 0) >= 0 || bl_str_find(p.version, BL_STR(".."), 0) >= 0 ||
		bl_str_find(p.registry, BL_STR(".."), 0) >= 0)
		return NULL;
	bool open = bl_str_eqz(p.registry, PUBLIC_REGISTRY) && bl_str_starts(p.path, BL_STR(PUBLIC_PREFIX));
	bl_str plain = open ? bl_str_slice(p.path, sizeof PUBLIC_PREFIX - 1, p.path.n)
			    : bl_str_fmt(a->arena, BL_FMT "/" BL_FMT, BL_ARG(p.registry), BL_ARG(p.path));
	const bl_document *d = in_folder(a, root, bl_str_fmt(a->arena, BL_FMT "/" BL_FMT, BL_ARG(plain), BL_ARG(p.version)), source_first);
	return d ? d : in_folder(a, root, cached(a->arena, &p), source_first);
}
