/* What the arguments of the language's own blocks may say: references, words, constants, types. */
#include "eval/terraform_check.h"

/* --- looking at expressions without working them out --- */

bool bl_tf_is_identifier(bl_str name)
{
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
		if (!letter && (!i || !((c >= '0' && c <= '9') || c == '-')))
			return false;
	}
	return name.n > 0;
}

bool bl_tf_is_provider_name(bl_str name)
{
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		bool dash = c == '-' && i && i + 1 < name.n && name.p[i - 1] != '-';
		if (!dash && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c < 0x80)
			return false;
	}
	return name.n > 0;
}

bl_str bl_tf_literal(const bl_expr *e)
{
	return e && e->kind == BL_EXPR_LITERAL ? bl_value_text(e->value) : BL_STR("");
}

size_t bl_tf_words(const bl_expr *e, bl_str *words, size_t most)
{
	size_t n = 0;
	const bl_expr *at = e;
	for (; at->kind == BL_EXPR_ATTR || at->kind == BL_EXPR_INDEX; at = at->kids[0])
		n += at->kind == BL_EXPR_ATTR;
	if (at->kind != BL_EXPR_NAME)
		return 0;
	size_t count = n + 1;
	for (at = e; at->kind != BL_EXPR_NAME; at = at->kids[0])
		if (at->kind == BL_EXPR_ATTR && n-- < most)
			words[n + 1 < most ? n + 1 : most - 1] = at->text;
	words[0] = at->text;
	return count < most ? count : most;
}

typedef struct walking {
	bool (*each)(void *context, const bl_expr *reference);
	void *context;
	int depth;
} walking;

/* The names that a for brings; an inner one hides an outer one. */
typedef struct bound {
	const struct bound *up;
	bl_str names[2];
} bound;

static bool is_bound(const bound *b, bl_str name)
{
	for (; b; b = b->up)
		if (!name.n || bl_str_eq(b->names[0], name) || bl_str_eq(b->names[1], name))
			return true;
	return !name.n;
}

static bool walk(walking *w, const bl_expr *e, const bound *names);

static bool walk_kids(walking *w, const bl_expr *e, const bound *names)
{
	for (uint32_t i = 0; i < e->n; i++)
		if (e->kids[i] && !walk(w, e->kids[i], names))
			return false;
	return true;
}

/* The keys along a reference are expressions of their own. */
static bool walk_reference(walking *w, const bl_expr *e, const bound *names)
{
	const bl_expr *at = e;
	for (; at->kind == BL_EXPR_ATTR || at->kind == BL_EXPR_INDEX; at = at->kids[0])
		if (at->kind == BL_EXPR_INDEX && !walk(w, at->kids[1], names))
			return false;
	if (at->kind != BL_EXPR_NAME)
		return walk(w, at, names);
	return is_bound(names, at->text) || w->each(w->context, e);
}

static bool walk(walking *w, const bl_expr *e, const bound *names)
{
	if (w->depth > BL_EVAL_MAX_DEPTH)
		return true;
	w->depth++;
	bool on;
	if (e->kind == BL_EXPR_NAME || e->kind == BL_EXPR_ATTR || e->kind == BL_EXPR_INDEX) {
		on = walk_reference(w, e, names);
	} else if (e->kind == BL_EXPR_FOR) {
		bl_str key = bl_expr_for_key(e);
		bound inner = {names, {e->text, key.n ? key : e->text}};
		on = walk(w, e->kids[0], names);
		for (uint32_t i = 1; on && i < e->n; i++)
			on = !e->kids[i] || walk(w, e->kids[i], &inner);
	} else {
		on = walk_kids(w, e, names);
	}
	w->depth--;
	return on;
}

bool bl_tf_references(const bl_expr *e, bool (*each)(void *context, const bl_expr *reference), void *context)
{
	walking w = {each, context, 0};
	return walk(&w, e, NULL);
}

static bool stop(void *context, const bl_expr *reference)
{
	return false;
}

