#include "eval/docker/lint.h"

#include "eval/docker/ignore.h"
#include "eval/docker/image.h"
#include "eval/path.h"

#include <stdlib.h>

enum { MAX_UNSET = 32, MAX_PAIRS = 256, MAX_MATCHES = 2000000 };

/* Set by the builder, for FROM without an ARG. */
static const struct {
	const char *name, *sample; /* a value it may have */
} platform_args[] = {
	{"BUILDARCH", "amd64"},
	{"BUILDOS", "linux"},
	{"BUILDPLATFORM", "linux/amd64"},
	{"BUILDVARIANT", "v8"},
	{"TARGETARCH", "amd64"},
	{"TARGETOS", "linux"},
	{"TARGETPLATFORM", "linux/amd64"},
	{"TARGETSTAGE", "default"},
	{"TARGETVARIANT", "v8"},
};

/* ARGs that exist without an instruction. */
static const char *const predefined[] = {
	"ALL_PROXY", "FTP_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"};

static bool is_platform_arg(bl_str name)
{
	for (size_t i = 0; i < sizeof platform_args / sizeof *platform_args; i++)
		if (bl_str_eqz(name, platform_args[i].name))
			return true;
	return false;
}

static bool is_predefined(bl_str name)
{
	for (size_t i = 0; i < sizeof predefined / sizeof *predefined; i++)
		if (bl_str_eqiz(name, predefined[i]))
			return true;
	return bl_str_starts(name, BL_STR("BUILDKIT_"));
}

/* ---- letter case ---- */

static bl_str keyword_of(bl_docker_evaluator *e, const bl_block *block)
{
	bl_str text = bl_sources_slice(e->input->sources, block->head);
	bl_str word = bl_str_slice(text, 0, block->kind.n);
	return bl_str_eqi(word, block->kind) ? word : block->kind;
}

static const char *casing_of(bl_str word)
{
	bool upper = false, lower = false;
	for (size_t i = 0; i < word.n; i++) {
		upper |= word.p[i] >= 'A' && word.p[i] <= 'Z';
		lower |= word.p[i] >= 'a' && word.p[i] <= 'z';
	}
	return upper && lower ? "mixed" : lower ? "lower" : "upper";
}

/* ---- stages that the last one needs ---- */

typedef struct need {
	uint32_t stage, other;
} need;
typedef BL_VEC(need) needs;

typedef struct survey {
	bl_docker_evaluator *e;
	bl_map names; /* of stages, to their number + 1 */
	needs needs;  /* a stage needs one before it */
	uint32_t n;   /* stages so far */
	bool open;    /* a variable names a stage: any may be needed */
} survey;

static void add_need(survey *s, bl_str name)
{
	if (!s->n)
		return;
	if (bl_str_find(name, BL_STR("$"), 0) >= 0)
		s->open = true;
	uintptr_t number = (uintptr_t)bl_map_get(&s->names, name);
	char *end;
	const char *text = bl_str_z(s->e->arena, name);
	unsigned long index = strtoul(text, &end, 10);
	if (!number && *text >= '0' && *text <= '9' && !*end && index + 1 < s->n)
		number = index + 1;
	need one = {s->n - 1, (uint32_t)number - 1};
	if (number && number < s->n)
		bl_vec_push(s->e->arena, &s->needs, one);
}

static void add_needs(survey *s, const bl_block *block)
{
	for (size_t i = 0; i < block->attrs.n; i++) {
		const bl_attr *a = &block->attrs.items[i];
		if (!a->expr->value || a->expr->value->kind != BL_STRING)
			continue;
		bl_str rest = a->expr->value->string, field;
		if (bl_str_eqz(a->name, "--from"))
			add_need(s, rest);
		if (!bl_str_eqz(a->name, "--mount"))
			continue;
		while (rest.n) {
			rest = bl_str_cut(rest, ',', &field);
			if (bl_str_starts(field, BL_STR("from=")))
				add_need(s, bl_str_slice(field, 5, field.n));
		}
	}
}

static void add_stage(survey *s, const bl_block *from)
{
	s->n++;
	/* a variable in FROM may stand for any stage before */
	if (from->labels.n)
		add_need(s, from->labels.items[0].text);
	if (from->labels.n == 3)
		bl_map_put(s->e->arena, &s->names, bl_block_label(from, 2),
			(void *)(uintptr_t)s->n);
}

