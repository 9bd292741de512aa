#include "core/model/images.h"

#include "core/model/image.h"

/* One build's name meets at most so many images that it may be; it is compared with at most so many. */
enum { MAX_MEETINGS = 64, MAX_COMPARED = 4096, MAX_STEPS = 16 };

/* A reference that something names, and its node. */
typedef struct reference {
	bl_image_name name;
	bl_str path; /* registry/repository, with gaps */
	bool whole;  /* nothing of it is unknown */
	bool made;   /* a build makes just this one */
	uint32_t node;
} reference;

typedef BL_VEC(reference *) reference_list;
typedef BL_VEC(uint32_t) node_list;

typedef struct builder {
	bl_graph *graph;
	bl_arena arena;       /* goes when all is added */
	bl_map references;    /* node id -> reference */
	bl_map by_repository; /* those without a gap in registry and repository, by repository -> reference_list */
	bl_map by_last;       /* all whose last part is known, by it -> reference_list */
	bl_map partial;       /* of those the ones with a gap */
	bl_map stages;        /* repository and Dockerfile -> node_list, in order */
	bl_map drawn;         /* kind, from and to of the edges so far */
} builder;

static const char gap[] = {BL_GAP, '\0'};

static bool has_gap(bl_str s)
{
	return s.n && memchr(s.p, BL_GAP, s.n);
}

static bl_str last_part(bl_str path)
{
	return bl_str_slice(path, (size_t)(bl_str_rfind_char(path, '/') + 1), path.n);
}

/* ---- edges ---- */

static void draw(builder *b, bl_edge edge)
{
	uint32_t key[] = {(uint32_t)edge.kind, edge.from, edge.to};
	bl_str seen = {(const char *)key, sizeof key};
	if (edge.from == edge.to || bl_map_get(&b->drawn, seen))
		return;
	bl_map_put(&b->arena, &b->drawn, bl_str_dup(&b->arena, seen), b);
	bl_graph_add_edge(b->graph, edge);
}

/* ---- references ---- */

/* The text with '*' for gaps, which no reference has. */
static bl_str shown(bl_arena *arena, bl_str s)
{
	char *p = bl_str_z(arena, s);
	for (size_t i = 0; i < s.n; i++)
		if (p[i] == BL_GAP)
			p[i] = '*';
	return bl_str_make(p, s.n);
}

static bl_str id_of(bl_arena *arena, const bl_image_name *name)
{
	/* one gap for the registry and what follows it */
	bool same = bl_str_eqz(name->registry, gap) && name->repository.p[0] == BL_GAP;
	bl_str id = bl_str_cat(arena, BL_STR("image:"), same ? name->repository : bl_image_name_key(arena, name));
	if (name->tag.n)
		id = bl_str_fmt(arena, BL_FMT ":" BL_FMT, BL_ARG(id), BL_ARG(name->tag));
	if (name->digest.n > 1) /* one that may be there or not is a gap alone */
		id = bl_str_fmt(arena, BL_FMT "@" BL_FMT, BL_ARG(id), BL_ARG(name->digest));
	return shown(arena, id);
}

static void list_reference(builder *b, bl_map *map, bl_str key, reference *r)
{
	reference_list *list = bl_map_get(map, key);
	if (!list) {
		list = bl_new(&b->arena, reference_list);
		bl_map_put(&b->arena, map, key, list);
	}
	bl_vec_push(&b->arena, list, r);
}

static bool has_letter(bl_str s)
{
	bool some = false;
	for (size_t i = 0; i < s.n && !some; i++)
		some = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9');
	return some;
}

/* The reference of a text with gaps, new or known; NULL for none, and for one of which no letter of the last part is known. */
static reference *reference_of(builder *b, bl_str text)
{
	bl_image_name name;
	if (!bl_image_name_parse(&b->arena, bl_str_trim(text), &name))
		return NULL;
	/* a runtime may show the id alone, which is no name */
	if (name.local && bl_str_eqz(name.repository, "library/sha256"))
		return NULL;
	bl_str last = last_part(name.repository), id = id_of(&b->arena, &name);
	reference *r = bl_map_get(&b->references, id);
	if (r || !has_letter(last))
		return r;
	id = bl_str_dup(bl_graph_arena(b->graph), id);
	r = bl_new(&b->arena, reference);
	r->name = name;
	r->path = bl_image_name_key(&b->arena, &name);
	r->whole = !has_gap(r->path) && !has_gap(name.tag) && !has_gap(name.digest);
	r->node = bl_graph_add_node(b->graph, (bl_node){.kind = BL_NODE_IMAGE, .id = id, .name = bl_str_slice(id, 6, id.n)});
	bl_map_put(&b->arena, &b->references, id, r);
	if (!has_gap(r->path))
		list_reference(b, &b->by_repository, name.repository, r);
	if (!has_gap(last))
		list_reference(b, &b->by_last, last, r);
	if (has_gap(r->path) && !has_gap(last))
		list_reference(b, &b->partial, last, r);
	return r;
}

