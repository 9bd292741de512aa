/* What a block of the language's own must be beyond its table: names, combinations, what its expressions may name. */
#include "eval/terraform_check.h"

static void check_name(bl_tf_check *c, const bl_block *b, size_t label, const char *what)
{
	bl_str name = bl_block_label(b, label);
	if (!bl_tf_is_identifier(name))
		bl_tf_refuse(c, b->labels.items[label].span, "'" BL_FMT "' is no name for %s", BL_ARG(name), what);
}

/* --- resources, data sources, calls --- */

static void check_repetition(bl_tf_check *c, const bl_block *b)
{
	const bl_attr *count = bl_block_attr(b, "count"), *each = bl_block_attr(b, "for_each"), *enabled = NULL;
	for (size_t i = 0; i < b->blocks.n; i++)
		if (bl_str_eqz(b->blocks.items[i]->kind, "lifecycle"))
			enabled = bl_block_attr(b->blocks.items[i], "enabled");
	if (count && each)
		bl_tf_refuse(c, each->name_span, "'count' and 'for_each' cannot be used together");
	if (enabled && (count || each))
		bl_tf_refuse(c, enabled->name_span, "'enabled' cannot be used together with 'count' or 'for_each'");
}

static void check_declared(bl_tf_check *c, const bl_block *b)
{
	check_name(c, b, 0, "a type");
	check_name(c, b, 1, bl_str_eqz(b->kind, "data") ? "a data source" : "a resource");
	check_repetition(c, b);
}

void bl_tf_check_data(bl_tf_check *c, const bl_block *b)
{
	check_declared(c, b);
	if (bl_str_eqz(c->top->kind, "check") && (bl_block_attr(b, "count") || bl_block_attr(b, "for_each")))
		bl_tf_refuse(c, b->head, "a check's data source has no 'count' and no 'for_each'");
}

/* What is destroyed last of all is all that is there then. */
static bool lives_that_long(void *context, const bl_expr *reference)
{
	bl_tf_check *c = context;
	static const char *const allowed[] = {"path", "self", "terraform", "tofu"};
	bl_str words[2];
	size_t n = bl_tf_words(reference, words, 2);
	for (size_t i = 0; n && i < sizeof allowed / sizeof *allowed; i++)
		if (bl_str_eqz(words[0], allowed[i]))
			return true;
	if (n == 2 && ((bl_str_eqz(words[0], "count") && bl_str_eqz(words[1], "index")) ||
			      (bl_str_eqz(words[0], "each") && bl_str_eqz(words[1], "key"))))
		return true;
	bl_tf_refuse(c, reference->span, "what runs on destruction may name self, count.index and each.key only");
	return true;
}

static void check_destruction(bl_tf_check *c, const bl_block *b)
{
	for (size_t i = 0; i < b->attrs.n; i++) {
		const bl_attr *a = &b->attrs.items[i];
		if (!bl_str_eqz(a->name, "when") && !bl_str_eqz(a->name, "on_failure"))
			bl_tf_references(a->expr, lives_that_long, c);
	}
	for (size_t i = 0; i < b->blocks.n; i++)
		if (bl_str_eqz(b->blocks.items[i]->kind, "connection"))
			check_destruction(c, b->blocks.items[i]);
}

static bool runs_on_destruction(const bl_block *provisioner)
{
	const bl_attr *when = bl_block_attr(provisioner, "when");
	return when && ((when->expr->kind == BL_EXPR_NAME && bl_str_eqz(when->expr->text, "destroy")) ||
			       bl_str_eqz(bl_tf_literal(when->expr), "destroy"));
}

void bl_tf_check_provisioner(bl_tf_check *c, const bl_block *b)
{
	static const char *const gone[] = {"chef", "habitat", "puppet", "salt-masterless"};
	for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
		if (bl_str_eqz(bl_block_label(b, 0), gone[i]))
			bl_tf_refuse(c, b->labels.items[0].span, "there is no provisioner '%s' any more", gone[i]);
	if (runs_on_destruction(b))
		check_destruction(c, b);
}

void bl_tf_check_resource(bl_tf_check *c, const bl_block *b)
{
	bool destroys = false;
	check_declared(c, b);
	for (size_t i = 0; i < b->blocks.n; i++)
		destroys |= bl_str_eqz(b->blocks.items[i]->kind, "provisioner") && runs_on_destruction(b->blocks.items[i]);
	for (size_t i = 0; destroys && i < b->blocks.n; i++)
		if (bl_str_eqz(b->blocks.items[i]->kind, "connection"))
			check_destruction(c, b->blocks.items[i]);
}

void bl_tf_check_lifecycle(bl_tf_check *c, const bl_block *b)
{
	const bl_attr *a = bl_block_attr(b, "prevent_destroy");
	/* OpenTofu lets variables say it */
	if (a && bl_tf_is_constant(a->expr))
		bl_tf_check_argument(c, b, a, BL_TF_ARG_BOOL);
}

/* --- module sources --- */