static void find_reached(survey *s)
{
	bool *reached = s->e->reached = bl_new_n(s->e->arena, bool, s->n + 1);
	for (uint32_t i = 0; i < s->n; i++)
		reached[i] = s->open || i + 1 == s->n;
	/* needs are in the order of stages, and lead to earlier ones */
	for (size_t i = s->needs.n; i--;)
		if (reached[s->needs.items[i].stage])
			reached[s->needs.items[i].other] = true;
}

/* ---- directives ---- */

/* check=skip=A,B;error=true;experimental=C,D */
static void read_check(bl_docker_evaluator *e, const bl_block *directive)
{
	bl_values list = {0};
	bl_str rest = bl_block_label(directive, 1), option, key, name;
	while (rest.n) {
		rest = bl_str_cut(rest, ';', &option);
		bl_str names = bl_str_cut(option, '=', &key);
		if (!bl_str_eqiz(bl_str_trim(key), "experimental"))
			continue;
		while (names.n) {
			names = bl_str_cut(names, ',', &name);
			bl_vec_push(e->arena, &list,
				bl_docker_string(e, directive->span, bl_str_trim(name)));
		}
	}
	if (list.n)
		e->experimental = bl_values_value(e->arena, directive->span, &list);
}

void bl_docker_survey(bl_docker_evaluator *e, const bl_document *d)
{
	survey s = {.e = e, .names = {.fold = true}};
	size_t upper = 0, lower = 0;
	for (size_t i = 0; i < d->blocks.n; i++) {
		const bl_block *b = d->blocks.items[i];
		if (bl_str_eqz(b->kind, "directive")) {
			e->directives_end = b->span.end;
			if (bl_str_eqz(bl_block_label(b, 0), "check"))
				read_check(e, b);
			continue;
		}
		if (bl_str_eqz(b->kind, "from"))
			add_stage(&s, b);
		add_needs(&s, b);
		const char *casing = casing_of(keyword_of(e, b));
		/* an ARG before the first FROM belongs to no stage, and does not count */
		upper += s.n && *casing == 'u';
		lower += s.n && *casing == 'l';
	}
	e->mostly_lower = lower > upper;
	find_reached(&s);
	e->defaults.closed = true;
	e->defaults.escape = e->escape;
	e->defaults.values.fold = e->global.values.fold;
	for (size_t i = 0; i < sizeof platform_args / sizeof *platform_args; i++)
		bl_docker_scope_set(e->arena, &e->defaults, bl_str_of(platform_args[i].name),
			bl_docker_string(e, BL_NOWHERE, bl_str_of(platform_args[i].sample)));
}

/* ---- lines ---- */

/* An instruction's text holds an empty line only within a continuation. */
static const bl_value *gap_of(bl_docker_evaluator *e, const bl_block *block)
{
	bl_str text = bl_sources_slice(e->input->sources, block->head);
	bool gap = false;
	size_t last = 0;
	for (size_t i = 0; i < text.n;) {
		bl_str line;
		bl_str rest = bl_str_cut(bl_str_slice(text, i, text.n), '\n', &line);
		gap |= i && !bl_str_trim(line).n;
		last = i;
		i = rest.n ? text.n - rest.n : text.n;
	}
	if (!gap)
		return NULL;
	bl_span span = {block->head.source, block->head.begin + (uint32_t)last, block->head.end};
	return bl_docker_string(e, span, bl_str_trim(bl_str_slice(text, last, text.n)));
}

/* The comment line right above; NULL where there is none, or an empty one. */
static const bl_value *comment_of(bl_docker_evaluator *e, const bl_block *block)
{
	bl_str text = bl_sources_text(e->input->sources, block->head.source);
	bl_str before = bl_str_slice(text, 0, block->head.begin);
	ptrdiff_t end = bl_str_rfind_char(before, '\n');
	if (end <= 0 || (size_t)end <= e->directives_end)
		return NULL;
	before = bl_str_slice(before, 0, (size_t)end);
	size_t begin = (size_t)(bl_str_rfind_char(before, '\n') + 1);
	bl_str line = bl_str_trim(bl_str_slice(before, begin, before.n));
	if (!bl_str_starts(line, BL_STR("#")))
		return NULL;
	line = bl_str_trim(bl_str_slice(line, 1, line.n));
	if (!line.n || bl_str_startsi(line, BL_STR("check=")))
		return NULL;
	bl_span span = {block->head.source, (uint32_t)begin, (uint32_t)end};
	return bl_docker_string(e, span, line);
}