bool bl_tf_is_constant(const bl_expr *e)
{
	return bl_tf_references(e, stop, NULL);
}

/* --- arguments --- */

/* The text, said outright, of an argument that must be one; NULL in *ok when it is not. */
static bl_str constant_text(bl_tf_check *c, const bl_attr *a, bool *ok)
{
	const bl_expr *e = a->expr;
	*ok = e->kind == BL_EXPR_LITERAL && e->value && e->value->kind != BL_NULL;
	if (!*ok)
		bl_tf_refuse(c, a->span, "'" BL_FMT "' must be a text that is said outright", BL_ARG(a->name));
	return *ok ? bl_value_text(e->value) : BL_STR("");
}

static void check_address(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	bl_str words[8];
	if (c->json)
		return;
	if (!bl_tf_words(a->expr, words, 8))
		bl_tf_refuse(c, a->span, "'" BL_FMT "' must be the address of a resource or a module, without quotes", BL_ARG(a->name));
	else if (bl_tf_words(a->expr, words, 8) < 2)
		bl_tf_refuse(c, a->span, "an address has a type and a name");
}

static void check_alias(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	bool ok;
	bl_str alias = constant_text(c, a, &ok);
	if (ok && !bl_tf_is_identifier(alias))
		bl_tf_refuse(c, a->span, "'" BL_FMT "' is no name for a provider's alias", BL_ARG(alias));
}

static void check_bool(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	const bl_value *v = a->expr->kind == BL_EXPR_LITERAL ? a->expr->value : NULL;
	bl_str text = bl_value_text(v);
	if (bl_value_is(v, BL_BOOL) || bl_str_eqz(text, "true") || bl_str_eqz(text, "false") || (v && v->kind == BL_NULL))
		return;
	bl_tf_refuse(c, a->span, "'" BL_FMT "' must be true or false", BL_ARG(a->name));
}

static void check_edition(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	if (a->expr->kind != BL_EXPR_NAME)
		bl_tf_refuse(c, a->span, "a language edition is a bare name, such as TF2021");
	else if (!bl_str_eqz(a->expr->text, "TF2021"))
		bl_tf_refuse(c, a->span, "there is no language edition '" BL_FMT "'", BL_ARG(a->expr->text));
}

static void check_ignored(bl_tf_check *c, const bl_expr *e)
{
	bl_str words[8], text = bl_tf_literal(e);
	if (bl_str_eqz(text, "*"))
		bl_tf_refuse(c, e->span, "to ignore all changes, write 'ignore_changes = all'");
	else if (!text.n && !bl_tf_words(e, words, 8))
		bl_tf_refuse(c, e->span, "'ignore_changes' names attributes of its own resource");
}

static void check_ignore(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	const bl_expr *e = a->expr;
	if (c->json || (e->kind == BL_EXPR_NAME && bl_str_eqz(e->text, "all")))
		return;
	if (e->kind != BL_EXPR_LIST) {
		bl_tf_refuse(c, a->span, "'ignore_changes' must be all, or a list of attributes");
		return;
	}
	for (uint32_t i = 0; i < e->n; i++)
		check_ignored(c, e->kids[i]);
}

static void check_non_empty(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	bool ok;
	bl_str text = constant_text(c, a, &ok);
	if (ok && !bl_str_trim(text).n)
		bl_tf_refuse(c, a->span, "'" BL_FMT "' must say something", BL_ARG(a->name));
}

/* NAME or NAME.ALIAS; before 0.12 in quotes. A key (for OpenTofu's providers with for_each) may follow. */
static void check_provider_name(bl_tf_check *c, const bl_expr *e)
{
	bl_str words[3], text = bl_tf_literal(e);
	size_t n = 1;
	if (text.n)
		bl_str_cut(text, '.', &words[0]);
	else
		n = bl_tf_words(e, words, 3);
	if (!n || n > 2)
		bl_tf_refuse(c, e->span, "a provider is named as NAME or NAME.ALIAS");
	else if (!bl_tf_is_provider_name(words[0]))
		bl_tf_refuse(c, e->span, "'" BL_FMT "' is no provider's name: these are of lower-case letters, digits and dashes", BL_ARG(words[0]));
}

