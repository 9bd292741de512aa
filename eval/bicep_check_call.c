/* Checks of calls: the functions there are, what they take, where they may stand. */
#include "eval/bicep_check.h"

enum { MAX_ARGUMENTS = 200, MAX_TEXT_FILE = 131072, MAX_BASE64_FILE = 98304 };

typedef enum namespace { SYS, AZ } namespace;
typedef enum place { ANYWHERE, PARAMETER, RESOURCE, PARAMS_FILE } place;

typedef struct function {
	const char *name;
	namespace space;
	const char *parameters;
	char result;
	place where;
} function;

static const function functions[] = {
#define FN(name, space, parameters, result, where) {name, space, parameters, result, where},
#include "eval/bicep_functions.def"
#undef FN
};

/* The first row of a name; NULL when there is none. */
static const function *find_function(bl_str name)
{
	size_t low = 0, high = sizeof functions / sizeof *functions;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = bl_str_cmpi(bl_str_of(functions[middle].name), name);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < sizeof functions / sizeof *functions && bl_str_eqz(name, functions[low].name))
		return &functions[low];
	return NULL;
}

static bool has_more(const function *f)
{
	return f + 1 < functions + sizeof functions / sizeof *functions && strcmp(f[0].name, f[1].name) == 0;
}

bool bl_bicep_is_function(bl_str name)
{
	return find_function(name) != NULL;
}

static bool is_list_function(bl_str name)
{
	return bl_str_starts(name, BL_STR("list"));
}

/* ---- arguments ---- */

static void count_of(const char *parameters, uint32_t *fewest, uint32_t *most)
{
	bool optional = false;
	*fewest = *most = 0;
	for (const char *p = parameters; *p; p++) {
		if (*p == '?')
			optional = true;
		else if (*p == '+')
			*most = MAX_ARGUMENTS * MAX_ARGUMENTS;
		else {
			*fewest += !optional;
			++*most;
		}
	}
}

/* The letter of argument i; the last again for what comes after a "+". */
static char letter_of(const char *parameters, uint32_t i)
{
	char letter = '*';
	for (const char *p = parameters; *p; p++) {
		if (*p == '?' || *p == '+')
			continue;
		letter = *p;
		if (!i--)
			break;
	}
	return letter;
}

static bool is_lambda_letter(char letter)
{
	return letter == 'L' || letter == 'N' || letter == 'P' || letter == 'Q';
}

static bool takes(char letter, const bl_bicep_type *t)
{
	switch (letter) {
	case 's':
		return bl_bicep_assignable(&bl_bicep_t_string, t);
	case 'i':
		return bl_bicep_assignable(&bl_bicep_t_int, t);
	case 'b':
		return bl_bicep_assignable(&bl_bicep_t_bool, t);
	case 'a':
		return bl_bicep_assignable(&bl_bicep_t_array, t);
	case 'o':
		return bl_bicep_assignable(&bl_bicep_t_object, t);
	case 'x':
		return bl_bicep_assignable(&bl_bicep_t_string, t) || bl_bicep_assignable(&bl_bicep_t_int, t) ||
		       bl_bicep_assignable(&bl_bicep_t_bool, t) || t->kind == BL_BICEP_UNION;
	case 'L':
	case 'N':
	case 'P':
	case 'Q': {
		uint32_t least = letter == 'P' || letter == 'Q' ? 2 : 1, most = letter == 'L' ? 1 : letter == 'Q' ? 3 : 2;
		return t->kind == BL_BICEP_LAMBDA && t->parameters >= least && t->parameters <= most;
	}
	default:
		return t->kind != BL_BICEP_LAMBDA;
	}
}

static const bl_bicep_type *lambda(bl_bicep_checker *c, const bl_expr *e, const bl_bicep_type *item)
{
	bl_bicep_type *t = bl_new(c->arena, bl_bicep_type);
	const bl_bicep_variable *outer = c->locals;
	bl_str rest = e->text, name;
	t->kind = BL_BICEP_LAMBDA;
	while (rest.n) {
		bl_bicep_variable *v = bl_new(c->arena, bl_bicep_variable);
		rest = bl_str_cut(rest, ',', &name);
		*v = (bl_bicep_variable){name, t->parameters ? &bl_bicep_t_any : item, true, c->locals};
		c->locals = v;
		t->parameters++;
	}
	t->result = bl_bicep_infer(c, e->kids[0]);
	c->locals = outer;
	return t;
}