/* Does the comment begin with a name that ARG or FROM declares? NULL where none is declared. */
static const bl_value *described(
	bl_docker_evaluator *e, const bl_block *block, const bl_value *comment)
{
	bl_str word, name;
	bool from = bl_str_eqz(block->kind, "from"), found = false;
	if (from ? block->labels.n != 3 : !bl_str_eqz(block->kind, "arg"))
		return NULL;
	bl_str_cut(comment->string, ' ', &word);
	for (size_t i = from ? 2 : 0; i < block->labels.n; i++) {
		bl_str_cut(bl_block_label(block, i), '=', &name);
		/* a stage's name is known in lower case */
		found |= bl_str_eq(word, from ? bl_str_lower(e->arena, name) : name) ||
			 bl_str_eq(word, name);
	}
	return bl_value_bool(e->arena, comment->span, found);
}

void bl_docker_put_text(
	bl_docker_evaluator *e, bl_items *items, const bl_block *block, bool reached)
{
	bl_str keyword = keyword_of(e, block);
	bl_span span = block->head;
	span.end = span.begin + (uint32_t)keyword.n;
	bl_docker_put(e, items, "keyword", bl_docker_string(e, span, keyword));
	bl_docker_put(e, items, "casing", bl_docker_string(e, span, bl_str_of(casing_of(keyword))));
	bl_docker_put(e, items, "majority",
		bl_docker_string(e, span, bl_str_of(e->mostly_lower ? "lower" : "upper")));
	bl_docker_put_bool(e, items, "reached", span, reached);
	bl_docker_put(e, items, "gap", gap_of(e, block));
	bl_docker_put(e, items, "experimental", e->experimental);
	const bl_value *comment = comment_of(e, block);
	bl_docker_put(e, items, "comment", comment);
	if (comment)
		bl_docker_put(e, items, "described", described(e, block, comment));
}

/* ---- names that nothing sets ---- */

/* One letter more, less or other, or two that changed places. */
static bool nearly(bl_str a, bl_str b)
{
	if (a.n < 3 || bl_str_eq(a, b))
		return false;
	if (bl_str_distance(a, b, 1) <= 1)
		return true;
	size_t i = 0;
	while (i < a.n && a.n == b.n && a.p[i] == b.p[i])
		i++;
	return a.n == b.n && i + 1 < a.n && a.p[i] == b.p[i + 1] && a.p[i + 1] == b.p[i] &&
	       bl_str_eq(bl_str_slice(a, i + 2, a.n), bl_str_slice(b, i + 2, b.n));
}

static bl_str near_of(const bl_docker_scope *scope, bl_str name)
{
	size_t looked = 0;
	for (; scope && looked < BL_DOCKER_MAX_INHERITED; scope = scope->parent, looked++)
		for (size_t i = 0; i < scope->values.n && looked < BL_DOCKER_MAX_INHERITED;
			i++, looked++)
			if (nearly(name, scope->values.entries[i].key))
				return scope->values.entries[i].key;
	return nearly(name, BL_STR("PATH")) ? BL_STR("PATH") : BL_STR("");
}

const bl_value *bl_docker_unset(bl_docker_evaluator *e, const bl_docker_names *names,
	const bl_docker_scope *scope, bl_span span)
{
	bl_values list = {0};
	bl_map seen = {0};
	for (size_t i = 0; i < names->n && list.n < MAX_UNSET; i++) {
		bl_str name = names->items[i];
		if (is_predefined(name) || bl_map_put(e->arena, &seen, name, e))
			continue;
		bl_items one = {0};
		bl_str near = near_of(scope, name);
		bl_docker_put(e, &one, "name", bl_docker_string(e, span, name));
		/* the base image may set it, but hardly a name so near to one that is set here */
		bl_docker_put(e, &one, "set",
			scope->closed || near.n
				? bl_value_bool(e->arena, span, false)
				: bl_value_unknown(e->arena, span,
					  "the base image may set '" BL_FMT "'", BL_ARG(name)));
		if (near.n)
			bl_docker_put(e, &one, "near", bl_docker_string(e, span, near));
		bl_vec_push(e->arena, &list, bl_items_value(e->arena, span, &one));
	}
	return list.n ? bl_values_value(e->arena, span, &list) : NULL;
}

