/* Which providers a module requires, and whether what a call passes on is what the module called wants. */
#include "eval/terraform_check.h"

static const bl_expr *member(const bl_expr *object, const char *name)
{
	for (uint32_t i = 0; object->kind == BL_EXPR_OBJECT && i + 1 < object->n; i += 2)
		if (bl_str_eqz(bl_tf_literal(object->kids[i]), name))
			return object->kids[i + 1];
	return NULL;
}

/* --- required_providers --- */

/* [HOST/][NAMESPACE/]TYPE in full: "registry.terraform.io/hashicorp/null". Empty when source is none. */
static bl_str full_name(bl_arena *arena, bl_str source)
{
	bl_str parts[4], rest = source;
	size_t n = 0;
	while (rest.n && n < 4)
		rest = bl_str_cut(rest, '/', &parts[n++]);
	if (!n || n > 3)
		return BL_STR("");
	bl_str type = bl_str_lower(arena, parts[n - 1]), space = n > 1 ? bl_str_lower(arena, parts[n - 2]) : BL_STR("hashicorp");
	bl_str host = n > 2 ? bl_str_lower(arena, parts[0]) : BL_STR("");
	if (!bl_tf_is_provider_name(type) || !space.n || (n > 2 && !host.n))
		return BL_STR("");
	/* the public registries of both languages hold the same */
	if (bl_str_eqz(host, "registry.terraform.io") || bl_str_eqz(host, "registry.opentofu.org"))
		host = BL_STR("");
	return bl_str_fmt(arena, BL_FMT "%s" BL_FMT "/" BL_FMT, BL_ARG(host), host.n ? "/" : "", BL_ARG(space), BL_ARG(type));
}

static void check_source(bl_tf_check *c, const bl_expr *e)
{
	bl_str source = bl_tf_literal(e), type = bl_str_slice(source, (size_t)(bl_str_rfind_char(source, '/') + 1), source.n);
	if (!full_name(c->arena, source).n)
		bl_tf_refuse(c, e->span, "'" BL_FMT "' is no provider's source: that is [HOST/]NAMESPACE/TYPE", BL_ARG(source));
	else if (bl_str_starts(type, BL_STR("terraform-")))
		bl_tf_refuse(c, e->span, "'" BL_FMT "' is the name of a provider's repository: its type has no 'terraform-' before it", BL_ARG(type));
}

static void check_aliases(bl_tf_check *c, const bl_attr *a, const bl_expr *aliases)
{
	bl_str words[3];
	if (c->json)
		return;
	if (aliases->kind != BL_EXPR_LIST) {
		bl_tf_refuse(c, aliases->span, "'configuration_aliases' must be a list of NAME.ALIAS");
		return;
	}
	for (uint32_t i = 0; i < aliases->n; i++)
		if (bl_tf_words(aliases->kids[i], words, 3) != 2 || !bl_str_eq(words[0], a->name))
			bl_tf_refuse(c, aliases->kids[i]->span, "an alias of '" BL_FMT "' is written '" BL_FMT ".ALIAS'", BL_ARG(a->name), BL_ARG(a->name));
}

static void check_requirement(bl_tf_check *c, const bl_attr *a)
{
	static const char *const known[] = {"configuration_aliases", "source", "version"};
	const bl_expr *e = a->expr;
	bl_str version = bl_tf_literal(e);
	if (!bl_tf_is_provider_name(a->name))
		bl_tf_refuse(c, a->name_span, "'" BL_FMT "' is no provider's name: these are of lower-case letters, digits and dashes", BL_ARG(a->name));
	if (e->kind == BL_EXPR_OBJECT) {
		for (uint32_t i = 0; i + 1 < e->n; i += 2) {
			bool found = false;
			for (size_t k = 0; k < sizeof known / sizeof *known; k++)
				found |= bl_str_eqz(bl_tf_literal(e->kids[i]), known[k]);
			if (!found)
				bl_tf_refuse(c, e->kids[i]->span, "a required provider has 'configuration_aliases', 'source' and 'version'");
		}
		const bl_expr *source = member(e, "source"), *aliases = member(e, "configuration_aliases"), *wanted = member(e, "version");
		if (source)
			check_source(c, source);
		if (aliases)
			check_aliases(c, a, aliases);
		version = wanted ? bl_tf_literal(wanted) : BL_STR("");
		if (wanted && !version.n)
			bl_tf_refuse(c, wanted->span, "a version constraint is a text that is said outright");
	} else if (!version.n) {
		bl_tf_refuse(c, a->span, "a required provider is a version constraint, or an object with source and version");
	}
	if (version.n && !bl_tf_version_valid(version))
		bl_tf_refuse(c, a->span, "'" BL_FMT "' is no version constraint", BL_ARG(version));
}

