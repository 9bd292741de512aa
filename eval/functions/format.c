/* format() and formatlist(): the verbs of Go's fmt that the language takes over. */
#include "core/base/partial.h"
#include "core/codec/number.h"
#include "core/codec/unicode.h"
#include "eval/functions/functions.h"

enum { MAX_PRECISION = 10000 };

typedef struct verb {
	bool minus, plus, space, zero, sharp;
	int width, precision; /* -1: not given */
	size_t argument;      /* from 0 */
	char letter;
} verb;

/* A format in the making. An unknown argument leaves a gap. */
typedef struct formatting {
	bl_tf_args *a;
	bl_str format;
	const bl_value *const *v;
	size_t n, next;
	bl_partial out;
	size_t used; /* arguments up to the last one that a verb takes */
} formatting;

static bool read_number(bl_str f, size_t *at, int *out)
{
	size_t begin = *at;
	int n = 0;
	while (*at < f.n && f.p[*at] >= '0' && f.p[*at] <= '9' && n < 100000)
		n = n * 10 + (f.p[(*at)++] - '0');
	*out = *at > begin ? n : -1;
	return *at > begin;
}

static bool read_verb(formatting *s, size_t *at, verb *v)
{
	bl_str f = s->format;
	*v = (verb){.width = -1, .precision = -1, .argument = s->next};
	for (; *at < f.n; (*at)++) {
		char c = f.p[*at];
		if (c == '-')
			v->minus = true;
		else if (c == '+')
			v->plus = true;
		else if (c == ' ')
			v->space = true;
		else if (c == '0')
			v->zero = true;
		else if (c == '#')
			v->sharp = true;
		else
			break;
	}
	read_number(f, at, &v->width);
	if (*at < f.n && f.p[*at] == '.') {
		(*at)++;
		if (!read_number(f, at, &v->precision))
			v->precision = 0;
	}
	if (*at < f.n && f.p[*at] == '[') {
		int index;
		(*at)++;
		if (!read_number(f, at, &index) || index < 1 || *at >= f.n || f.p[*at] != ']')
			return false;
		(*at)++;
		v->argument = (size_t)index - 1;
	}
	if (*at >= f.n)
		return false;
	v->letter = f.p[(*at)++];
	if (v->letter != '%')
		s->next = v->argument + 1;
	s->used = s->next > s->used ? s->next : s->used;
	return true;
}

static size_t characters(bl_str s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i += bl_unicode_cluster(s, i))
		n++;
	return n;
}

static void put_padded(formatting *s, const verb *v, bl_str text, bool numeric)
{
	size_t n = characters(text), width = v->width > 0 ? (size_t)v->width : 0;
	size_t pad = width > n ? width - n : 0;
	if (v->minus) {
		bl_partial_put(&s->out, text);
		for (; pad; pad--)
			bl_buf_putc(&s->out.text, ' ');
		return;
	}
	if (v->zero && pad) {
		if (numeric && text.n && (text.p[0] == '-' || text.p[0] == '+' || text.p[0] == ' ')) {
			bl_buf_putc(&s->out.text, text.p[0]);
			text = bl_str_slice(text, 1, text.n);
		}
		for (; pad; pad--)
			bl_buf_putc(&s->out.text, '0');
		bl_partial_put(&s->out, text);
		return;
	}
	for (; pad; pad--)
		bl_buf_putc(&s->out.text, ' ');
	bl_partial_put(&s->out, text);
}

static bl_str signed_text(formatting *s, const verb *v, bl_str text)
{
	if (text.n && text.p[0] == '-')
		return text;
	if (v->plus)
		return bl_str_cat(s->a->arena, BL_STR("+"), text);
	return v->space ? bl_str_cat(s->a->arena, BL_STR(" "), text) : text;
}

static const bl_value *bad_argument(formatting *s, const verb *v, const char *want)
{
	return bl_tf_refuse(s->a, "%%%c needs %s, not %s", v->letter, want, bl_tf_kind_name(s->v[v->argument]));
}

static const bl_value *put_integer(formatting *s, const verb *v, const bl_value *arg)
{
	static const struct {
		char letter;
		int base;
		const char *prefix;
	} bases[] = {{'b', 2, ""}, {'d', 10, ""}, {'o', 8, "0"}, {'X', -16, "0X"}, {'x', 16, "0x"}};
	bl_str text;
	size_t i = 0;
	while (bases[i].letter != v->letter)
		i++;
	if (!bl_number_format(s->a->arena, arg->digits, bases[i].base, &text))
		return bad_argument(s, v, "a whole number");
	if (v->sharp)
		text = bl_str_fmt(s->a->arena, "%s" BL_FMT, bases[i].prefix, BL_ARG(text));
	put_padded(s, v, signed_text(s, v, text), true);
	return NULL;
}

static const bl_value *put_float(formatting *s, const verb *v, const bl_value *arg)
{
	if (v->precision > MAX_PRECISION)
		return bad_argument(s, v, "a smaller precision");
	put_padded(s, v, signed_text(s, v, bl_number_text(s->a->arena, arg->digits, v->letter, v->precision)), true);
	return NULL;
}

static bl_str cut_characters(bl_str s, int most)
{
	size_t i = 0;
	for (int n = 0; i < s.n && n < most; n++)
		i += bl_unicode_cluster(s, i);
	return bl_str_slice(s, 0, i);
}

static const bl_value *put_string(formatting *s, const verb *v, const bl_value *arg)
{
	const bl_value *text = bl_tf_to_string(s->a->tf, arg);
	if (!text)
		return bad_argument(s, v, "a string");
	bl_str t = v->precision >= 0 ? cut_characters(text->string, v->precision) : text->string;
	if (v->letter == 'q') {
		bl_buf quoted = {0};
		bl_tf_write_json(s->a->tf, bl_tf_text(s->a, t), &quoted);
		t = bl_str_dup(s->a->arena, bl_buf_str(&quoted));
		bl_buf_done(&quoted);
	}
	put_padded(s, v, t, false);
	return NULL;
}