typedef void (*use_fn)(builder *b, reference *r, const bl_value *v, bl_tri sure, void *context);

/* App Service writes what an app is made of as KIND|WHAT: only DOCKER| is followed by an image. */
static bl_str without_kind(bl_str text)
{
	bl_str kind, rest = bl_str_cut(text, '|', &kind);
	if (kind.n == text.n)
		return text;
	return bl_str_eqiz(kind, "DOCKER") ? rest : BL_STR("");
}

/* Calls use for the image that a value names, or for each of those that it may be. */
static void each_of_value(builder *b, const bl_value *v, use_fn use, void *context)
{
	bool text = v->kind == BL_STRING || v->kind == BL_UNKNOWN;
	if (!text || v->sensitive)
		return;
	size_t n = v->kind == BL_UNKNOWN ? v->unknown->ncandidates : 0;
	for (size_t i = 0; i < n; i++) {
		const bl_value *one = v->unknown->candidates[i];
		reference *r = one->kind == BL_STRING ? reference_of(b, without_kind(one->string)) : NULL;
		if (r)
			use(b, r, v, BL_MAYBE, context);
	}
	reference *r = n ? NULL : reference_of(b, without_kind(bl_value_pattern(&b->arena, v)));
	if (r)
		use(b, r, v, r->whole ? BL_YES : BL_MAYBE, context);
}

/* ---- what names them ---- */

typedef struct naming {
	uint32_t node;
	bl_edge_kind kind;
	bl_tri sure;
	bl_str at;    /* the path in the schema */
	bl_span span; /* where a value has none of its own */
} naming;

static void draw_naming(builder *b, reference *r, const bl_value *v, bl_tri sure, void *context)
{
	const naming *n = context;
	bl_arena *arena = bl_graph_arena(b->graph);
	const char *verb = n->kind == BL_EDGE_RUNS ? "names the image" : "names the base image";
	draw(b, (bl_edge){.kind = n->kind, .from = n->node, .to = r->node, .sure = bl_tri_and(sure, n->sure), .detail = n->at,
			.span = bl_span_known(v->span) ? v->span : n->span,
			.why = bl_str_fmt(arena, "'" BL_FMT "' %s " BL_FMT, BL_ARG(n->at), verb,
				BL_ARG(bl_graph_node(b->graph, r->node)->name))});
}

/* Does the element have the member that "KEY=VALUE" asks for? "*" asks for nothing. */
static bool is_asked_for(const bl_value *element, bl_str filter)
{
	bl_str key, value = bl_str_cut(filter, '=', &key);
	return bl_str_eqz(filter, "*") || bl_str_eqi(bl_value_text(bl_value_geti(element, key)), value);
}

/* Every value at a path of the schema: names joined by '.', a name followed by [*] or [KEY=VALUE] for elements of a list or values of a map. */
static void each_at(builder *b, const bl_value *v, bl_str path, naming *n, unsigned depth)
{
	bl_str step, rest = bl_str_cut(path, '.', &step), name, filter = bl_str_cut(step, '[', &name);
	if (!v || depth > MAX_STEPS)
		return;
	if (!path.n) {
		each_of_value(b, v, draw_naming, n);
		return;
	}
	v = bl_value_geti(v, name);
	if (name.n == step.n) {
		each_at(b, v, rest, n, depth + 1);
		return;
	}
	bl_str_cut(filter, ']', &filter);
	for (uint32_t i = 0; bl_value_is(v, BL_LIST) && i < v->n; i++)
		if (is_asked_for(v->list[i], filter))
			each_at(b, v->list[i], rest, n, depth + 1);
	for (uint32_t i = 0; bl_value_is(v, BL_MAP) && i < v->n; i++)
		if (is_asked_for(v->map[i].value, filter))
			each_at(b, v->map[i].value, rest, n, depth + 1);
}

static void add_named(builder *b, const bl_schema *schema, uint32_t node)
{
	static const struct {
		const char *key;
		bl_edge_kind kind;
	} rows[] = {{"base-images", BL_EDGE_REFERS}, {"images", BL_EDGE_RUNS}};
	const bl_type *type = bl_schema_type(schema, bl_graph_type(b->graph, node));
	const bl_value *body = bl_graph_body(b->graph, node);
	const bl_node *it = bl_graph_node(b->graph, node);
	naming n = {.node = node, .span = it->span, .sure = it->resource ? it->resource->condition : BL_YES};
	for (size_t k = 0; type && k < sizeof rows / sizeof *rows; k++) {
		const bl_value *paths = bl_value_getz(type->schema, rows[k].key);
		n.kind = rows[k].kind;
		for (uint32_t i = 0; paths && i < paths->n; i++) {
			n.at = bl_value_text(paths->list[i]);
			each_at(b, body, n.at, &n, 0);
		}
	}
}