/* What a lambda's first parameter is: an element of the call's first argument. */
static const bl_bicep_type *item_of(const bl_bicep_type *t)
{
	if (t->kind != BL_BICEP_ARRAY)
		return &bl_bicep_t_any;
	if (!t->tuple)
		return t->element ? t->element : &bl_bicep_t_any;
	for (size_t i = 1; i < t->items.n; i++)
		if (t->items.items[i]->kind != t->items.items[0]->kind || t->items.items[i]->kind == BL_BICEP_OBJECT)
			return &bl_bicep_t_any;
	if (!t->items.n)
		return &bl_bicep_t_any;
	switch (t->items.items[0]->kind) {
	case BL_BICEP_INT:
		return &bl_bicep_t_int;
	case BL_BICEP_STRING:
		return &bl_bicep_t_string;
	default:
		return t->items.n == 1 ? t->items.items[0] : &bl_bicep_t_any;
	}
}

static const bl_bicep_type **arguments(bl_bicep_checker *c, const bl_expr *e, uint32_t first)
{
	const bl_bicep_type **types = bl_new_n(c->arena, const bl_bicep_type *, e->n + 1);
	bl_bicep_rules outer = c->rules;
	c->rules.loop_ok = c->rules.property = c->rules.secret_ok = false;
	c->rules.collection_ok = true;
	for (uint32_t i = first; i < e->n; i++)
		types[i - first] = e->kids[i]->kind == BL_EXPR_LAMBDA
			? lambda(c, e->kids[i], i > first ? item_of(types[0]) : &bl_bicep_t_any)
			: bl_bicep_infer(c, e->kids[i]);
	c->rules = outer;
	return types;
}

static void wrong_count(bl_bicep_checker *c, const bl_expr *e, uint32_t fewest, uint32_t most, uint32_t have)
{
	if (fewest == most)
		bl_bicep_error(c, e->span, "BCP071", "'" BL_FMT "' takes %u argument%s, not %u", BL_ARG(e->text), fewest,
			fewest == 1 ? "" : "s", have);
	else
		bl_bicep_error(c, e->span, "BCP071", "'" BL_FMT "' takes %s%u%s argument%s, not %u", BL_ARG(e->text),
			have < fewest ? "at least " : "at most ", have < fewest ? fewest : most, "",
			(have < fewest ? fewest : most) == 1 ? "" : "s", have);
}

static void wrong_argument(bl_bicep_checker *c, const bl_expr *e, const bl_expr *argument, const bl_bicep_type *t)
{
	bl_bicep_error(c, argument->span, "BCP070", "'" BL_FMT "' does not take an argument of type '" BL_FMT "' here", BL_ARG(e->text),
		BL_ARG(bl_bicep_type_text(c->arena, t)));
}

/* What the body of a lambda must be, by the function: filter and sort ask for a boolean, toObject for a string. */
static bool lambda_result(const function *f, uint32_t i, const bl_bicep_type *t)
{
	if (!t->result)
		return true;
	if (strcmp(f->name, "filter") == 0 || strcmp(f->name, "sort") == 0)
		return bl_bicep_assignable(&bl_bicep_t_bool, t->result);
	if ((strcmp(f->name, "toObject") == 0 || strcmp(f->name, "groupBy") == 0) && i == 1)
		return bl_bicep_assignable(&bl_bicep_t_string, t->result);
	return true;
}

/* The index of the first argument that row f does not take; n when it takes all. */
static uint32_t mismatch(const function *f, const bl_bicep_type *const *types, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		char letter = letter_of(f->parameters, i);
		if (!takes(letter, types[i]) || (is_lambda_letter(letter) && !lambda_result(f, i, types[i])))
			return i;
	}
	return n;
}

/* The row that takes the arguments; what is wrong is reported when none does. */
static const function *choose(bl_bicep_checker *c, const function *f, const bl_expr *e, uint32_t first,
	const bl_bicep_type *const *types)
{
	const function *best = NULL;
	uint32_t n = e->n - first, best_at = 0, fewest = UINT32_MAX, most = 0;
	for (const function *row = f;; row++) {
		uint32_t least, greatest;
		count_of(row->parameters, &least, &greatest);
		fewest = least < fewest ? least : fewest;
		most = greatest > most ? greatest : most;
		if (n >= least && n <= greatest) {
			uint32_t at = mismatch(row, types, n);
			if (at == n)
				return row;
			if (!best || at > best_at) {
				best = row;
				best_at = at;
			}
		}
		if (!has_more(row))
			break;
	}
	if (!best)
		wrong_count(c, e, fewest, most, n);
	else
		wrong_argument(c, e, e->kids[first + best_at], types[best_at]);
	return NULL;
}

