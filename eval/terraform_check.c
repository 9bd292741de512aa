/* Holds a module's blocks against the schema of the language, and against one another. */
#include "eval/terraform_check.h"

void bl_tf_refuse(bl_tf_check *c, bl_span span, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	bl_str words = bl_str_vfmt(c->arena, format, ap);
	va_end(ap);
	bl_diag_add(c->arena, c->tf->diags, BL_DIAG_ERROR, span, BL_FMT, BL_ARG(words));
}

void bl_tf_warn(bl_tf_check *c, bl_span span, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	bl_str words = bl_str_vfmt(c->arena, format, ap);
	va_end(ap);
	bl_diag_add(c->arena, c->tf->diags, BL_DIAG_WARNING, span, BL_FMT, BL_ARG(words));
}

/* --- one block against the schema --- */

static const bl_tf_arg *find_arg(const bl_tf_body *body, bl_str name)
{
	for (const bl_tf_arg *a = body->args; a->name; a++)
		if (bl_str_eqz(name, a->name))
			return a;
	return NULL;
}

static const bl_tf_nested *find_nested(const bl_tf_body *body, bl_str name)
{
	for (const bl_tf_nested *n = body->blocks; n->name; n++)
		if (bl_str_eqz(name, n->name))
			return n;
	return NULL;
}

static void check_attributes(bl_tf_check *c, const bl_block *b, const bl_tf_body *body)
{
	for (size_t i = 0; i < b->attrs.n; i++) {
		const bl_attr *a = &b->attrs.items[i];
		const bl_tf_arg *arg = find_arg(body, a->name);
		if (arg)
			bl_tf_check_argument(c, b, a, arg->kind);
		else if (!body->open && !(c->json && find_nested(body, a->name)))
			bl_tf_refuse(c, a->name_span, "'" BL_FMT "' is no argument of a '" BL_FMT "' block", BL_ARG(a->name), BL_ARG(b->kind));
	}
	for (const bl_tf_arg *a = body->args; a->name && !c->over; a++)
		if (a->required && !bl_block_attr(b, a->name))
			bl_tf_refuse(c, b->head, "a '" BL_FMT "' block needs '%s'", BL_ARG(b->kind), a->name);
}

static void check_body(bl_tf_check *c, const bl_block *b, const bl_tf_body *body, int depth);

static void check_nested(bl_tf_check *c, const bl_block *b, const bl_tf_body *body, int depth)
{
	const bl_block *outer = c->outer;
	uint32_t met = 0; /* a bit a row of body->blocks */
	c->outer = b;
	for (size_t i = 0; i < b->blocks.n; i++) {
		const bl_block *inner = b->blocks.items[i];
		const bl_tf_nested *nested = find_nested(body, inner->kind);
		uint32_t bit = nested ? 1u << (nested - body->blocks) : 0;
		if (!nested && body->open)
			continue;
		if (!nested)
			bl_tf_refuse(c, inner->head, "'" BL_FMT "' is no block of a '" BL_FMT "' block", BL_ARG(inner->kind), BL_ARG(b->kind));
		else if (!nested->body)
			bl_tf_refuse(c, inner->head, "the block '" BL_FMT "' is reserved within a '" BL_FMT "' block", BL_ARG(inner->kind),
				BL_ARG(b->kind));
		else if (nested->once && (met & bit))
			bl_tf_refuse(c, inner->head, "a second '" BL_FMT "' block: there can be one", BL_ARG(inner->kind));
		else
			check_body(c, inner, nested->body, depth + 1);
		met |= bit;
	}
	for (const bl_tf_nested *n = body->blocks; n->name && !c->over && !c->json; n++)
		if (n->required && !(met & 1u << (n - body->blocks)))
			bl_tf_refuse(c, b->head, "a '" BL_FMT "' block needs a '%s' block", BL_ARG(b->kind), n->name);
	c->outer = outer;
}