/* ---- builds ---- */

static bl_str file_key(bl_arena *arena, bl_str repo, bl_str path)
{
	return bl_str_fmt(arena, BL_FMT "\x1f" BL_FMT, BL_ARG(repo), BL_ARG(path));
}

static void index_stage(builder *b, uint32_t node)
{
	const bl_resource *r = bl_graph_node(b->graph, node)->resource;
	if (!r || !bl_str_eqz(r->type, "docker/Stage"))
		return;
	bl_str key = file_key(&b->arena, r->root->repo, r->root->path);
	node_list *list = bl_map_get(&b->stages, key);
	if (!list) {
		list = bl_new(&b->arena, node_list);
		bl_map_put(&b->arena, &b->stages, key, list);
	}
	bl_vec_push(&b->arena, list, node);
}

/* The stage that a build makes, a name or a number, or the last; -1 where the Dockerfile or the stage is not there. */
static int64_t stage_of(builder *b, const bl_build *build)
{
	if (!bl_value_is(build->dockerfile, BL_STRING))
		return -1;
	const node_list *list = bl_map_get(&b->stages, file_key(&b->arena, build->root->repo, build->dockerfile->string));
	if (!list || (build->target && build->target->kind == BL_UNKNOWN))
		return -1;
	bl_str target = bl_value_text(build->target);
	for (size_t i = 0; i < list->n && target.n; i++) {
		const bl_resource *r = bl_graph_node(b->graph, list->items[i])->resource;
		const bl_value *index = bl_value_at_path(r->effective, BL_STR("properties.index"));
		if (bl_str_eqi(r->label, target) || (bl_value_is(index, BL_NUMBER) && bl_str_eq(index->digits, target)))
			return list->items[i];
	}
	return target.n ? -1 : (int64_t)list->items[list->n - 1];
}

typedef struct making {
	const bl_build *build;
	int64_t stage, step; /* nodes, or -1 */
	reference_list names;
} making;

static void draw_making(builder *b, const making *m, const reference *r, bl_tri sure, bl_str why)
{
	const bl_build *build = m->build;
	bl_tri pushed = bl_tri_and(sure, build->pushes);
	if (m->stage >= 0)
		draw(b, (bl_edge){.kind = BL_EDGE_BUILDS, .from = (uint32_t)m->stage, .to = r->node, .span = build->span,
				.sure = sure, .why = why, .detail = build->tool});
	if (m->step >= 0 && pushed != BL_NO)
		draw(b, (bl_edge){.kind = BL_EDGE_PUSHES, .from = (uint32_t)m->step, .to = r->node, .span = build->span,
				.sure = pushed, .why = why, .detail = build->tool});
}

static void add_made(builder *b, reference *r, const bl_value *v, bl_tri sure, void *context)
{
	making *m = context;
	const bl_build *build = m->build;
	bl_arena *arena = bl_graph_arena(b->graph);
	(void)v;
	bool makes = build->dockerfile || build->context;
	r->made |= makes && sure == BL_YES;
	bl_vec_push(&b->arena, &m->names, r);
	draw_making(b, m, r, sure,
		bl_str_fmt(arena, "'" BL_FMT "' %s it (" BL_FMT ")", BL_ARG(build->by), makes ? "makes" : "pushes", BL_ARG(build->tool)));
}

static making *add_build(builder *b, const bl_build *build)
{
	making *m = bl_new(&b->arena, making);
	*m = (making){.build = build, .stage = stage_of(b, build), .step = bl_graph_find(b->graph, build->root, build->by)};
	for (uint32_t i = 0; bl_value_is(build->tags, BL_LIST) && i < build->tags->n; i++)
		each_of_value(b, build->tags->list[i], add_made, m);
	if (m->stage >= 0 && m->step >= 0)
		draw(b, (bl_edge){.kind = BL_EDGE_REFERS, .from = (uint32_t)m->step, .to = (uint32_t)m->stage, .sure = BL_YES,
				.span = build->span, .detail = BL_STR("dockerfile"),
				.why = bl_str_fmt(bl_graph_arena(b->graph), "'" BL_FMT "' builds it", BL_ARG(build->by))});
	return m;
}

/* ---- where references meet ---- */