void bl_tf_check_required_providers(bl_tf_check *c, const bl_block *b)
{
	for (size_t i = 0; i < b->attrs.n; i++)
		check_requirement(c, &b->attrs.items[i]);
	for (size_t i = 0; i < b->blocks.n; i++)
		bl_tf_refuse(c, b->blocks.items[i]->head, "'required_providers' holds arguments only");
}

/* --- passing --- */

/* What a module says of providers, gathered once. */
typedef struct side {
	bl_str name;        /* for messages: how the module is called */
	bl_map required;    /* local name -> bl_attr */
	bl_map configured;  /* "NAME" or "NAME.ALIAS" -> bl_block */
	BL_VEC(bl_str) aliases; /* "NAME.ALIAS" that a caller must pass */
} side;

static bl_str with_alias(bl_arena *arena, bl_str name, bl_str alias)
{
	return alias.n ? bl_str_fmt(arena, BL_FMT "." BL_FMT, BL_ARG(name), BL_ARG(alias)) : name;
}

static void gather_requirements(bl_tf *tf, side *s, const bl_block *b)
{
	bl_str words[3];
	for (size_t i = 0; i < b->attrs.n; i++) {
		const bl_attr *a = &b->attrs.items[i];
		const bl_expr *aliases = member(a->expr, "configuration_aliases");
		bl_map_put(tf->arena, &s->required, a->name, (void *)a);
		for (uint32_t k = 0; aliases && aliases->kind == BL_EXPR_LIST && k < aliases->n; k++)
			if (bl_tf_words(aliases->kids[k], words, 3) == 2)
				bl_vec_push(tf->arena, &s->aliases, with_alias(tf->arena, words[0], words[1]));
	}
}

static void gather(bl_tf *tf, side *s, const bl_block *b)
{
	if (bl_str_eqz(b->kind, "provider")) {
		const bl_attr *alias = bl_block_attr(b, "alias");
		bl_str name = with_alias(tf->arena, bl_block_label(b, 0), alias ? bl_tf_literal(alias->expr) : BL_STR(""));
		bl_map_put(tf->arena, &s->configured, name, (void *)b);
	}
	for (size_t i = 0; bl_str_eqz(b->kind, "terraform") && i < b->blocks.n; i++)
		if (bl_str_eqz(b->blocks.items[i]->kind, "required_providers"))
			gather_requirements(tf, s, b->blocks.items[i]);
}

static side side_of(bl_tf *tf, bl_str folder, bl_str name, const bl_document *const *documents, size_t n)
{
	side *s = bl_map_get(&tf->providers, folder);
	if (!s) {
		s = bl_new(tf->arena, side);
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < documents[i]->blocks.n; k++)
				gather(tf, s, documents[i]->blocks.items[k]);
		bl_map_put(tf->arena, &tf->providers, folder, s);
	}
	side named = *s;
	named.name = name;
	return named;
}

/* An empty block says only that a provider is to be passed: so it was written before configuration_aliases. */
static bool is_proxy(const bl_block *b)
{
	return !b->blocks.n && b->attrs.n == (bl_block_attr(b, "alias") != NULL);
}

static bl_str type_of(bl_tf *tf, const side *s, bl_str name)
{
	const bl_attr *a = bl_map_get(&s->required, name);
	const bl_expr *source = a ? member(a->expr, "source") : NULL;
	return full_name(tf->arena, source ? bl_tf_literal(source) : name);
}