/* The name behind a '$' at i, with or without braces. */
static bl_str name_at(bl_str text, size_t i)
{
	size_t begin = i + 1;
	if (begin < text.n && text.p[begin] == '{')
		begin++;
	size_t end = begin;
	while (end < text.n && (text.p[end] == '_' || (text.p[end] >= '0' && text.p[end] <= '9') ||
				       (text.p[end] >= 'a' && text.p[end] <= 'z') ||
				       (text.p[end] >= 'A' && text.p[end] <= 'Z')))
		end++;
	return bl_str_slice(text, begin, end);
}

bool bl_docker_names_sibling(bl_docker_evaluator *e, const bl_block *block, size_t at)
{
	bl_str text = bl_block_label(block, at + 1);
	bl_map setters = {0}; /* the names that others set */
	if (at >= 3 * (size_t)MAX_PAIRS || bl_str_find(text, BL_STR("$"), 0) < 0)
		return false;
	for (size_t i = 0; i + 2 < block->labels.n && i < 3 * (size_t)MAX_PAIRS; i += 3)
		if (i != at)
			bl_map_put(e->arena, &setters, bl_block_label(block, i), e);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == e->escape)
			i++;
		else if (text.p[i] == '$' && bl_map_get(&setters, name_at(text, i)))
			return true;
	}
	return false;
}

static size_t count_attrs(const bl_block *block, const char *name)
{
	size_t n = 0;
	for (size_t i = 0; i < block->attrs.n; i++)
		n += bl_str_eqz(block->attrs.items[i].name, name);
	return n;
}

/* The next flag from *at on; NULL behind the last. */
static const bl_attr *next_flag(const bl_block *block, size_t *at)
{
	while (*at < block->attrs.n) {
		const bl_attr *a = &block->attrs.items[(*at)++];
		if (bl_str_starts(a->name, BL_STR("--")))
			return a;
	}
	return NULL;
}

static bool same_text(const bl_value *a, const bl_value *b)
{
	return a->kind == b->kind && (a->kind != BL_STRING || bl_str_eq(a->string, b->string));
}

bool bl_docker_mergeable(const bl_block *block, const bl_block *before)
{
	if (!before || !bl_str_eqz(before->kind, "run") || count_attrs(block, "command") != 1 ||
		count_attrs(before, "command") != 1)
		return false;
	for (size_t i = 0, k = 0;;) {
		const bl_attr *a = next_flag(block, &i), *b = next_flag(before, &k);
		if (!a || !b)
			return !a && !b;
		if (!bl_str_eq(a->name, b->name) || !same_text(a->expr->value, b->expr->value))
			return false;
	}
}

/* ---- FROM ---- */

static void put_platform(bl_docker_evaluator *e, bl_items *items, const bl_block *block)
{
	const bl_attr *a = bl_block_attr(block, "--platform");
	if (!a || a->expr->value->kind != BL_STRING)
		return;
	bl_str raw = a->expr->value->string, os, arch, stage;
	bool constant = bl_str_find(raw, BL_STR("$"), 0) < 0, named = false;
	arch = bl_str_cut(raw, '/', &os);
	bl_str_cut(arch, '/', &arch);
	stage = bl_str_lower(e->arena, bl_block_label(block, 2));
	if (block->labels.n == 3)
		named = bl_str_find(stage, bl_str_lower(e->arena, os), 0) >= 0 ||
			(arch.n && bl_str_find(stage, bl_str_lower(e->arena, arch), 0) >= 0);
	bl_items p = {0};
	bl_docker_put(e, &p, "raw", bl_docker_string(e, a->span, raw));
	bl_docker_put_bool(e, &p, "constant", a->span, constant);
	bl_docker_put_bool(e, &p, "named", a->span, named); /* the stage's name says it */
	bl_docker_put_bool(e, &p, "declared", a->span, /* an ARG gives it another value */
		bl_docker_scope_get(&e->global, BL_STR("TARGETPLATFORM")) != NULL);
	bl_docker_put(e, items, "platform", bl_items_value(e->arena, a->span, &p));
}

/* Asks again, for the names alone. */
static void gather(
	bl_docker_evaluator *e, bl_docker_names *names, bl_str word, bl_span span)
{
	bl_str why;
	bl_docker_scope scope = {
		.parent = &e->global, .escape = e->escape, .unset = names, .closed = true};
	bl_docker_expand(e->arena, &scope, word, span, &why);
}