static void check_provider(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	check_provider_name(c, a->expr);
}

static void check_providers(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	const bl_expr *e = a->expr;
	if (e->kind != BL_EXPR_OBJECT) {
		bl_tf_refuse(c, a->span, "'providers' must be a map");
		return;
	}
	for (uint32_t i = 0; i + 1 < e->n; i += 2) {
		check_provider_name(c, e->kids[i]);
		check_provider_name(c, e->kids[i + 1]);
	}
}

/* Is there a list of references to check? What is none is refused; in JSON they are texts. */
static bool has_references(bl_tf_check *c, const bl_attr *a)
{
	bool list = a->expr->kind == BL_EXPR_LIST;
	if (!c->json && !list)
		bl_tf_refuse(c, a->span, "'" BL_FMT "' must be a list of references", BL_ARG(a->name));
	return !c->json && list;
}

static void check_references(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	const bl_expr *e = a->expr;
	bl_str words[2];
	if (!has_references(c, a))
		return;
	for (uint32_t i = 0; i < e->n; i++) {
		if (bl_tf_literal(e->kids[i]).n)
			bl_tf_warn(c, e->kids[i]->span, "references in quotes are of the past: write them without");
		else if (!bl_tf_words(e->kids[i], words, 2))
			bl_tf_refuse(c, e->kids[i]->span, "'" BL_FMT "' names resources and modules, without computing", BL_ARG(a->name));
	}
}

static void check_reserved(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	bl_tf_refuse(c, a->name_span, "'" BL_FMT "' is reserved within a '" BL_FMT "' block", BL_ARG(a->name), BL_ARG(b->kind));
}

static void check_text(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	if (!bl_tf_is_constant(a->expr))
		bl_tf_refuse(c, a->span, "'" BL_FMT "' must be a text that is said outright", BL_ARG(a->name));
}

static void check_triggers(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	static const char *const others[] = {"count", "data", "each", "local", "module", "path", "self", "terraform", "var"};
	const bl_expr *e = a->expr;
	bl_str words[3];
	if (!has_references(c, a))
		return;
	for (uint32_t i = 0; i < e->n; i++) {
		bool resource = bl_tf_words(e->kids[i], words, 3) > 1;
		for (size_t k = 0; resource && k < sizeof others / sizeof *others; k++)
			resource = !bl_str_eqz(words[0], others[k]);
		if (!resource)
			bl_tf_refuse(c, e->kids[i]->span, "'replace_triggered_by' names resources and their attributes");
	}
}

static const char *const primitives[] = {"any", "bool", "number", "string"};
static const char *const collections[] = {"list", "map", "set"};

static bool one_of(bl_str name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bl_str_eqz(name, names[i]))
			return true;
	return false;
}

static void check_type_of(bl_tf_check *c, const bl_expr *e, bool member, int depth);

static void check_members(bl_tf_check *c, const bl_expr *e, int depth)
{
	bool object = bl_str_eqz(e->text, "object");
	const bl_expr *inner = e->n == 1 ? e->kids[0] : NULL;
	if (!inner || inner->kind != (object ? BL_EXPR_OBJECT : BL_EXPR_LIST)) {
		bl_tf_refuse(c, e->span, object ? "object() takes a map of attributes to their types" : "tuple() takes a list of types");
		return;
	}
	for (uint32_t i = object; i < inner->n; i += object ? 2 : 1)
		if (inner->kids[i])
			check_type_of(c, inner->kids[i], object, depth + 1);
}