static void check_passed(bl_tf_check *c, const side *from, const side *to, const bl_expr *key, const bl_expr *value)
{
	bl_arena *arena = c->arena;
	bl_str k[2] = {{0}}, v[2] = {{0}};
	size_t nkey = bl_tf_words(key, k, 2), nvalue = bl_tf_words(value, v, 2);
	if (!nkey && bl_tf_literal(key).n)
		k[nkey++] = bl_tf_literal(key);
	if (!nkey || !nvalue)
		return; /* it was refused where it stands */
	bl_str name = with_alias(arena, k[0], k[1]);
	const bl_block *own = bl_map_get(&to->configured, name);
	if (own && !is_proxy(own))
		bl_tf_refuse(c, key->span, "%s configures '" BL_FMT "' itself: none can be passed to it", bl_str_z(arena, to->name), BL_ARG(name));
	else if (!own && !bl_map_get(&to->required, k[0]))
		bl_tf_warn(c, key->span, "%s does not declare the provider '" BL_FMT "'", bl_str_z(arena, to->name), BL_ARG(k[0]));
	if (!bl_map_get(&from->required, v[0]) && !bl_map_get(&from->configured, with_alias(arena, v[0], v[1])))
		bl_tf_warn(c, value->span, "the provider '" BL_FMT "' is not declared here", BL_ARG(v[0]));
	bl_str want = type_of(c->tf, to, k[0]), have = type_of(c->tf, from, v[0]);
	if (want.n && have.n && !bl_str_eq(want, have))
		bl_tf_refuse(c, value->span, "'" BL_FMT "' is the provider " BL_FMT ", and %s wants " BL_FMT, BL_ARG(v[0]), BL_ARG(have),
			bl_str_z(arena, to->name), BL_ARG(want));
}

const bl_block *bl_tf_provider_block(bl_tf *tf, const bl_tf_module *m, bl_str name)
{
	side s = side_of(tf, m->folder, BL_STR(""), m->documents, m->ndocuments);
	const bl_block *b = bl_map_get(&s.configured, name);
	return b && !is_proxy(b) ? b : NULL;
}

const bl_expr *bl_tf_passed_provider(const bl_expr *providers, bl_str name)
{
	bl_str words[2] = {{0}}, head, alias = bl_str_cut(name, '.', &head);
	for (uint32_t i = 0; providers && providers->kind == BL_EXPR_OBJECT && i + 1 < providers->n; i += 2) {
		size_t n = bl_tf_words(providers->kids[i], words, 2);
		if (bl_str_eq(bl_tf_literal(providers->kids[i]), name) ||
			(n && bl_str_eq(words[0], head) && bl_str_eq(n == 2 ? words[1] : BL_STR(""), alias)))
			return providers->kids[i + 1];
	}
	return NULL;
}

/* What a call may not have when its module configures providers of its own. */
static void check_repeated(bl_tf_check *c, const side *to, const bl_block *call)
{
	static const char *const names[] = {"count", "depends_on", "for_each"};
	bool configures = false;
	for (size_t i = 0; i < to->configured.n; i++)
		configures |= !is_proxy(to->configured.entries[i].value);
	for (size_t i = 0; configures && i < sizeof names / sizeof *names; i++) {
		const bl_attr *a = bl_block_attr(call, names[i]);
		if (a)
			bl_tf_refuse(c, a->name_span, "%s configures providers itself, so '%s' cannot be used", bl_str_z(c->arena, to->name), names[i]);
	}
}

void bl_tf_check_passing(bl_tf *tf, const bl_tf_module *caller, const bl_block *call, bl_str folder, const bl_document *const *documents, size_t n)
{
	bl_tf_check c = {.tf = tf, .arena = tf->arena, .top = call};
	bl_str key = bl_str_make((const char *)&call, sizeof call);
	const bl_attr *a = bl_block_attr(call, "providers");
	if (bl_map_get(&tf->checked, key))
		return;
	bl_map_put(tf->arena, &tf->checked, bl_str_dup(tf->arena, key), tf);
	bl_str name = bl_str_fmt(tf->arena, "module." BL_FMT, BL_ARG(bl_block_label(call, 0)));
	side to = side_of(tf, folder, name, documents, n);
	side from = side_of(tf, caller->folder, caller->address.n ? caller->address : BL_STR("the root module"), caller->documents, caller->ndocuments);
	for (uint32_t i = 0; a && a->expr->kind == BL_EXPR_OBJECT && i + 1 < a->expr->n; i += 2)
		check_passed(&c, &from, &to, a->expr->kids[i], a->expr->kids[i + 1]);
	for (size_t i = 0; i < to.aliases.n; i++)
		if (!bl_tf_passed_provider(a ? a->expr : NULL, to.aliases.items[i]))
			bl_tf_refuse(&c, call->head, "%s must be passed the provider '" BL_FMT "'", bl_str_z(c.arena, name), BL_ARG(to.aliases.items[i]));
	for (size_t i = 0; i < to.configured.n; i++) {
		const bl_block *b = to.configured.entries[i].value;
		if (is_proxy(b))
			bl_tf_warn(&c, b->head, "an empty provider block is of the past: 'configuration_aliases' says what is to be passed");
	}
	check_repeated(&c, &to, call);
}
