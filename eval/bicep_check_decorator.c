/* Checks of decorators: which there are, on what they stand, what they take. */
#include "eval/bicep_check.h"

enum {
	ON_PARAM = 1,
	ON_VAR = 2,
	ON_OUTPUT = 4,
	ON_TYPE = 8,
	ON_FUNC = 16,
	ON_RESOURCE = 32,
	ON_MODULE = 64,
	ON_METADATA = 128,
	ON_MEMBER = 256, /* a property or an item of a type */
	ON_TYPED = ON_PARAM | ON_OUTPUT | ON_TYPE | ON_MEMBER,
	ON_ANY = 511
};

typedef struct decorator {
	const char *name;
	uint16_t on;
	const char *wants;    /* the kinds its target may have, a letter each: s string, i int, a array, o object; NULL: any */
	uint8_t fewest, most; /* arguments */
	char argument;        /* of the first */
} decorator;

static const decorator decorators[] = {
	{"allowed", ON_PARAM | ON_MEMBER, NULL, 1, 1, 'a'},
	{"batchSize", ON_RESOURCE | ON_MODULE, NULL, 1, 1, 'i'},
	{"description", ON_ANY, NULL, 1, 1, 's'},
	{"discriminator", ON_TYPED, "o", 1, 1, 's'},
	{"export", ON_VAR | ON_TYPE | ON_FUNC, NULL, 0, 0, 0},
	{"maxLength", ON_TYPED, "sa", 1, 1, 'i'},
	{"maxValue", ON_TYPED, "i", 1, 1, 'i'},
	{"metadata", ON_TYPED, NULL, 1, 1, 'o'},
	{"minLength", ON_TYPED, "sa", 1, 1, 'i'},
	{"minValue", ON_TYPED, "i", 1, 1, 'i'},
	{"nullIfNotFound", ON_RESOURCE, NULL, 0, 0, 0},
	{"onlyIfNotExists", ON_RESOURCE, NULL, 0, 0, 0},
	{"retryOn", ON_RESOURCE, NULL, 1, 2, 'a'},
	{"sealed", ON_TYPED, "o", 0, 0, 0},
	{"secure", ON_TYPED, "so", 0, 0, 0},
	{"validate", ON_TYPED, NULL, 1, 2, 'l'},
	{"waitUntil", ON_RESOURCE, NULL, 2, 2, 'l'},
};

/* What a decorator may stand on, and the compiler's code for one that may not. */
static const struct {
	const char *kind;
	uint16_t on;
	const char *code;
} targets[] = {{"func", ON_FUNC, NULL}, {"metadata", ON_METADATA, "BCP269"}, {"module", ON_MODULE, "BCP128"},
	{"output", ON_OUTPUT, "BCP129"}, {"param", ON_PARAM, "BCP125"}, {"resource", ON_RESOURCE, "BCP127"},
	{"type", ON_TYPE, "BCP297"}, {"var", ON_VAR, "BCP126"}};

static const decorator *find(bl_str name)
{
	for (size_t i = 0; i < sizeof decorators / sizeof *decorators; i++)
		if (bl_str_eqz(name, decorators[i].name))
			return &decorators[i];
	return NULL;
}

static bool has_kind(const bl_bicep_type *t, const char *wants)
{
	static const struct {
		char letter;
		uint8_t kind;
	} kinds[] = {{'a', BL_BICEP_ARRAY}, {'i', BL_BICEP_INT}, {'o', BL_BICEP_OBJECT}, {'s', BL_BICEP_STRING}};
	if (t->kind == BL_BICEP_ANY || t->kind == BL_BICEP_NULL)
		return true;
	for (size_t i = 0; t->kind == BL_BICEP_UNION && i < t->items.n; i++)
		if (t->items.items[i]->kind != BL_BICEP_NULL && !has_kind(t->items.items[i], wants))
			return false;
	if (t->kind == BL_BICEP_UNION)
		return true;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strchr(wants, kinds[i].letter) && kinds[i].kind == t->kind)
			return true;
	return false;
}

static void check_length(bl_bicep_checker *c, const bl_expr *e)
{
	const bl_expr *n = e->kids[0];
	if (n->kind == BL_EXPR_UNARY && bl_str_eqz(n->text, "-"))
		bl_bicep_error(c, n->span, "BCP168", "a length cannot be negative");
}

static void check_allowed(bl_bicep_checker *c, const bl_expr *e, const bl_bicep_type *target)
{
	const bl_expr *list = e->kids[0];
	if (list->kind == BL_EXPR_LIST && !list->n)
		bl_bicep_error(c, list->span, "BCP099", "at least one value must be allowed");
	target = target ? bl_bicep_not_null(c->arena, target) : NULL;
	/* of an array, its elements may be listed or whole arrays */
	bool plain = target && target->kind != BL_BICEP_ARRAY && target->kind != BL_BICEP_OBJECT;
	bl_bicep_expect(c, plain ? bl_bicep_array_of(c->arena, target) : &bl_bicep_t_array, list);
}