static const bl_bicep_type *items_result(bl_bicep_checker *c)
{
	bl_bicep_type *t = bl_new(c->arena, bl_bicep_type);
	t->kind = BL_BICEP_OBJECT;
	bl_vec_push(c->arena, &t->properties, ((bl_bicep_property){BL_STR("key"), &bl_bicep_t_string, false}));
	bl_vec_push(c->arena, &t->properties, ((bl_bicep_property){BL_STR("value"), &bl_bicep_t_any, false}));
	return bl_bicep_array_of(c->arena, t);
}

static const bl_bicep_type *scope_result(bl_bicep_checker *c, const char *name)
{
	bl_bicep_type *t = bl_new(c->arena, bl_bicep_type);
	t->kind = BL_BICEP_SCOPE;
	t->name = bl_str_of(name);
	return t;
}

static const bl_bicep_type *result(bl_bicep_checker *c, const function *f, const bl_bicep_type *const *types, uint32_t n)
{
	if (strcmp(f->name, "map") == 0 && n == 2 && types[1]->result)
		return bl_bicep_array_of(c->arena, types[1]->result);
	if ((strcmp(f->name, "filter") == 0 || strcmp(f->name, "sort") == 0) && types[0]->kind == BL_BICEP_ARRAY && !types[0]->tuple)
		return types[0];
	if (strcmp(f->name, "items") == 0)
		return items_result(c);
	switch (f->result) {
	case 's':
		return &bl_bicep_t_string;
	case 'i':
		return &bl_bicep_t_int;
	case 'b':
		return &bl_bicep_t_bool;
	case 'a':
		return &bl_bicep_t_array;
	case 'o':
		return &bl_bicep_t_object;
	case 'I':
		return bl_bicep_array_of(c->arena, &bl_bicep_t_int);
	case 'S':
		return bl_bicep_array_of(c->arena, &bl_bicep_t_string);
	case 'r':
		return scope_result(c, f->name);
	default:
		return &bl_bicep_t_any;
	}
}

/* ---- where a function may stand ---- */

static void check_place(bl_bicep_checker *c, const function *f, const bl_expr *e)
{
	if (f->where == PARAMETER && !c->rules.parameter)
		bl_bicep_error(c, e->span, "BCP065", "'" BL_FMT "' can only stand in a parameter's default", BL_ARG(e->text));
	else if (f->where == PARAMS_FILE && !c->parameters)
		bl_bicep_error(c, e->span, "BCP057", "'" BL_FMT "' is a function of parameter files only", BL_ARG(e->text));
	else if (c->rules.constant && strcmp(f->name, "any") != 0)
		bl_bicep_error(c, e->span, "BCP032", "the value must be a compile-time constant");
}

static bool is_loader(const function *f)
{
	return strncmp(f->name, "load", 4) == 0 && strcmp(f->name, "loadDirectoryFileInfo") != 0;
}