static void check_body(bl_tf_check *c, const bl_block *b, const bl_tf_body *body, int depth)
{
	if (depth > BL_EVAL_MAX_DEPTH)
		return; /* whoever evaluates it says so */
	if (b->labels.n != body->labels) {
		bl_tf_refuse(c, b->head, "a '" BL_FMT "' block has %u label%s, not %zu", BL_ARG(b->kind), body->labels, body->labels == 1 ? "" : "s",
			b->labels.n);
		return;
	}
	check_attributes(c, b, body);
	check_nested(c, b, body, depth);
	if (body->check)
		body->check(c, b);
}

/* --- declarations of a module --- */

/* "resource a.b": what may be declared once. Empty: as often as one likes. */
static bl_str declared_name(bl_tf_check *c, const bl_block *b)
{
	static const char *const once[] = {"check", "data", "ephemeral", "module", "output", "resource", "variable"};
	bl_str name = BL_STR("");
	for (size_t i = 0; i < sizeof once / sizeof *once; i++)
		if (bl_str_eqz(b->kind, once[i]))
			name = b->labels.n == 2 ? bl_str_fmt(c->arena, "%s " BL_FMT "." BL_FMT, once[i], BL_ARG(bl_block_label(b, 0)), BL_ARG(bl_block_label(b, 1)))
						: bl_str_fmt(c->arena, "%s " BL_FMT, once[i], BL_ARG(bl_block_label(b, 0)));
	if (!bl_str_eqz(b->kind, "provider"))
		return name;
	const bl_attr *alias = bl_block_attr(b, "alias");
	return bl_str_fmt(c->arena, "provider " BL_FMT "." BL_FMT, BL_ARG(bl_block_label(b, 0)), BL_ARG(alias ? bl_tf_literal(alias->expr) : BL_STR("")));
}

static void declare_once(bl_tf_check *c, const bl_block *b, bl_str name)
{
	if (!name.n)
		return;
	if (bl_map_get(&c->seen, name))
		bl_tf_refuse(c, b->head, "'" BL_FMT "' is declared twice", BL_ARG(name));
	else
		bl_map_put(c->arena, &c->seen, name, (void *)b);
}

static void declare_locals(bl_tf_check *c, const bl_block *b)
{
	for (size_t i = 0; i < b->attrs.n; i++) {
		const bl_attr *a = &b->attrs.items[i];
		if (bl_map_get(&c->local_names, a->name))
			bl_tf_refuse(c, a->name_span, "the local value '" BL_FMT "' is declared twice", BL_ARG(a->name));
		else
			bl_map_put(c->arena, &c->local_names, a->name, (void *)a);
	}
}

/* The settings of a `terraform` block that a module may hold once, in whichever of its blocks. */
static void declare_settings(bl_tf_check *c, const bl_block *b, const char *where)
{
	for (size_t i = 0; i < b->blocks.n; i++) {
		const bl_block *s = b->blocks.items[i];
		bool state = bl_str_eqz(s->kind, "backend") || bl_str_eqz(s->kind, "cloud");
		if (!state && !bl_str_eqz(s->kind, "required_providers"))
			continue;
		bl_str key = bl_str_fmt(c->arena, "%s%s", where, state ? "backend" : "required_providers");
		if (bl_map_get(&c->seen, key))
			bl_tf_refuse(c, s->head, state ? "a second 'backend' or 'cloud' block: a module has one" : "a second 'required_providers' block: a module has one");
		else
			bl_map_put(c->arena, &c->seen, key, (void *)s);
		if (state && !c->root)
			bl_diag_add(c->arena, c->tf->diags, BL_DIAG_NOTE, s->head, "'" BL_FMT "' means nothing in a module that another calls", BL_ARG(s->kind));
	}
}