static void check_batch(bl_bicep_checker *c, const bl_expr *e, const bl_block *block)
{
	const bl_bicep_type *t = bl_bicep_infer(c, e->kids[0]);
	const bl_attr *body = block ? bl_block_attr(block, "body") : NULL;
	int64_t n;
	if (body && body->expr->kind != BL_EXPR_FOR)
		bl_bicep_error(c, e->span, "BCP155", "'batchSize' is for loops of resources or modules");
	if (t->literal && bl_azure_int(t->literal, &n) && n < 1)
		bl_bicep_error(c, e->kids[0]->span, "BCP154", "a batch holds at least one, not %lld", (long long)n);
}

static void check_arguments(bl_bicep_checker *c, const decorator *d, const bl_expr *e, const bl_bicep_type *target,
	const bl_block *block)
{
	bl_bicep_rules outer = c->rules;
	if (e->n < d->fewest || e->n > d->most) {
		bl_bicep_error(c, e->span, "BCP071", "'%s' takes %u argument%s, not %u", d->name, d->most, d->most == 1 ? "" : "s", e->n);
		return;
	}
	if (!d->most || d->argument == 'l')
		return;
	c->rules = (bl_bicep_rules){.constant = true};
	if (d->argument == 'a' && strcmp(d->name, "allowed") == 0) {
		check_allowed(c, e, target);
	} else if (strcmp(d->name, "batchSize") == 0) {
		check_batch(c, e, block);
	} else {
		const bl_bicep_type *t = bl_bicep_infer(c, e->kids[0]);
		const bl_bicep_type *want = d->argument == 's' ? &bl_bicep_t_string
					    : d->argument == 'i' ? &bl_bicep_t_int
					    : d->argument == 'o' ? &bl_bicep_t_object
								 : &bl_bicep_t_array;
		if (!bl_bicep_assignable(want, t))
			bl_bicep_error(c, e->kids[0]->span, "BCP070", "'%s' does not take an argument of type '" BL_FMT "'", d->name,
				BL_ARG(bl_bicep_type_text(c->arena, t)));
		const bl_bicep_property *description =
			strcmp(d->name, "metadata") == 0 ? bl_bicep_find_property(t, BL_STR("description")) : NULL;
		if (description && !bl_bicep_assignable(&bl_bicep_t_string, description->type))
			bl_bicep_error(c, bl_azure_key(e->kids[0], "description")->span, "BCP036", "a description is a string");
	}
	c->rules = outer;
	if (strcmp(d->name, "maxLength") == 0 || strcmp(d->name, "minLength") == 0)
		check_length(c, e);
}

static void check_one(bl_bicep_checker *c, const bl_expr *e, uint16_t on, const char *code, const bl_bicep_type *target,
	const bl_block *block)
{
	const decorator *d = find(e->text);
	if (!d) {
		if (bl_bicep_is_function(e->text))
			bl_bicep_error(c, e->span, "BCP152", "'" BL_FMT "' is no decorator", BL_ARG(e->text));
		else if (!c->extended)
			bl_bicep_error(c, e->span, "BCP057", "there is no decorator '" BL_FMT "'", BL_ARG(e->text));
		return;
	}
	if (!(d->on & on)) {
		bl_bicep_error(c, e->span, code, "'%s' cannot stand here", d->name);
		return;
	}
	bool tag = strcmp(d->name, "discriminator") == 0 && target && target->kind == BL_BICEP_UNION; /* said of its members */
	if (d->wants && target && !tag && !has_kind(target, d->wants))
		bl_bicep_error(c, e->span, "BCP124", "'%s' cannot stand on a value of type '" BL_FMT "'", d->name,
			BL_ARG(bl_bicep_type_text(c->arena, target)));
	if (strcmp(d->name, "sealed") == 0 && target && target->kind == BL_BICEP_OBJECT && target->element)
		bl_bicep_error(c, e->span, "BCP316", "a type that says what other properties hold cannot be sealed");
	check_arguments(c, d, e, target, block);
}

void bl_bicep_check_decorators(bl_bicep_checker *c, const bl_block *block)
{
	size_t t = 0, n = sizeof targets / sizeof *targets;
	while (t < n && !bl_str_eqz(block->kind, targets[t].kind))
		t++;
	if (t == n)
		return;
	bool typed = targets[t].on & ON_TYPED;
	const bl_bicep_type *target = typed ? bl_bicep_declared_type(c->s, block) : NULL;
	bl_map once = {0}, more = {0};
	for (size_t i = 0; i < block->attrs.n; i++)
		if (bl_map_put(c->arena, &once, block->attrs.items[i].name, (void *)block))
			bl_map_put(c->arena, &more, block->attrs.items[i].name, (void *)block);
	for (size_t i = 0; i < block->attrs.n; i++) {
		const bl_attr *a = &block->attrs.items[i];
		bool twice = bl_map_get(&more, a->name);
		if (!bl_str_starts(a->name, BL_STR("@")))
			continue;
		if (twice && find(a->expr->text))
			bl_bicep_error(c, a->span, "BCP166", "the decorator '" BL_FMT "' is there twice", BL_ARG(a->expr->text));
		check_one(c, a->expr, targets[t].on, targets[t].code, target, block);
	}
}

void bl_bicep_check_type_decorators(bl_bicep_checker *c, const bl_expr *type)
{
	const bl_bicep_type *target = type->n > 1 ? bl_bicep_type_of(c->s, type) : NULL;
	for (uint32_t i = 1; i < type->n; i++)
		check_one(c, type->kids[i], ON_MEMBER, "BCP297", target, NULL);
}