/* May both be one text? With gaps in both only what stands before the first and behind the last is compared. */
static bool may_be_one(bl_str a, bl_str c)
{
	if (!has_gap(a) && !has_gap(c))
		return bl_str_eq(a, c);
	if (!has_gap(a)) {
		bl_str other = a;
		a = c;
		c = other;
	}
	bl_str head, piece, rest = bl_str_cut(a, BL_GAP, &head), begin;
	bl_str tail = bl_str_slice(a, (size_t)(bl_str_rfind_char(a, BL_GAP) + 1), a.n);
	if (has_gap(c)) {
		bl_str end = bl_str_slice(c, (size_t)(bl_str_rfind_char(c, BL_GAP) + 1), c.n);
		bl_str_cut(c, BL_GAP, &begin);
		return (bl_str_starts(begin, head) || bl_str_starts(head, begin)) && (bl_str_ends(end, tail) || bl_str_ends(tail, end));
	}
	if (c.n < head.n + tail.n || !bl_str_starts(c, head) || !bl_str_ends(c, tail))
		return false;
	c = bl_str_slice(c, head.n, c.n - tail.n);
	rest = bl_str_slice(rest, 0, rest.n - tail.n);
	for (size_t at = 0; rest.n;) {
		rest = bl_str_cut(rest, BL_GAP, &piece);
		ptrdiff_t found = bl_str_find(c, piece, at);
		if (found < 0)
			return false;
		at = (size_t)found + piece.n;
	}
	return true;
}

static bl_str tag_or_latest(const reference *r)
{
	return r->name.tag.n || r->name.digest.n ? r->name.tag : BL_STR("latest");
}

/* Is the registry of a name written out, a registry of one's own? */
static bool has_own_registry(const reference *r)
{
	return !bl_str_eqz(r->name.registry, "docker.io");
}

/* May what a build calls made be what something else calls used? *why says what is not sure. */
static bl_tri meets(const reference *made, const reference *used, const char **why)
{
	bool same = bl_str_eq(made->path, used->path) && !has_gap(made->path);
	if (made->name.digest.n && used->name.digest.n && !may_be_one(made->name.digest, used->name.digest))
		return BL_NO;
	*why = "the tag differs";
	if (same && may_be_one(tag_or_latest(made), tag_or_latest(used)))
		*why = "the tag is not known";
	if (same)
		return made->whole && used->whole && bl_str_eq(tag_or_latest(made), tag_or_latest(used)) && !used->name.digest.n
			? BL_YES : BL_MAYBE;
	*why = "the registry is not known";
	if (has_gap(made->path) || has_gap(used->path))
		return may_be_one(made->path, used->path) ? BL_MAYBE : BL_NO;
	*why = "it is built without a registry's name";
	if (made->name.local)
		return has_own_registry(used) ? BL_MAYBE : BL_NO;
	*why = "the registry differs";
	bool folder = memchr(made->name.repository.p, '/', made->name.repository.n) != NULL;
	return folder && bl_str_eq(made->name.repository, used->name.repository) ? BL_MAYBE : BL_NO;
}

static void meet_all(builder *b, const making *m, const reference *made, const reference_list *list)
{
	bl_arena *arena = bl_graph_arena(b->graph);
	size_t met = 0;
	for (size_t i = 0; list && i < list->n && i < MAX_COMPARED && met < MAX_MEETINGS; i++) {
		const reference *used = list->items[i];
		const char *why = "";
		bl_tri sure = used == made ? BL_NO : meets(made, used, &why);
		/* what is known to be made by somebody needs no guess */
		if (sure == BL_NO || (sure == BL_MAYBE && used->made))
			continue;
		met++;
		draw_making(b, m, used, sure,
			sure == BL_YES ? bl_str_fmt(arena, "a name without a tag stands for latest")
				: bl_str_fmt(arena, "'" BL_FMT "' makes " BL_FMT ": %s", BL_ARG(m->build->by),
					BL_ARG(bl_graph_node(b->graph, made->node)->name), why));
	}
}

/* A name that says its registry meets those of its repository and those that are not all known; any other those that end alike. */
static void meet(builder *b, const making *m)
{
	for (size_t i = 0; i < m->names.n; i++) {
		const reference *made = m->names.items[i];
		bl_str last = last_part(made->name.repository);
		bool loose = made->name.local || has_gap(made->path);
		meet_all(b, m, made, loose ? bl_map_get(&b->by_last, last) : bl_map_get(&b->by_repository, made->name.repository));
		if (!loose)
			meet_all(b, m, made, bl_map_get(&b->partial, last));
	}
}

void bl_images_add(bl_graph *graph, const bl_schema *schema, const bl_evaluation *const *evaluations, size_t n)
{
	builder b = {.graph = graph};
	BL_VEC(making *) makings = {0};
	size_t nodes = bl_graph_size(graph);
	for (uint32_t i = 0; i < nodes; i++) {
		index_stage(&b, i);
		add_named(&b, schema, i);
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < evaluations[i]->builds.n; k++)
			bl_vec_push(&b.arena, &makings, add_build(&b, evaluations[i]->builds.items[k]));
	for (size_t i = 0; i < makings.n; i++)
		meet(&b, makings.items[i]);
	bl_arena_done(&b.arena);
}
