/*
 * Helm charts. What the templates make of the values is known to helm alone; the images that values.yaml names are known here,
 * in the forms that charts commonly give them: `image: repo:tag`, and a map of registry, repository, tag and digest.
 */
#include "eval/kubernetes/helm.h"

#include "eval/kubernetes/manifest.h"
#include "eval/path.h"

/* MAX_DEPTH: no image is told of so far within values. */
enum { MAX_DEPTH = 64, MAX_IMAGES = 1000 };

typedef struct chart {
	bl_arena *arena;
	const bl_value *app_version; /* what a tag is that nobody wrote; or NULL */
	bl_values images;
	bool full; /* there are more images than are kept */
} chart;

static const bl_value *text_at(const bl_value *map, const char *key)
{
	const bl_value *v = bl_value_getz(map, key);
	return v && bl_manifest_text(v).n ? v : NULL;
}

/* A reference that begins so; its tag is not known. */
static const bl_value *without_tag(chart *c, bl_span span, bl_str name)
{
	bl_value *v = bl_value_unknown(c->arena, span, "the chart's values give no tag");
	bl_unknown *u = bl_new(c->arena, bl_unknown);
	*u = *v->unknown;
	u->type = BL_STRING;
	u->not_null = true;
	u->prefix = bl_str_cat(c->arena, name, BL_STR(":"));
	v->unknown = u;
	return v;
}

static void add_image(chart *c, const bl_value *image)
{
	if (c->images.n < MAX_IMAGES)
		bl_vec_push(c->arena, &c->images, image);
	else
		c->full = true;
}

/* {registry, repository, tag, digest}: the repository is what makes it an image. */
static bool add_parts(chart *c, const bl_value *map)
{
	const bl_value *repository = text_at(map, "repository"), *registry = text_at(map, "registry");
	const bl_value *tag = text_at(map, "tag"), *digest = text_at(map, "digest");
	bool named = bl_value_getz(map, "tag") || digest || bl_value_getz(map, "pullPolicy");
	if (!repository || repository->kind != BL_STRING || !named)
		return false;
	bl_str name = repository->string;
	if (registry)
		name = bl_str_fmt(c->arena, BL_FMT "/" BL_FMT, BL_ARG(bl_manifest_text(registry)), BL_ARG(name));
	if (!tag && !digest)
		tag = c->app_version;
	if (!tag && !digest) {
		add_image(c, without_tag(c, map->span, name));
		return true;
	}
	bl_str t = bl_manifest_text(tag), d = bl_manifest_text(digest);
	add_image(c, bl_value_string(c->arena, map->span, bl_str_fmt(c->arena, BL_FMT "%s" BL_FMT "%s" BL_FMT, BL_ARG(name),
		t.n ? ":" : "", BL_ARG(t), d.n ? "@" : "", BL_ARG(d))));
	return true;
}

static bool is_image_key(bl_str key)
{
	return key.n >= 5 && bl_str_eqi(bl_str_slice(key, key.n - 5, key.n), BL_STR("image"));
}

/* A word like "nginx:1.25", with its tag there or beside it as imageTag. */
static void add_reference(chart *c, const bl_value *beside, const bl_value *v)
{
	bl_str s = v->string, last = bl_str_slice(s, (size_t)(bl_str_rfind_char(s, '/') + 1), s.n);
	const bl_value *tag = text_at(beside, "imageTag");
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == '{')
			return;
	if (!s.n)
		return;
	bool tagged = memchr(last.p, ':', last.n) || memchr(last.p, '@', last.n);
	if (!tagged && tag)
		v = bl_value_string(c->arena, v->span, bl_str_fmt(c->arena, BL_FMT ":" BL_FMT, BL_ARG(s), BL_ARG(bl_manifest_text(tag))));
	add_image(c, v);
}

static void find_images(chart *c, const bl_value *v, int depth)
{
	if (depth > MAX_DEPTH || c->full || (v->kind == BL_MAP && add_parts(c, v)))
		return;
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
		find_images(c, v->list[i], depth + 1);
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++) {
		const bl_item *item = &v->map[i];
		if (item->value->kind == BL_STRING && is_image_key(item->key))
			add_reference(c, v, item->value);
		else
			find_images(c, item->value, depth + 1);
	}
}

static const bl_value *values_of(const bl_eval_input *input, bl_arena *arena, bl_str folder)
{
	const bl_loader *loader = input->loader;
	bl_str path = folder.n ? bl_str_fmt(arena, BL_FMT "/values.yaml", BL_ARG(folder)) : BL_STR("values.yaml");
	const bl_document *d = loader && loader->document ? loader->document(loader->context, path) : NULL;
	return bl_document_tree(d);
}

static const bl_value *properties(bl_arena *arena, const bl_value *body, const bl_values *images, bl_span span)
{
	static const char *const kept[] = {"name", "version", "appVersion", "type", "dependencies"};
	bl_items items = {0};
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		const bl_item *item = bl_value_item(body, bl_str_of(kept[i]), false);
		if (item)
			bl_vec_push(arena, &items, *item);
	}
	bl_items_put(arena, &items, BL_STR("images"), span, bl_values_value(arena, span, images));
	return bl_items_value(arena, body->span, &items);
}

void bl_helm_chart(const bl_eval_input *input, bl_arena *arena, bl_evaluation *out, const bl_document *d)
{
	const bl_value *body = bl_document_tree(d);
	const bl_value *name = text_at(body, "name");
	bl_str folder = bl_eval_folder(d->path);
	if (!bl_value_is(body, BL_MAP) || !name) {
		if (!d->partial)
			bl_diag_add(arena, &out->diags, BL_DIAG_ERROR, (bl_span){d->source, 0, 0}, "is no chart: it has no name");
		return;
	}
	chart c = {.arena = arena, .app_version = text_at(body, "appVersion")};
	const bl_value *values = values_of(input, arena, folder);
	if (values)
		find_images(&c, values, 0);
	if (c.full) {
		out->not_analysed++;
		bl_diag_add(arena, &out->diags, BL_DIAG_WARNING, name->span, "more than %d images in the values of a chart: the rest is not analysed", MAX_IMAGES);
	}
	bl_resource *r = bl_new(arena, bl_resource);
	r->root = input->root;
	r->language = BL_LANG_KUBERNETES;
	r->label = bl_manifest_text(name);
	r->address = r->typed_address = bl_str_fmt(arena, "Chart." BL_FMT, BL_ARG(r->label));
	r->type = r->native_type = BL_STR("helm/Chart");
	r->api_version = bl_value_text(bl_value_getz(body, "apiVersion"));
	r->provider = BL_STR("kubernetes");
	r->name = name;
	r->condition = BL_YES;
	r->span = body->span;
	r->head = name->span;
	r->native = body;
	bl_items written = {0};
	bl_items_put(arena, &written, BL_STR("name"), name->span, name);
	bl_items_put(arena, &written, BL_STR("properties"), body->span,
		properties(arena, body, &c.images, values ? values->span : body->span));
	r->written = bl_items_value(arena, body->span, &written);
	bl_vec_push(arena, &out->resources, r);
	if (!input->options || !input->options->helm)
		bl_diag_add(arena, &out->diags, BL_DIAG_WARNING, name->span,
			"the templates of the Helm chart '" BL_FMT "' are not analysed: --helm renders them", BL_ARG(r->label));
}