static bool is_word(bl_str s, size_t most, const char *extra)
{
	for (size_t i = 0; i < s.n; i++) {
		char ch = s.p[i];
		bool plain = (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z');
		if (!plain && (!i || i + 1 == s.n || !strchr(extra, ch)))
			return false;
	}
	return s.n && s.n <= most;
}

static bool is_host(bl_str host)
{
	bl_str part, rest;
	bl_str_cut(host, ':', &rest);
	if (!memchr(rest.p, '.', rest.n) && !bl_str_eqz(rest, "localhost"))
		return false;
	while (rest.n) {
		rest = bl_str_cut(rest, '.', &part);
		if (!is_word(part, 63, "-"))
			return false;
	}
	return true;
}

/* [HOST/]NAMESPACE/NAME/SYSTEM, then a folder within after "//". */
static bool is_registry_source(bl_str source)
{
	bl_str parts[5], rest = source;
	ptrdiff_t within = bl_str_find(source, BL_STR("//"), 0);
	size_t n = 0;
	if (within >= 0)
		rest = bl_str_slice(source, 0, (size_t)within);
	while (rest.n && n < 5)
		rest = bl_str_cut(rest, '/', &parts[n++]);
	if (n != 3 && n != 4)
		return false;
	bl_str *p = parts + (n - 3);
	return (n == 3 || is_host(parts[0])) && is_word(p[0], 64, "-_") && is_word(p[1], 64, "-_") && is_word(p[2], 64, "");
}

void bl_tf_check_module(bl_tf_check *c, const bl_block *b)
{
	const bl_attr *source = bl_block_attr(b, "source"), *version = bl_block_attr(b, "version");
	check_name(c, b, 0, "a module");
	check_repetition(c, b);
	bl_str wanted = version ? bl_tf_literal(version->expr) : BL_STR(""), from = source ? bl_tf_literal(source->expr) : BL_STR("");
	if (wanted.n && !bl_tf_version_valid(wanted))
		bl_tf_refuse(c, version->span, "'" BL_FMT "' is no version constraint", BL_ARG(wanted));
	if (wanted.n && from.n && !is_registry_source(from))
		bl_tf_refuse(c, source->span, "with 'version', the source must be a registry's: '" BL_FMT "' is none", BL_ARG(from));
}

/* --- variables, outputs, locals --- */

void bl_tf_check_locals(bl_tf_check *c, const bl_block *b)
{
	for (size_t i = 0; i < b->attrs.n; i++)
		if (!bl_tf_is_identifier(b->attrs.items[i].name))
			bl_tf_refuse(c, b->attrs.items[i].name_span, "'" BL_FMT "' is no name for a local value", BL_ARG(b->attrs.items[i].name));
	for (size_t i = 0; i < b->blocks.n; i++)
		bl_tf_refuse(c, b->blocks.items[i]->head, "'locals' holds arguments only");
}

void bl_tf_check_output(bl_tf_check *c, const bl_block *b)
{
	check_name(c, b, 0, "an output");
}

void bl_tf_check_default(bl_tf_check *c, const bl_block *b, bl_span at)
{
	bl_tf *tf = c->tf;
	const bl_attr *a = bl_block_attr(b, "default"), *type = bl_block_attr(b, "type"), *nullable = bl_block_attr(b, "nullable");
	if (!a)
		return;
	if (!bl_span_known(at))
		at = a->span;
	if (!c->json && !bl_tf_is_constant(a->expr)) {
		bl_tf_refuse(c, a->span, "a default names nothing: it is worked out before all else");
		return;
	}
	bl_tf_scope nothing = {tf, NULL, NULL};
	size_t errors = tf->errors;
	tf->quiet++;
	const bl_value *v = bl_tf_eval(&nothing, a->expr);
	bool is_null = v->kind == BL_NULL, fits = tf->errors == errors;
	if (type && fits) {
		bl_tf_convert(&nothing, v, type->expr, a->span);
		fits = tf->errors == errors;
	}
	tf->quiet--;
	tf->errors = errors;
	if (!fits)
		bl_tf_refuse(c, at, "the default of '" BL_FMT "' does not fit its type", BL_ARG(bl_block_label(b, 0)));
	else if (is_null && nullable && nullable->expr->kind == BL_EXPR_LITERAL && bl_value_is(nullable->expr->value, BL_BOOL) &&
		 !nullable->expr->value->boolean)
		bl_tf_refuse(c, at, "the default of '" BL_FMT "' is null, which it may not be", BL_ARG(bl_block_label(b, 0)));
}

void bl_tf_check_variable(bl_tf_check *c, const bl_block *b)
{
	static const char *const reserved[] = {"count", "depends_on", "for_each", "lifecycle", "locals", "providers", "source", "version"};
	check_name(c, b, 0, "a variable");
	for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
		if (bl_str_eqz(bl_block_label(b, 0), reserved[i]))
			bl_tf_refuse(c, b->labels.items[0].span, "'%s' is reserved: a variable cannot have that name", reserved[i]);
	bl_tf_check_default(c, b, BL_NOWHERE);
}

/* --- conditions --- */

typedef struct naming {
	bl_tf_check *c;
	bl_str own[3]; /* the words of what may not be named, or must be */
	size_t n;
	bool found, others;
} naming;

static bool note_name(void *context, const bl_expr *reference)
{
	naming *n = context;
	bl_str words[3];
	size_t count = bl_tf_words(reference, words, 3);
	bool same = count >= n->n;
	for (size_t i = 0; same && i < n->n; i++)
		same = bl_str_eq(words[i], n->own[i]);
	n->found |= same;
	n->others |= !same;
	return true;
}

/* The words by which others name the block. */
static size_t own_words(const bl_block *b, bl_str *words)
{
	size_t n = 0;
	if (bl_str_eqz(b->kind, "variable"))
		words[n++] = BL_STR("var");
	else if (!bl_str_eqz(b->kind, "resource"))
		words[n++] = b->kind;
	for (size_t i = 0; i < b->labels.n && n < 3; i++)
		words[n++] = b->labels.items[i].text;
	return n;
}

static void check_self(bl_tf_check *c, const bl_block *b, const bl_attr *a)
{
	naming own = {c, .n = 0}, self = {c, {BL_STR("self")}, 1, false, false};
	own.n = own_words(c->top, own.own);
	bl_tf_references(a->expr, note_name, &own);
	bl_tf_references(a->expr, note_name, &self);
	if (own.found)
		bl_tf_refuse(c, a->span, "a %s does not name its own resource: self does", bl_str_z(c->arena, b->kind));
	if (self.found && bl_str_eqz(b->kind, "precondition"))
		bl_tf_refuse(c, a->span, "a precondition comes before there is a self");
}

static void check_validation(bl_tf_check *c, const bl_attr *condition, const bl_attr *message)
{
	naming own = {c, .n = 0};
	own.n = own_words(c->top, own.own);
	bl_tf_references(condition->expr, note_name, &own);
	if (!own.found)
		bl_tf_refuse(c, condition->span, "the condition must look at 'var." BL_FMT "'", BL_ARG(bl_block_label(c->top, 0)));
	naming said = own;
	said.others = false;
	if (message)
		bl_tf_references(message->expr, note_name, &said);
	if (own.others || said.others)
		bl_diag_add(c->arena, c->tf->diags, BL_DIAG_NOTE, own.others ? condition->span : message->span,
			"only Terraform 1.9 and later lets a validation look at more than its own variable");
}

void bl_tf_check_condition(bl_tf_check *c, const bl_block *b)
{
	const bl_attr *condition = bl_block_attr(b, "condition"), *message = bl_block_attr(b, "error_message");
	if (!condition || condition->expr->kind == BL_EXPR_OPAQUE)
		return;
	if (bl_str_eqz(b->kind, "validation")) {
		check_validation(c, condition, message);
		return;
	}
	if (bl_tf_is_constant(condition->expr))
		bl_tf_refuse(c, condition->span, "the condition names nothing, so it says the same each time");
	bool resource = c->outer && bl_str_eqz(c->outer->kind, "lifecycle");
	if (resource)
		check_self(c, b, condition);
	if (resource && message)
		check_self(c, b, message);
}

void bl_tf_check_check(bl_tf_check *c, const bl_block *b)
{
	check_name(c, b, 0, "a check");
}

/* --- providers, moves, imports --- */

void bl_tf_check_provider(bl_tf_check *c, const bl_block *b)
{
	bl_str name = bl_block_label(b, 0);
	if (!bl_tf_is_provider_name(name))
		bl_tf_refuse(c, b->labels.items[0].span, "'" BL_FMT "' is no provider's name: these are of lower-case letters, digits and dashes", BL_ARG(name));
}

void bl_tf_check_provider_meta(bl_tf_check *c, const bl_block *b)
{
	bl_tf_check_provider(c, b);
	for (size_t i = 0; i < b->attrs.n; i++)
		if (!bl_tf_is_constant(b->attrs.items[i].expr))
			bl_tf_refuse(c, b->attrs.items[i].expr->span, "a provider_meta block names nothing: it is read before all else");
}

static bool is_module_address(const bl_expr *e)
{
	bl_str words[8];
	size_t n = bl_tf_words(e, words, 8);
	return n && n % 2 == 0 && bl_str_eqz(words[n - 2], "module");
}

void bl_tf_check_moved(bl_tf_check *c, const bl_block *b)
{
	const bl_attr *from = bl_block_attr(b, "from"), *to = bl_block_attr(b, "to");
	bl_str words[2];
	if (!from || !to || !bl_tf_words(from->expr, words, 2) || !bl_tf_words(to->expr, words, 2))
		return;
	if (is_module_address(from->expr) != is_module_address(to->expr))
		bl_tf_refuse(c, to->span, "a resource moves to a resource, and a module to a module");
}

void bl_tf_check_import(bl_tf_check *c, const bl_block *b)
{
	const bl_attr *id = bl_block_attr(b, "id"), *identity = bl_block_attr(b, "identity");
	if (!id && !identity)
		bl_tf_refuse(c, b->head, "an import needs the 'id' of what it imports");
	else if (id && identity)
		bl_tf_refuse(c, identity->name_span, "'id' and 'identity' cannot be used together");
}