static size_t characters(bl_str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

/* The file that load*Content() names. */
static void check_file(bl_bicep_checker *c, const function *f, const bl_expr *argument)
{
	const bl_loader *l = c->s->azure->input->loader;
	bl_str path = argument->kind == BL_EXPR_LITERAL ? bl_value_text(argument->value) : BL_STR(""), text;
	if (argument->kind != BL_EXPR_LITERAL || argument->value->kind != BL_STRING)
		return;
	if (!path.n) {
		bl_bicep_error(c, argument->span, "BCP050", "the path is empty");
	} else if (path.p[0] == '/') {
		bl_bicep_error(c, argument->span, "BCP051", "the path must be a relative one");
	} else if (memchr(path.p, '\\', path.n)) {
		bl_bicep_error(c, argument->span, "BCP098", "a path has '/' between folders, no backslash");
	} else if (memchr(path.p, ':', path.n) || memchr(path.p, '*', path.n) || memchr(path.p, '?', path.n)) {
		bl_bicep_error(c, argument->span, "BCP085", "the path holds a character that paths may not hold");
	} else {
		bl_str where = bl_azure_resolve(c->arena, c->s->folder, path);
		if (!l || !l->bytes || !where.n)
			return;
		if (!l->bytes(l->context, where, &text))
			bl_bicep_error(c, argument->span, "BCP091", "'" BL_FMT "' could not be read", BL_ARG(path));
		else if (strcmp(f->name, "loadFileAsBase64") == 0 ? text.n > MAX_BASE64_FILE
								  : strcmp(f->name, "loadTextContent") == 0 && characters(text) > MAX_TEXT_FILE)
			bl_bicep_error(c, argument->span, "BCP184", "'" BL_FMT "' is larger than the compiler loads", BL_ARG(path));
	}
}

/* A lambda's variable cannot go into what is worked out by the service, one call for all elements. */
static bool uses_lambda(const bl_bicep_checker *c, const bl_expr *e, int depth)
{
	if (depth > 100)
		return false;
	for (const bl_bicep_variable *l = c->locals; e->kind == BL_EXPR_NAME && l; l = l->next)
		if (bl_str_eq(l->name, e->text))
			return l->lambda;
	for (uint32_t i = 0; i < e->n; i++)
		if (e->kids[i] && uses_lambda(c, e->kids[i], depth + 1))
			return true;
	return false;
}

static const bl_bicep_type *built_in(bl_bicep_checker *c, const function *f, const bl_expr *e, uint32_t first)
{
	check_place(c, f, e);
	bl_bicep_rules outer = c->rules;
	if (f->where == PARAMS_FILE && strcmp(f->name, "externalInput") == 0)
		c->rules.constant = true;
	if (strcmp(f->name, "nameof") == 0) { /* takes a name, and reads nothing */
		const bl_bicep_type *t = e->n - first == 1 ? &bl_bicep_t_string : NULL;
		c->rules.collection_ok = true;
		for (uint32_t i = first; i < e->n; i++)
			if (e->kids[i]->kind != BL_EXPR_NAME || !bl_map_get(&c->s->symbols, e->kids[i]->text))
				bl_bicep_infer(c, e->kids[i]);
		c->rules = outer;
		return t ? t : &bl_bicep_t_any;
	}
	const bl_bicep_type **types = arguments(c, e, first);
	c->rules = outer;
	const function *row = choose(c, f, e, first, types);
	if (row && is_loader(row) && e->n > first)
		check_file(c, row, e->kids[first]);
	if (row && row->where == RESOURCE && uses_lambda(c, e, 0))
		bl_bicep_error(c, e->span, "BCP248", "a lambda's variable cannot be used in '" BL_FMT "'", BL_ARG(e->text));
	return row ? result(c, row, types, e->n - first) : &bl_bicep_t_any;
}

/* ---- the file's own functions ---- */

static const bl_bicep_type *user_function(bl_bicep_checker *c, bl_bicep_symbol *symbol, const bl_expr *e, uint32_t first)
{
	const bl_attr *body = bl_block_attr(symbol->block, "body"), *type = bl_block_attr(symbol->block, "type");
	const bl_bicep_type **types = arguments(c, e, first);
	uint32_t n = 0;
	if (c->rules.constant)
		bl_bicep_error(c, e->span, "BCP032", "the value must be a compile-time constant");
	if (!body || body->expr->kind != BL_EXPR_LAMBDA)
		return &bl_bicep_t_any;
	if (symbol == c->busy)
		bl_bicep_error(c, e->span, "BCP079", "'" BL_FMT "' refers to itself", BL_ARG(e->text));
	bl_str rest = body->expr->text, name;
	for (; rest.n; n++) {
		rest = bl_str_cut(rest, ',', &name);
		const bl_attr *parameter = bl_block_attr(symbol->block, bl_str_z(c->arena, bl_str_cat(c->arena, BL_STR("type "), name)));
		if (!parameter || n + first >= e->n)
			continue;
		if (!bl_bicep_assignable(bl_bicep_type_of(symbol->scope, parameter->expr), types[n]))
			wrong_argument(c, e, e->kids[n + first], types[n]);
	}
	if (n != e->n - first && !symbol->scope->document->partial)
		wrong_count(c, e, n, n, e->n - first);
	return type ? bl_bicep_type_of(symbol->scope, type->expr) : &bl_bicep_t_any;
}

static void unknown_function(bl_bicep_checker *c, const bl_expr *e, const bl_bicep_symbol *symbol)
{
	if (c->extended)
		return;
	if (symbol && bl_bicep_is_function(e->text))
		bl_bicep_error(c, e->span, "BCP265", "'" BL_FMT "' is no function here: the file declares the name", BL_ARG(e->text));
	else if (symbol)
		bl_bicep_error(c, e->span, "BCP059", "'" BL_FMT "' is no function", BL_ARG(e->text));
	else if (bl_str_eqz(e->text, "if"))
		bl_bicep_error(c, e->span, "BCP100", "there is no function 'if': write condition ? one : other");
	else
		bl_bicep_error(c, e->span, "BCP057", "the function '" BL_FMT "' does not exist", BL_ARG(e->text));
}

static const bl_bicep_type *plain_call(bl_bicep_checker *c, const bl_expr *e)
{
	bl_bicep_symbol *symbol = bl_map_get(&c->s->symbols, e->text);
	if (symbol && symbol->block && bl_str_eqz(symbol->block->kind, "func"))
		return user_function(c, symbol, e, 0);
	const function *f = symbol ? NULL : find_function(e->text);
	if (f)
		return built_in(c, f, e, 0);
	const bl_bicep_type **types = arguments(c, e, 0);
	(void)types;
	if (is_list_function(e->text) && !symbol) {
		if (uses_lambda(c, e, 0))
			bl_bicep_error(c, e->span, "BCP248", "a lambda's variable cannot be used in '" BL_FMT "'", BL_ARG(e->text));
		return &bl_bicep_t_any;
	}
	unknown_function(c, e, symbol);
	return &bl_bicep_t_any;
}

/* `az.f()` and `sys.f()`. */
static const bl_bicep_type *namespace_call(bl_bicep_checker *c, const bl_expr *e, namespace space)
{
	const function *f = find_function(e->text);
	if (f && f->space == space)
		return built_in(c, f, e, 1);
	arguments(c, e, 1);
	if (!is_list_function(e->text) || space != AZ)
		bl_bicep_error(c, e->span, "BCP107", "the namespace '%s' has no function '" BL_FMT "'", space == AZ ? "az" : "sys",
			BL_ARG(e->text));
	return &bl_bicep_t_any;
}

static bool is_vault(const bl_block *block)
{
	return block && bl_str_startsi(bl_block_label(block, 1), BL_STR("Microsoft.KeyVault/vaults@"));
}

static const bl_bicep_type *method_call(bl_bicep_checker *c, const bl_expr *e)
{
	const bl_expr *receiver = e->kids[0];
	bl_bicep_symbol *symbol = receiver->kind == BL_EXPR_NAME ? bl_map_get(&c->s->symbols, receiver->text) : NULL;
	if (symbol && symbol->file) {
		bl_bicep_symbol *exported = bl_map_get(&symbol->file->symbols, e->text);
		if (exported && exported->block && bl_str_eqz(exported->block->kind, "func"))
			return user_function(c, exported, e, 1);
		arguments(c, e, 1);
		bl_bicep_error(c, e->span, "BCP107", "'" BL_FMT "' exports no function '" BL_FMT "'", BL_ARG(receiver->text), BL_ARG(e->text));
		return &bl_bicep_t_any;
	}
	if (receiver->kind == BL_EXPR_NAME && !symbol && bl_str_eqz(receiver->text, "az"))
		return namespace_call(c, e, AZ);
	if (receiver->kind == BL_EXPR_NAME && !symbol && bl_str_eqz(receiver->text, "sys"))
		return namespace_call(c, e, SYS);
	bl_bicep_rules rules = c->rules;
	rules.collection_ok = true;
	rules.loop_ok = rules.property = rules.secret_ok = false;
	const bl_bicep_type *t = bl_bicep_not_null(c->arena, bl_bicep_infer_with(c, receiver, rules));
	arguments(c, e, 1);
	if (t->kind == BL_BICEP_BOOL || t->kind == BL_BICEP_INT || t->kind == BL_BICEP_STRING || t->kind == BL_BICEP_ARRAY)
		bl_bicep_error(c, e->span, "BCP067", "a value of type '" BL_FMT "' has no functions", BL_ARG(bl_bicep_type_text(c->arena, t)));
	if (bl_str_eqz(e->text, "getSecret") && t->kind == BL_BICEP_RESOURCE && is_vault(t->block) && !c->rules.secret_ok)
		bl_bicep_error(c, e->span, "BCP180", "getSecret() can only be the value of a module's secure parameter");
	return &bl_bicep_t_any;
}

const bl_bicep_type *bl_bicep_infer_call(bl_bicep_checker *c, const bl_expr *e)
{
	return e->method && e->n ? method_call(c, e) : plain_call(c, e);
}