/* An override file: what it names must be there. */
static void override_once(bl_tf_check *c, const bl_block *b, bl_str name)
{
	if (name.n && !bl_str_eqz(b->kind, "provider") && !bl_map_get(&c->seen, name))
		bl_tf_refuse(c, b->head, "there is no '" BL_FMT "' to override", BL_ARG(name));
	for (size_t i = 0; bl_str_eqz(b->kind, "locals") && i < b->attrs.n; i++)
		if (!bl_map_get(&c->local_names, b->attrs.items[i].name))
			bl_tf_refuse(c, b->attrs.items[i].name_span, "there is no local value '" BL_FMT "' to override", BL_ARG(b->attrs.items[i].name));
}

static void check_block(bl_tf_check *c, const bl_document *d, const bl_block *b)
{
	const bl_tf_body *body = bl_tf_schema_block(b->kind);
	c->top = b;
	c->outer = NULL;
	if (!b->kind.n)
		return; /* the parser has said that arguments do not stand here */
	if (!body) {
		if (bl_str_eqz(b->kind, "required_providers"))
			bl_tf_refuse(c, b->head, "'required_providers' stands within a 'terraform' block");
		else
			bl_tf_refuse(c, b->head, "'" BL_FMT "' is no block of the configuration language", BL_ARG(b->kind));
		return;
	}
	check_body(c, b, body, 0);
	if (b->labels.n != body->labels)
		return;
	bl_str name = declared_name(c, b);
	if (c->over)
		override_once(c, b, name);
	else
		declare_once(c, b, name);
	if (bl_str_eqz(b->kind, "terraform"))
		declare_settings(c, b, c->over ? bl_str_z(c->arena, bl_str_fmt(c->arena, BL_FMT " ", BL_ARG(d->path))) : "");
	if (bl_str_eqz(b->kind, "locals") && !c->over)
		declare_locals(c, b);
}

/* --- what only all blocks together show --- */

/* "module.a.t.b": an address without its keys, as a name to look it up by; empty when expr is none. */
static bl_str address_of(bl_arena *arena, const bl_expr *e)
{
	bl_str words[8], name = BL_STR("");
	size_t n = bl_tf_words(e, words, 8);
	for (size_t i = 0; i < n; i++)
		name = bl_str_fmt(arena, BL_FMT "%s" BL_FMT, BL_ARG(name), i ? "." : "", BL_ARG(words[i]));
	return name;
}

static void check_import(bl_tf_check *c, const bl_map *moved, const bl_block *import)
{
	const bl_attr *to = bl_block_attr(import, "to"), *provider = bl_block_attr(import, "provider");
	bl_str address = to ? address_of(c->arena, to->expr) : BL_STR("");
	if (!address.n)
		return;
	if (provider && (bl_str_starts(address, BL_STR("module.")) || bl_map_get(&c->seen, bl_str_cat(c->arena, BL_STR("resource "), address))))
		bl_tf_refuse(c, provider->name_span, "what is imported to is configured already: its own 'provider' counts");
	if (bl_map_get(moved, address))
		bl_tf_refuse(c, to->span, "what is imported to is moved elsewhere");
}

static void check_removed(bl_tf_check *c, const bl_block *removed)
{
	const bl_attr *from = bl_block_attr(removed, "from");
	bl_str address = from ? address_of(c->arena, from->expr) : BL_STR("");
	bool module = bl_str_starts(address, BL_STR("module."));
	bl_str name = module ? bl_str_fmt(c->arena, "module " BL_FMT, BL_ARG(bl_str_slice(address, 7, address.n)))
			     : bl_str_cat(c->arena, BL_STR("resource "), address);
	if (bl_map_get(&c->seen, name))
		bl_tf_refuse(c, from->span, "'" BL_FMT "' is removed and still declared", BL_ARG(name));
}