static void check_type_of(bl_tf_check *c, const bl_expr *e, bool member, int depth)
{
	if (depth > BL_EVAL_MAX_DEPTH)
		return;
	if (e->kind == BL_EXPR_NAME && one_of(e->text, primitives, sizeof primitives / sizeof *primitives))
		return;
	/* of variables alone, these two may go without the type of their elements */
	if (e->kind == BL_EXPR_NAME && !depth && (bl_str_eqz(e->text, "list") || bl_str_eqz(e->text, "map")))
		return;
	if (bl_tf_literal(e).n) {
		bl_tf_refuse(c, e->span, "a type is written without quotes");
	} else if (e->kind == BL_EXPR_CALL && one_of(e->text, collections, sizeof collections / sizeof *collections)) {
		if (e->n == 1)
			check_type_of(c, e->kids[0], false, depth + 1);
		else
			bl_tf_refuse(c, e->span, BL_FMT "() takes the type of its elements", BL_ARG(e->text));
	} else if (e->kind == BL_EXPR_CALL && (bl_str_eqz(e->text, "object") || bl_str_eqz(e->text, "tuple"))) {
		check_members(c, e, depth);
	} else if (e->kind == BL_EXPR_CALL && bl_str_eqz(e->text, "optional")) {
		if (!member)
			bl_tf_refuse(c, e->span, "optional() stands for an attribute of an object only");
		else if (e->n != 1 && e->n != 2)
			bl_tf_refuse(c, e->span, "optional() takes a type, and a default if one likes");
		else
			check_type_of(c, e->kids[0], false, depth + 1);
	} else {
		bl_tf_refuse(c, e->span, "this is no type: types are any, bool, number, string, list(), map(), set(), object() and tuple()");
	}
}

static void check_type(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	check_type_of(c, a->expr, false, 0);
}

static void check_version(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	bool ok;
	bl_str text = constant_text(c, a, &ok);
	if (ok && !bl_tf_version_valid(text))
		bl_tf_refuse(c, a->span, "'" BL_FMT "' is no version constraint", BL_ARG(text));
}

static void check_word(bl_tf_check *c, const bl_attr *a, const char *one, const char *other)
{
	bl_str word = a->expr->kind == BL_EXPR_NAME ? a->expr->text : bl_tf_literal(a->expr);
	if (a->expr->kind == BL_EXPR_LITERAL && word.n && !c->json)
		bl_tf_warn(c, a->expr->span, "words in quotes are of the past: write '" BL_FMT "' without", BL_ARG(word));
	if (!bl_str_eqz(word, one) && !bl_str_eqz(word, other))
		bl_tf_refuse(c, a->span, "'" BL_FMT "' must be %s or %s", BL_ARG(a->name), one, other);
}

static void check_fail(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	check_word(c, a, "continue", "fail");
}

static void check_when(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	check_word(c, a, "create", "destroy");
}

void bl_tf_check_argument(bl_tf_check *c, const bl_block *block, const bl_attr *attr, bl_tf_arg_kind kind)
{
	static void (*const checks[BL_TF_ARG_COUNT])(bl_tf_check *c, const bl_block *b, const bl_attr *a) = {
		[BL_TF_ARG_ADDRESS] = check_address,
		[BL_TF_ARG_ALIAS] = check_alias,
		[BL_TF_ARG_BOOL] = check_bool,
		[BL_TF_ARG_EDITION] = check_edition,
		[BL_TF_ARG_IGNORE] = check_ignore,
		[BL_TF_ARG_NON_EMPTY] = check_non_empty,
		[BL_TF_ARG_PROVIDER] = check_provider,
		[BL_TF_ARG_PROVIDERS] = check_providers,
		[BL_TF_ARG_REFERENCES] = check_references,
		[BL_TF_ARG_RESERVED] = check_reserved,
		[BL_TF_ARG_TEXT] = check_text,
		[BL_TF_ARG_TRIGGERS] = check_triggers,
		[BL_TF_ARG_TYPE] = check_type,
		[BL_TF_ARG_VERSION] = check_version,
		[BL_TF_ARG_WORD_FAIL] = check_fail,
		[BL_TF_ARG_WORD_WHEN] = check_when,
	};
	if (attr->expr && attr->expr->kind != BL_EXPR_OPAQUE && checks[kind])
		checks[kind](c, block, attr);
}