static const bl_value *put_any(formatting *s, const verb *v, const bl_value *arg)
{
	bl_buf json = {0};
	if (arg->kind == BL_STRING && !v->sharp)
		return put_string(s, v, arg);
	if (arg->kind == BL_NUMBER && !v->sharp) {
		verb number = *v;
		number.letter = 'g';
		return put_float(s, &number, arg);
	}
	bool whole = bl_tf_write_json(s->a->tf, arg, &json);
	put_padded(s, v, bl_str_dup(s->a->arena, bl_buf_str(&json)), false);
	bl_buf_done(&json);
	if (!whole) {
		bl_partial_gap(&s->out, NULL, 0, SIZE_MAX);
	}
	return NULL;
}

static const bl_value *put_verb(formatting *s, const verb *v)
{
	if (v->letter == '%') {
		bl_buf_putc(&s->out.text, '%');
		return NULL;
	}
	if (!strchr("bdoxXeEfgGtvsq", v->letter))
		return bl_tf_refuse(s->a, "there is no verb %%%c", v->letter);
	if (v->argument >= s->n)
		return bl_tf_refuse(s->a, "there is no argument %zu for %%%c", v->argument + 1, v->letter);
	const bl_value *arg = s->v[v->argument];
	if (arg->kind == BL_UNKNOWN) {
		bool plain = v->width < 0 && v->precision < 0 && (v->letter == 's' || v->letter == 'v');
		if (plain)
			bl_partial_add(&s->out, arg);
		else
			bl_partial_gap(&s->out, NULL, 0, SIZE_MAX);
		return NULL;
	}
	if (v->letter == 'v')
		return put_any(s, v, arg);
	if (arg->kind == BL_NULL)
		return bad_argument(s, v, "a value");
	if (v->letter == 's' || v->letter == 'q')
		return put_string(s, v, arg);
	if (v->letter == 't') {
		const bl_value *b = bl_tf_to_bool(s->a->tf, arg);
		if (!b)
			return bad_argument(s, v, "a bool");
		put_padded(s, v, b->boolean ? BL_STR("true") : BL_STR("false"), false);
		return NULL;
	}
	const bl_value *number = bl_tf_to_number(s->a->tf, arg);
	if (!number)
		return bad_argument(s, v, "a number");
	return strchr("bdoxX", v->letter) ? put_integer(s, v, number) : put_float(s, v, number);
}

static const bl_value *format(bl_tf_args *a, bl_str text, const bl_value *const *v, size_t n)
{
	formatting s = {.a = a, .format = text, .v = v, .n = n};
	const bl_value *wrong = NULL;
	for (size_t at = 0; at < text.n && !wrong;) {
		verb one;
		if (text.p[at] != '%') {
			bl_partial_put(&s.out, bl_str_slice(text, at, at + 1));
			at++;
			continue;
		}
		at++;
		wrong = read_verb(&s, &at, &one) ? put_verb(&s, &one) : bl_tf_refuse(a, "the format ends within a verb");
		if (s.out.text.n > BL_TF_MAX_STRING)
			wrong = bl_tf_refuse(a, "the text is too long");
	}
	if (!wrong && s.used < n)
		wrong = bl_tf_refuse(a, "of %zu arguments %zu are used", n, s.used);
	if (wrong) {
		bl_partial_done(&s.out);
		return wrong;
	}
	if (!s.out.gaps)
		return bl_tf_take(a, &s.out.text);
	bl_value *result = bl_tf_unknown_of(a->tf, a->span, v, n, BL_STRING);
	bl_unknown *u = (bl_unknown *)result->unknown;
	result->via = NULL;
	u->not_null = true;
	bl_partial_tell(&s.out, a->arena, u);
	bl_partial_done(&s.out);
	return result;
}

const bl_value *bl_tf_fn_format(bl_tf_args *a)
{
	if (a->v[0]->kind == BL_UNKNOWN)
		return bl_tf_not_known(a, BL_STRING);
	if (a->v[0]->kind == BL_NULL)
		return bl_tf_refuse(a, "the format is null");
	return format(a, a->v[0]->string, a->v + 1, a->n - 1);
}

const bl_value *bl_tf_fn_formatlist(bl_tf_args *a)
{
	bl_values out = {0};
	size_t rounds = SIZE_MAX;
	bool open = false;
	for (size_t i = 1; i < a->n; i++) {
		const bl_value *v = a->v[i];
		if (v->kind == BL_UNKNOWN && (v->unknown->type < 0 || v->unknown->type == BL_LIST))
			return bl_tf_not_known(a, BL_LIST);
		if (v->kind != BL_LIST)
			continue;
		if (rounds != SIZE_MAX && rounds != v->n)
			return bl_tf_refuse(a, "the lists differ in length");
		rounds = v->n;
		open |= v->open;
	}
	if (rounds == SIZE_MAX)
		rounds = 1;
	const bl_value **one = bl_new_n(a->arena, const bl_value *, a->n);
	for (size_t r = 0; r < rounds && bl_tf_spend(a->tf, 1, a->span); r++) {
		for (size_t i = 1; i < a->n; i++)
			one[i - 1] = a->v[i]->kind == BL_LIST ? a->v[i]->list[r] : a->v[i];
		bl_vec_push(a->arena, &out, format(a, a->v[0]->string, one, a->n - 1));
	}
	bl_value *v = bl_tf_list(a, &out, BL_SHAPE_TYPED);
	v->element = &bl_tf_type_string;
	v->open = open;
	return v;
}
