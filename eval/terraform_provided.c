/* What is known of attributes that a provider makes up: the random words, ids and times of terraform_provided.def. */
#include "eval/terraform.h"

#include "core/codec/number.h"

enum {
	MOST_BYTES = 1 << 16, /* of what is random; more says nothing */
	MOST_CANDIDATES = 16,
	MOST_WORDS = 64
};

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* An attribute that was asked for: of a resource with these arguments, at address. */
typedef struct asked {
	bl_tf *tf;
	const bl_value *arguments;
	bl_str address, attribute;
	bl_span span;
} asked;

/* Each maker gives the attribute's value, or NULL: then nothing is known of it. */
typedef const bl_value *(*maker)(const asked *a);

/* ---- arguments ---- */

static const bl_value *argument(const asked *a, const char *name)
{
	return bl_value_getz(a->arguments, name);
}

/* A whole number from least to most; otherwise when the argument is left out. False when it is neither. */
static bool whole_number(const asked *a, const char *name, long long otherwise, long long least, long long most, long long *n)
{
	const bl_value *v = argument(a, name), *number = v ? bl_tf_to_number(a->tf, v) : NULL;
	*n = otherwise;
	if (v && (!number || number->kind != BL_NUMBER || !bl_number_integer(number->digits, n)))
		return false;
	return *n >= least && *n <= most;
}

/* ---- values ---- */

static bl_value *unknown_of(const asked *a, int type)
{
	bl_value *v = bl_value_waits(a->tf->arena, a->span, a->address, a->attribute);
	bl_unknown *u = (bl_unknown *)v->unknown;
	u->type = type;
	u->not_null = true;
	return v;
}

/* The text, which has a gap, as the attribute's value. */
static const bl_value *text_of(const asked *a, bl_partial *p)
{
	bl_value *v = unknown_of(a, BL_STRING);
	bl_partial_tell(p, a->tf->arena, (bl_unknown *)v->unknown);
	bl_partial_done(p);
	return v;
}

static void put_letters(bl_partial *p, const char *letters, size_t least, size_t most)
{
	bl_bytes set = bl_bytes_of(bl_str_of(letters));
	bl_partial_gap(p, &set, least, most);
}

void bl_tf_put_time(bl_partial *p)
{
	static const char *const before[] = {"-", "-", "T", ":", ":"};
	put_letters(p, DIGITS, 4, 4);
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		bl_partial_put(p, bl_str_of(before[i]));
		put_letters(p, DIGITS, 2, 2);
	}
	bl_partial_put(p, BL_STR("Z"));
}

static const bl_value *letters_of(const asked *a, const char *letters, size_t least, size_t most)
{
	bl_partial p = {0};
	put_letters(&p, letters, least, most);
	return text_of(a, &p);
}

/* ---- makers ---- */

static const bl_value *aws_account(const asked *a)
{
	return letters_of(a, DIGITS, 12, 12);
}

static const bl_value *digits(const asked *a)
{
	return letters_of(a, DIGITS, 1, 20);
}

static const bl_value *uuid(const asked *a)
{
	bl_partial p = {0};
	bl_partial_uuid(&p, false);
	return text_of(a, &p);
}

/* Azure's ids are as somebody wrote them into the provider's settings. */
static const bl_value *uuid_any_case(const asked *a)
{
	bl_partial p = {0};
	bl_partial_uuid(&p, true);
	return text_of(a, &p);
}

static const bl_value *azure_subscription(const asked *a)
{
	bl_partial p = {0};
	if (argument(a, "subscription_id"))
		return NULL;
	bl_partial_put(&p, BL_STR("/subscriptions/"));
	bl_partial_uuid(&p, true);
	return text_of(a, &p);
}

static const bl_value *inputs(const asked *a)
{
	return argument(a, "inputs");
}

static const bl_value *bytes_hex(const asked *a)
{
	long long n;
	return whole_number(a, "length", -1, 1, MOST_BYTES, &n) ? letters_of(a, DIGITS "abcdef", 2 * (size_t)n, 2 * (size_t)n) : NULL;
}

/* n bytes in base 64, to a multiple of four with '='. */
static void put_base64(bl_partial *p, size_t n)
{
	size_t letters = (4 * n + 2) / 3;
	put_letters(p, DIGITS LOWER UPPER "+/", letters, letters);
	bl_partial_put(p, bl_str_slice(BL_STR("=="), 0, (4 - letters % 4) % 4));
}

static const bl_value *bytes_base64(const asked *a)
{
	long long n;
	bl_partial p = {0};
	if (!whole_number(a, "length", -1, 1, MOST_BYTES, &n))
		return NULL;
	put_base64(&p, (size_t)n);
	return text_of(a, &p);
}

/* The bytes of a random_id; the prefix goes before all forms but id. */
static bool begin_id(const asked *a, bl_partial *p, bool prefixed, size_t *n)
{
	long long bytes;
	const bl_value *prefix = prefixed ? argument(a, "prefix") : NULL;
	if (!whole_number(a, "byte_length", -1, 1, MOST_BYTES, &bytes))
		return false;
	if (prefix)
		bl_partial_add(p, prefix);
	*n = (size_t)bytes;
	return true;
}