static void put_default(bl_docker_evaluator *e, bl_items *items, const bl_label *image)
{
	bl_str why;
	if (bl_str_find(image->text, BL_STR("$"), 0) < 0)
		return;
	const bl_value *v =
		bl_docker_expand(e->arena, &e->defaults, image->text, image->span, &why);
	if (v && v->kind == BL_UNKNOWN)
		return;
	if (!v)
		v = bl_docker_string(e, image->span, BL_STR(""));
	bl_docker_put(e, items, "default", v);
	bl_docker_put_bool(
		e, items, "default_valid", image->span, bl_docker_image_valid(v->string));
}

void bl_docker_put_from(bl_docker_evaluator *e, bl_items *items, const bl_block *block)
{
	bl_docker_names names = {0}, undeclared = {0};
	if (block->labels.n == 3)
		bl_docker_put(e, items, "as",
			bl_docker_string(
				e, block->labels.items[1].span, bl_block_label(block, 1)));
	put_platform(e, items, block);
	if (block->labels.n) {
		gather(e, &names, block->labels.items[0].text, block->labels.items[0].span);
		put_default(e, items, &block->labels.items[0]);
	}
	const bl_attr *platform = bl_block_attr(block, "--platform");
	if (platform && platform->expr->value->kind == BL_STRING)
		gather(e, &names, platform->expr->value->string, platform->span);
	for (size_t i = 0; i < names.n; i++)
		if (!is_platform_arg(names.items[i]))
			bl_vec_push(e->arena, &undeclared, names.items[i]);
	bl_docker_scope scope = {.parent = &e->global, .closed = true};
	bl_docker_put(
		e, items, "undeclared", bl_docker_unset(e, &undeclared, &scope, block->head));
}

/* ---- .dockerignore ---- */

/* The folder that is sent to the build: the one that all known builds say, or the Dockerfile's own. */
static bl_str context_of(const bl_docker_evaluator *e)
{
	const bl_value *same = NULL;
	for (size_t i = 0; i < e->input->nbuilds; i++) {
		const bl_value *one = e->input->builds[i]->context;
		if (!bl_value_is(one, BL_STRING) || (same && !bl_str_eq(same->string, one->string)))
			return bl_eval_folder(e->path);
		same = one;
	}
	return same ? same->string : bl_eval_folder(e->path);
}

/* NAME.dockerignore beside NAME, or else .dockerignore of the context. */
static const bl_docker_ignore *ignore_of(bl_docker_evaluator *e)
{
	const bl_loader *loader = e->input->loader;
	if (e->asked_ignore)
		return e->ignore.patterns.n ? &e->ignore : NULL;
	e->asked_ignore = true;
	bl_str text, names[] = {bl_str_fmt(e->arena, BL_FMT ".dockerignore", BL_ARG(e->path)),
		bl_eval_path(e->arena, context_of(e), BL_STR(".dockerignore"))};
	for (size_t i = 0; loader && i < 2; i++) {
		if (!loader->bytes(loader->context, names[i], &text))
			continue;
		bl_docker_ignore_read(e->arena, &e->ignore, text);
		break;
	}
	return e->ignore.patterns.n ? &e->ignore : NULL;
}

/* Neither an address nor a heredoc. */
static bool is_local(bl_str source)
{
	return bl_str_find(source, BL_STR("://"), 0) < 0 && !bl_str_starts(source, BL_STR("<<")) &&
	       !bl_str_starts(source, BL_STR("git@"));
}

const bl_value *bl_docker_ignored(
	bl_docker_evaluator *e, const bl_block *block, const bl_value *sources)
{
	bl_values list = {0};
	const bl_docker_ignore *ignore =
		bl_block_attr(block, "--from") || !sources->n ? NULL : ignore_of(e);
	for (uint32_t i = 0; ignore && i < sources->n; i++) {
		const bl_value *v = sources->list[i];
		e->matches += ignore->patterns.n;
		if (e->matches > MAX_MATCHES)
			break; /* many sources times many patterns */
		if (v->kind == BL_STRING && v->string.n && is_local(v->string) &&
			bl_docker_ignore_leaves_nothing(e->arena, ignore, v->string))
			bl_vec_push(e->arena, &list, v);
	}
	return list.n ? bl_values_value(e->arena, block->head, &list) : NULL;
}