static void check_together(bl_tf_check *c)
{
	bl_map moved = {0};
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < c->n; i++) {
			for (size_t k = 0; k < c->documents[i]->blocks.n; k++) {
				const bl_block *b = c->documents[i]->blocks.items[k];
				const bl_attr *from = bl_str_eqz(b->kind, "moved") ? bl_block_attr(b, "from") : NULL;
				if (!pass && from)
					bl_map_put(c->arena, &moved, address_of(c->arena, from->expr), (void *)b);
				else if (pass && bl_str_eqz(b->kind, "import"))
					check_import(c, &moved, b);
				else if (pass && bl_str_eqz(b->kind, "removed"))
					check_removed(c, b);
			}
		}
	}
}

/* --- the module --- */

static const bl_block *child(const bl_block *b, const char *kind)
{
	for (size_t i = 0; i < b->blocks.n; i++)
		if (bl_str_eqz(b->blocks.items[i]->kind, kind))
			return b->blocks.items[i];
	return NULL;
}

static const bl_attr *declared_version(const bl_document *d, const bl_block *b)
{
	if (bl_str_eqz(b->kind, "terraform") && bl_str_ends(d->path, BL_STR(".tofu")))
		return bl_block_attr(b, "required_version");
	const bl_block *with = bl_str_eqz(b->kind, "language") ? child(b, "compatible_with") : NULL;
	return with ? bl_block_attr(with, "opentofu") : NULL;
}

/*
 * A module that says it is for versions that do not exist yet may hold what nobody here knows: nothing more is said of it. A .tf file's
 * required_version is left alone: it may be Terraform's or OpenTofu's, of any time.
 */
static bool is_for_us(bl_tf_check *c)
{
	bool ours = true;
	for (size_t i = 0; i < c->n; i++) {
		const bl_document *d = c->documents[i];
		for (size_t k = 0; k < d->blocks.n; k++) {
			const bl_attr *a = declared_version(d, d->blocks.items[k]);
			bl_str wanted = a ? bl_tf_literal(a->expr) : BL_STR("");
			if (!wanted.n || !bl_tf_version_valid(wanted))
				continue;
			if (!bl_tf_version_possible(wanted)) {
				bl_tf_refuse(c, a->span, "no version that there is meets '" BL_FMT "'", BL_ARG(wanted));
				ours = false;
			} else if (bl_str_eqz(a->name, "opentofu") && bl_tf_version_meets(wanted, "1.11.0")) {
				bl_tf_warn(c, a->span, "the constraint admits versions before 1.12, which do not know this block");
			}
		}
	}
	return ours;
}

static bool is_configuration(const bl_document *d)
{
	return !bl_tf_is_variable_file(d) && !bl_tf_is_shown(d);
}

static void check_documents(bl_tf_check *c, bool over)
{
	c->over = over;
	for (size_t i = 0; i < c->n; i++) {
		const bl_document *d = c->documents[i];
		if (!is_configuration(d) || bl_tf_is_override(d->path) != over)
			continue;
		c->json = bl_str_eqz(d->dialect, "json");
		for (size_t k = 0; k < d->blocks.n; k++)
			check_block(c, d, d->blocks.items[k]);
	}
}

/* Variables as the override files left them. */
static void check_overridden(bl_tf_check *c, const bl_tf_module *m)
{
	for (size_t i = 0; i < m->variables.n; i++) {
		const bl_tf_item *item = m->variables.entries[i].value;
		const bl_block *base = bl_map_get(&c->seen, bl_str_fmt(c->arena, "variable " BL_FMT, BL_ARG(item->name)));
		if (base && base != item->block)
			bl_tf_check_default(c, item->block, item->overridden);
	}
}

void bl_tf_check_module_files(bl_tf *tf, const bl_tf_module *m)
{
	bl_tf_check c = {.tf = tf, .arena = tf->arena, .documents = m->documents, .n = m->ndocuments, .root = !m->parent};
	if (!m->ndocuments || bl_map_get(&tf->checked, m->folder))
		return;
	bl_map_put(tf->arena, &tf->checked, m->folder, tf);
	if (!is_for_us(&c))
		return;
	check_documents(&c, false);
	check_documents(&c, true);
	check_together(&c);
	check_overridden(&c, m);
}