static const bl_value *id_hex(const asked *a)
{
	bl_partial p = {0};
	size_t n;
	if (!begin_id(a, &p, true, &n))
		return NULL;
	put_letters(&p, DIGITS "abcdef", 2 * n, 2 * n);
	return text_of(a, &p);
}

static const bl_value *id_decimal(const asked *a)
{
	bl_partial p = {0};
	size_t n;
	if (!begin_id(a, &p, true, &n))
		return NULL;
	put_letters(&p, DIGITS, 1, n * 241 / 100 + 1); /* a byte is worth fewer than 2.41 decimal digits */
	return text_of(a, &p);
}

static const bl_value *id_base64(const asked *a)
{
	bl_partial p = {0};
	size_t n;
	if (!begin_id(a, &p, true, &n))
		return NULL;
	put_base64(&p, n);
	return text_of(a, &p);
}

static const bl_value *base64_url(const asked *a, bool prefixed)
{
	bl_partial p = {0};
	size_t n;
	if (!begin_id(a, &p, prefixed, &n))
		return NULL;
	put_letters(&p, DIGITS LOWER UPPER "-_", (4 * n + 2) / 3, (4 * n + 2) / 3);
	return text_of(a, &p);
}

static const bl_value *id_base64_url(const asked *a)
{
	return base64_url(a, true);
}

static const bl_value *id_id(const asked *a)
{
	return base64_url(a, false);
}

static bool integer_range(const asked *a, long long *least, long long *most)
{
	const long long limit = 1000000000000000000;
	return argument(a, "min") && argument(a, "max") && whole_number(a, "min", 0, -limit, limit, least) &&
	       whole_number(a, "max", 0, *least, limit, most);
}

/* The number, or its text. */
static const bl_value *integer_as(const asked *a, int type)
{
	bl_arena *arena = a->tf->arena;
	long long least, most;
	if (!integer_range(a, &least, &most))
		return NULL;
	bl_value *v = unknown_of(a, type);
	bl_unknown *u = (bl_unknown *)v->unknown;
	if (most - least < MOST_CANDIDATES) {
		u->ncandidates = (size_t)(most - least) + 1;
		u->candidates = bl_new_n(arena, const bl_value *, u->ncandidates);
	}
	for (size_t i = 0; i < u->ncandidates; i++) {
		bl_str text = bl_str_integer(arena, least + (long long)i);
		u->candidates[i] = type == BL_STRING ? bl_value_string(arena, a->span, text) : bl_value_digits(arena, a->span, text);
	}
	size_t first = bl_str_integer(arena, least).n, last = bl_str_integer(arena, most).n;
	u->alphabet = least < 0 ? BL_STR("-" DIGITS) : BL_STR(DIGITS);
	u->least = least > 0 ? first : most < 0 ? last : 1;
	u->most = first > last ? first : last;
	return v;
}

static const bl_value *integer(const asked *a)
{
	return integer_as(a, BL_NUMBER);
}

static const bl_value *integer_text(const asked *a)
{
	return integer_as(a, BL_STRING);
}

/* May characters of a class be in a random string: by its switches, which are on when left out, and by the least number of them. */
static bool has_class(const asked *a, const char *name, const char *old_name, const char *least)
{
	const bl_value *on = argument(a, name), *n = argument(a, least);
	on = on || !old_name ? on : argument(a, old_name);
	const bl_value *flag = on ? bl_tf_to_bool(a->tf, on) : NULL, *number = n ? bl_tf_to_number(a->tf, n) : NULL;
	bool off = flag && flag->kind == BL_BOOL && !flag->boolean;
	bool none = !n || (number && number->kind == BL_NUMBER && bl_str_eqz(number->digits, "0"));
	return !off || !none;
}

static const bl_value *characters(const asked *a)
{
	long long n;
	bl_buf letters = {0};
	const bl_value *special = argument(a, "override_special");
	if (!whole_number(a, "length", -1, 1, MOST_BYTES, &n))
		return NULL;
	if (has_class(a, "lower", NULL, "min_lower"))
		bl_buf_putz(&letters, LOWER);
	if (has_class(a, "upper", NULL, "min_upper"))
		bl_buf_putz(&letters, UPPER);
	if (has_class(a, "numeric", "number", "min_numeric"))
		bl_buf_putz(&letters, DIGITS);
	bool any = false;
	if (has_class(a, "special", NULL, "min_special")) {
		any = special && special->kind != BL_STRING;
		bl_str own = bl_value_text(special);
		for (size_t i = 0; i < own.n; i++)
			any = any || (unsigned char)own.p[i] >= 0x80;
		bl_buf_put(&letters, own.n ? own : BL_STR("!@#$%&*()-_=+[]{}<>:?"));
	}
	bl_bytes set = bl_bytes_of(bl_buf_str(&letters));
	bl_buf_done(&letters);
	bl_partial p = {0};
	/* letters of several bytes are chosen by some rule of their own */
	bl_partial_gap(&p, any ? NULL : &set, (size_t)n, any ? SIZE_MAX : (size_t)n);
	return text_of(a, &p);
}

/* [PREFIX SEPARATOR] WORD SEPARATOR WORD ... */
static const bl_value *pet(const asked *a)
{
	const bl_value *prefix = argument(a, "prefix"), *own = argument(a, "separator");
	const bl_value *separator = own ? own : bl_value_string(a->tf->arena, a->span, BL_STR("-"));
	bl_partial p = {0};
	long long words;
	bool counted = whole_number(a, "length", 2, 1, MOST_WORDS, &words);
	/* an empty prefix is none, and has no separator */
	bool prefixed = prefix && (prefix->kind != BL_STRING || prefix->string.n);
	bool sure = prefixed && (prefix->kind == BL_STRING || prefix->unknown->prefix.n || prefix->unknown->suffix.n);
	if (prefixed && prefix->kind != BL_STRING && prefix->kind != BL_UNKNOWN)
		return NULL;
	if (prefixed)
		bl_partial_add(&p, prefix);
	if (sure)
		bl_partial_add(&p, separator);
	else if (prefixed)
		bl_partial_gap(&p, NULL, 0, SIZE_MAX);
	for (long long i = 0; i < (counted ? words : 1); i++) {
		if (i)
			bl_partial_add(&p, separator);
		put_letters(&p, LOWER, 1, SIZE_MAX);
	}
	if (!counted)
		bl_partial_gap(&p, NULL, 0, SIZE_MAX);
	return text_of(a, &p);
}

static const bl_value *shuffled(const asked *a)
{
	bl_arena *arena = a->tf->arena;
	const bl_value *from = argument(a, "input");
	long long n;
	if (!from || from->kind != BL_LIST || from->open || !whole_number(a, "result_count", from->n, 0, MOST_BYTES, &n))
		return NULL;
	/* a count of nothing asks for all; nothing shuffled is nothing */
	n = !n || !from->n ? from->n : n;
	const bl_value **items = bl_new_n(arena, const bl_value *, (size_t)n + 1), **candidates = bl_new_n(arena, const bl_value *, from->n + 1);
	size_t ncandidates = from->n <= MOST_CANDIDATES && !bl_value_has_unknown(from) ? from->n : 0;
	for (size_t i = 0; i < ncandidates; i++) {
		candidates[i] = bl_tf_to_string(a->tf, from->list[i]);
		if (!candidates[i] || candidates[i]->kind != BL_STRING)
			return NULL;
	}
	for (long long i = 0; i < n; i++) {
		items[i] = unknown_of(a, BL_STRING);
		bl_unknown *u = (bl_unknown *)items[i]->unknown;
		u->attribute = false;
		u->candidates = candidates;
		u->ncandidates = ncandidates;
	}
	bl_value *v = bl_value_list(arena, a->span, items, (size_t)n);
	v->shape = BL_SHAPE_TYPED;
	v->element = &bl_tf_type_string;
	v->origin = BL_COMPUTED;
	return v;
}

/* The time of the first run. */
static const bl_value *now(const asked *a)
{
	bl_partial p = {0};
	bl_tf_put_time(&p);
	return text_of(a, &p);
}

static const bl_value *now_unless_base(const asked *a)
{
	return argument(a, "base_rfc3339") ? NULL : now(a);
}

static const bl_value *now_unless_set(const asked *a)
{
	return argument(a, "rfc3339") ? NULL : now(a);
}

/* ---- the table ---- */

static const struct {
	const char *type, *attribute;
	maker make;
} rows[] = {
#define PROVIDED(type, attribute, maker) {type, attribute, maker},
#include "eval/terraform_provided.def"
#undef PROVIDED
};

/* The first row of a type, or where it would be. */
static size_t first_row(bl_str type)
{
	size_t low = 0, high = sizeof rows / sizeof *rows;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (bl_str_cmp(bl_str_of(rows[mid].type), type) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const bl_value *bl_tf_provided(bl_tf *tf, const bl_block *block, bool data, bl_str address, const bl_value *arguments, const bl_value *seen)
{
	bl_str type = bl_block_label(block, 0);
	bl_items added = {0};
	if (data)
		type = bl_str_cat(tf->arena, BL_STR("data."), type);
	if (arguments->kind != BL_MAP || seen->kind != BL_MAP)
		return seen;
	for (size_t i = first_row(type); i < sizeof rows / sizeof *rows && bl_str_eqz(type, rows[i].type); i++) {
		asked a = {tf, arguments, address, bl_str_of(rows[i].attribute), block->head};
		const bl_value *v = argument(&a, rows[i].attribute) ? NULL : rows[i].make(&a);
		if (v)
			bl_vec_push(tf->arena, &added, ((bl_item){a.attribute, block->head, v}));
	}
	if (!added.n)
		return seen;
	bl_value *v = bl_value_at(tf->arena, seen, seen->span);
	v->map = bl_new_n(tf->arena, bl_item, seen->n + added.n);
	if (seen->n)
		memcpy(v->map, seen->map, seen->n * sizeof *seen->map);
	memcpy(v->map + seen->n, added.items, added.n * sizeof *added.items);
	v->n += (uint32_t)added.n;
	v->weight = 0;
	return v;
}
