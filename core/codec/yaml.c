#include "core/codec/yaml.h"

#include "core/base/map.h"
#include "core/codec/calendar.h"

#include <assert.h>
#include <stdio.h>
#include <yaml.h>

/* Checkpoints of the table that turns libyaml's character numbers into byte offsets. */
enum { MARK_STEP = 64 };
/* Maps of up to this many keys are searched one by one for a key that was there before. */
enum { SMALL_MAP = 16 };

typedef struct anchor {
	const bl_value *value; /* NULL while its node is still open */
	size_t size;
} anchor;

/* A collection that has begun and not ended. */
typedef struct frame {
	bool map, flow;
	bool has_key, merge; /* a map's key has been read, and it is `<<` */
	bl_str key;
	bl_span key_span;
	bl_str tag; /* a local tag that is kept, or empty */
	bl_span tag_span;
	anchor *anchor;
	size_t base; /* its first element in reader.items */
	size_t size; /* nodes below it, aliases expanded */
	uint32_t begin, end;
} frame;

typedef struct reader {
	bl_arena *arena, *scratch;
	uint32_t source;
	bl_str text;
	uint32_t base; /* bytes of a byte order mark */
	bool ascii;
	uint32_t *marks; /* byte offset of every MARK_STEP-th character; NULL when ascii */
	size_t nmarks;
	bl_yaml_options options;
	bl_yaml_documents *out;
	bl_diag_list *diags;
	bool wrong;
	size_t nodes, alias_nodes;
	BL_VEC(frame) frames;
	bl_items items; /* elements of all open collections, innermost last */
	bl_map anchors; /* of this document */
	const bl_value *root;
} reader;

/* The key of a merge item among reader.items; compared by address. */
static const char merge_mark[] = "<<";

static void complain(reader *r, bl_diag_level level, bl_span span, const char *what, bl_str name)
{
	if (level == BL_DIAG_ERROR)
		r->wrong = true;
	if (name.p)
		bl_diag_add(r->arena, r->diags, level, span, "%s '" BL_FMT "'", what,
			(int)(name.n < 80 ? name.n : 80), name.p);
	else
		bl_diag_add(r->arena, r->diags, level, span, "%s", what);
}

/* libyaml counts characters; everything else here counts bytes. */
static void index_characters(reader *r)
{
	size_t n = r->text.n, i = r->base;
	while (i < n && (unsigned char)r->text.p[i] < 0x80)
		i++;
	r->ascii = i == n;
	if (r->ascii)
		return;
	r->marks = bl_new_n(r->scratch, uint32_t, n / MARK_STEP + 2);
	size_t character = 0;
	for (i = r->base; i < n; i++) {
		if (((unsigned char)r->text.p[i] & 0xC0) == 0x80)
			continue;
		if (character % MARK_STEP == 0)
			r->marks[r->nmarks++] = (uint32_t)i;
		character++;
	}
}

static uint32_t byte_of(const reader *r, size_t character)
{
	size_t n = r->text.n;
	if (r->ascii)
		return (uint32_t)(r->base + character < n ? r->base + character : n);
	size_t mark = character / MARK_STEP;
	if (mark >= r->nmarks)
		return (uint32_t)n;
	size_t at = r->marks[mark];
	for (size_t left = character % MARK_STEP; left && at < n; left--) {
		at++;
		while (at < n && ((unsigned char)r->text.p[at] & 0xC0) == 0x80)
			at++;
	}
	return (uint32_t)at;
}

static bl_span span_of(const reader *r, uint32_t begin, uint32_t end)
{
	return (bl_span){r->source, begin, end < begin ? begin : end};
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Steps over `&anchor` and `!tag` before a node, noting where the tag stands. */
static uint32_t skip_properties(const reader *r, uint32_t begin, uint32_t end, bl_span *tag)
{
	uint32_t at = begin;
	while (at < end) {
		char c = r->text.p[at];
		if (c == '#') {
			while (at < end && r->text.p[at] != '\n')
				at++;
		} else if (is_space(c)) {
			at++;
		} else if (c == '&' || c == '!') {
			uint32_t from = at;
			while (at < end && !is_space(r->text.p[at]))
				at++;
			if (c == '!')
				*tag = span_of(r, from, at);
		} else {
			break;
		}
	}
	return at;
}

static uint32_t trim_end(const reader *r, uint32_t begin, uint32_t end)
{
	while (end > begin && is_space(r->text.p[end - 1]))
		end--;
	return end;
}

/* ---- scalars ---- */

static bool one_of(bl_str s, const char *const *words)
{
	for (; *words; words++)
		if (bl_str_eqz(s, *words))
			return true;
	return false;
}

static bool all_in(bl_str s, const char *set)
{
	for (size_t i = 0; i < s.n; i++)
		if (!s.p[i] || !strchr(set, s.p[i]))
			return false;
	return s.n > 0;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? into JSON's grammar; false when it is none. */
static bool decimal(bl_arena *arena, bl_str s, bl_str *out)
{
	size_t i = 0;
	bool negative = s.n && s.p[0] == '-';
	if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
		i++;
	size_t whole = i;
	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	size_t whole_end = i, part = i, part_end = i;
	if (i < s.n && s.p[i] == '.') {
		part = ++i;
		while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
			i++;
		part_end = i;
	}
	if (whole == whole_end && part == part_end)
		return false;
	size_t power = i;
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		i++;
		if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
			i++;
		size_t digits = i;
		while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
			i++;
		if (i == digits)
			return false;
	}
	if (i != s.n)
		return false;
	while (whole_end - whole > 1 && s.p[whole] == '0')
		whole++;
	bl_str w = whole == whole_end ? BL_STR("0") : bl_str_slice(s, whole, whole_end);
	bl_str f = bl_str_slice(s, part, part_end), e = bl_str_slice(s, power, s.n);
	*out = bl_str_fmt(arena, "%s" BL_FMT "%s" BL_FMT BL_FMT, negative ? "-" : "", BL_ARG(w),
		f.n ? "." : "", BL_ARG(f), BL_ARG(e));
	return true;
}

static bl_value *based(reader *r, bl_span span, bl_str digits, unsigned base, bool negative)
{
	double number = 0;
	for (size_t i = 0; i < digits.n; i++) {
		char c = digits.p[i];
		unsigned d = c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a') + 10;
		number = number * base + d;
	}
	return number < 9007199254740992.0
		? bl_value_number(r->arena, span, negative ? -number : number)
		: NULL;
}

/* 0x1F and 0o17, and in YAML 1.1 017 and 0b11. NULL when s is none of them. */
static bl_value *based_number(reader *r, bl_span span, bl_str s)
{
	bool negative = s.n && s.p[0] == '-';
	bl_str u = s.n && (s.p[0] == '-' || s.p[0] == '+') ? bl_str_slice(s, 1, s.n) : s;
	bl_str body = bl_str_slice(u, 2, u.n);
	if (u.n < 2 || u.p[0] != '0')
		return NULL;
	if (u.p[1] == 'x' && all_in(body, "0123456789abcdefABCDEF"))
		return based(r, span, body, 16, negative);
	if (u.p[1] == 'o' && all_in(body, "01234567"))
		return based(r, span, body, 8, negative);
	if (!r->options.yaml11)
		return NULL;
	if (u.p[1] == 'b' && all_in(body, "01"))
		return based(r, span, body, 2, negative);
	return all_in(u, "01234567") ? based(r, span, u, 8, negative) : NULL;
}

/*
 * A plain scalar's value. Infinity and not-a-number stay text: no decimal number says them. YAML 1.1's base 60 is left
 * out on purpose, readers of 1.1 in use today have dropped it.
 */
static const bl_value *resolve(reader *r, bl_span span, bl_str s)
{
	static const char *const nulls[] = {"~", "null", "Null", "NULL", NULL};
	static const char *const yes[] = {"true", "True", "TRUE", NULL};
	static const char *const no[] = {"false", "False", "FALSE", NULL};
	static const char *const yes11[] = {"yes", "Yes", "YES", "on", "On", "ON", NULL};
	static const char *const no11[] = {"no", "No", "NO", "off", "Off", "OFF", NULL};

	if (!s.n || one_of(s, nulls)) {
		bl_value *v = bl_new(r->arena, bl_value);
		v->kind = BL_NULL;
		v->span = span;
		return v;
	}
	if (one_of(s, yes) || (r->options.yaml11 && one_of(s, yes11)))
		return bl_value_bool(r->arena, span, true);
	if (one_of(s, no) || (r->options.yaml11 && one_of(s, no11)))
		return bl_value_bool(r->arena, span, false);
	if (r->options.words && (one_of(s, yes11) || bl_str_eqiz(s, "y")))
		return bl_value_bool(r->arena, span, true);
	if (r->options.words && (one_of(s, no11) || bl_str_eqiz(s, "n")))
		return bl_value_bool(r->arena, span, false);
	if (!strchr("+-.0123456789", s.p[0]))
		return bl_value_string(r->arena, span, s);
	bl_str date;
	if (r->options.dates && bl_calendar_rfc3339(r->arena, s, &date))
		return bl_value_string(r->arena, span, date);
	const bl_value *v = based_number(r, span, s);
	bl_str digits;
	if (!v && s.n <= 1000 && decimal(r->arena, s, &digits))
		v = bl_value_digits(r->arena, span, digits);
	return v ? v : bl_value_string(r->arena, span, s);
}

/* The scalar's text: a slice of the source where it stands there as it is, else a copy. */
static bl_str scalar_text(reader *r, const yaml_event_t *e, uint32_t begin)
{
	bl_str s = bl_str_make((const char *)e->data.scalar.value, e->data.scalar.length);
	if (!s.n)
		return BL_STR("");
	for (uint32_t at = begin; at <= begin + 1; at++)
		if (at + s.n <= r->text.n && !memcmp(r->text.p + at, s.p, s.n))
			return bl_str_make(r->text.p + at, s.n);
	return bl_str_dup(r->arena, s);
}

static const bl_value *scalar_value(reader *r, const yaml_event_t *e, bl_span span, bl_str text,
	bool local_tag)
{
	const char *tag = (const char *)e->data.scalar.tag;
	bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (tag && !strcmp(tag, YAML_STR_TAG))
		return bl_value_string(r->arena, span, text);
	if (tag && (!strcmp(tag, YAML_INT_TAG) || !strcmp(tag, YAML_FLOAT_TAG) ||
			   !strcmp(tag, YAML_BOOL_TAG) || !strcmp(tag, YAML_NULL_TAG)))
		return resolve(r, span, text);
	if (!plain || local_tag || (tag && !strcmp(tag, "!")))
		return bl_value_string(r->arena, span, text);
	return resolve(r, span, text);
}

/* ---- building ---- */

/* Hands a finished node to what holds it. raw: a scalar's text, which is what counts when it is a key. */
static void put(reader *r, const bl_value *v, size_t size, bl_str raw, bool merge)
{
	if (!r->frames.n) {
		r->root = v;
		return;
	}
	frame *f = &r->frames.items[r->frames.n - 1];
	f->size += size;
	f->end = v->span.end > f->end ? v->span.end : f->end;
	if (f->map && !f->has_key) {
		f->has_key = true;
		f->merge = merge;
		f->key = raw;
		f->key_span = v->span;
		return;
	}
	bl_item *item = bl_vec_add(r->scratch, &r->items);
	*item = (bl_item){f->key, f->key_span, v};
	if (f->map && f->merge)
		item->key = bl_str_make(merge_mark, 2);
	f->has_key = f->merge = false;
}

static bl_item *find_key(bl_items *items, bl_map *index, bl_str key)
{
	if (index) {
		void *at = bl_map_get(index, key);
		return at ? &items->items[(uintptr_t)at - 1] : NULL;
	}
	for (size_t i = 0; i < items->n; i++)
		if (bl_str_eq(items->items[i].key, key))
			return &items->items[i];
	return NULL;
}

static void add_key(reader *r, bl_items *items, bl_map *index, const bl_item *item)
{
	bl_vec_push(r->arena, items, *item);
	if (index)
		bl_map_put(r->scratch, index, item->key, (void *)(uintptr_t)items->n);
}

static void merge_from(reader *r, bl_items *items, bl_map *index, const bl_value *from, int depth)
{
	if (from->kind == BL_MAP) {
		for (uint32_t i = 0; i < from->n; i++)
			if (!find_key(items, index, from->map[i].key))
				add_key(r, items, index, &from->map[i]);
	} else if (from->kind == BL_LIST && !depth) {
		for (uint32_t i = 0; i < from->n; i++)
			merge_from(r, items, index, from->list[i], depth + 1);
	} else {
		complain(r, BL_DIAG_ERROR, from->span, "a merge key takes a map or a list of maps",
			(bl_str){0});
	}
}

static size_t merged_size(const bl_value *v)
{
	size_t n = v->kind == BL_MAP ? v->n : 0;
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n; i++)
		n += v->list[i]->kind == BL_MAP ? v->list[i]->n : 0;
	return n;
}

static bl_value *close_map(reader *r, bl_span span, const bl_item *from, size_t n)
{
	size_t most = n;
	for (size_t i = 0; i < n; i++)
		if (from[i].key.p == merge_mark)
			most += merged_size(from[i].value);
	bl_items items = {bl_new_n(r->arena, bl_item, most), 0, most};
	bl_map table = {0}, *index = most > SMALL_MAP ? &table : NULL;
	for (size_t i = 0; i < n; i++) {
		if (from[i].key.p == merge_mark)
			continue;
		bool repeats = r->options.repeats && bl_str_starts(from[i].key, BL_STR("${{"));
		bl_item *old = repeats ? NULL : find_key(&items, index, from[i].key);
		if (old) {
			complain(r, BL_DIAG_WARNING, from[i].key_span,
				"written twice, the last one counts: key", from[i].key);
			*old = from[i];
		} else {
			add_key(r, &items, index, &from[i]);
		}
	}
	for (size_t i = 0; i < n; i++)
		if (from[i].key.p == merge_mark)
			merge_from(r, &items, index, from[i].value, 0);
	return bl_value_map(r->arena, span, items.items, items.n);
}

static bl_value *close_list(reader *r, bl_span span, const bl_item *from, size_t n)
{
	const bl_value **list = bl_new_n(r->arena, const bl_value *, n);
	for (size_t i = 0; i < n; i++)
		list[i] = from[i].value;
	return bl_value_list(r->arena, span, list, n);
}

static const bl_value *wrap_tag(reader *r, const bl_value *v, bl_str tag, bl_span tag_span)
{
	if (!tag.n)
		return v;
	bl_item *item = bl_new(r->arena, bl_item);
	*item = (bl_item){tag, tag_span, v};
	return bl_value_map(r->arena, bl_span_join(tag_span, v->span), item, 1);
}

/* end: where the end event stands; a block collection has no end of its own and ends with its last element. */
static void close_frame(reader *r, uint32_t end)
{
	frame *f = &r->frames.items[r->frames.n - 1];
	if (f->has_key) {
		const bl_value *nothing =
			resolve(r, span_of(r, f->key_span.end, f->key_span.end), BL_STR(""));
		put(r, nothing, 1, BL_STR(""), false);
	}
	bl_span span = span_of(r, f->begin, f->flow ? end : f->end);
	size_t n = r->items.n - f->base;
	const bl_item *from = n ? r->items.items + f->base : NULL;
	const bl_value *v = f->map ? close_map(r, span, from, n) : close_list(r, span, from, n);
	v = wrap_tag(r, v, f->tag, f->tag_span);
	frame closed = *f;
	r->items.n = f->base;
	r->frames.n--;
	if (closed.anchor)
		*closed.anchor = (anchor){v, closed.size};
	put(r, v, closed.size, bl_str_slice(r->text, span.begin, span.end), false);
}

static anchor *new_anchor(reader *r, const yaml_char_t *name)
{
	if (!name)
		return NULL;
	anchor *a = bl_new(r->scratch, anchor);
	bl_str key = bl_str_dup(r->scratch, bl_str_of((const char *)name));
	bl_map_put(r->scratch, &r->anchors, key, a);
	return a;
}

static bl_str kept_tag(reader *r, const yaml_char_t *tag)
{
	bl_str t = bl_str_of((const char *)tag);
	if (!r->options.tags || t.n < 2 || t.p[0] != '!')
		return BL_STR("");
	return bl_str_dup(r->arena, t);
}

/* False when a limit was met and reading must stop. */
static bool count_node(reader *r, bl_span span)
{
	if (++r->nodes <= BL_YAML_MAX_NODES)
		return true;
	complain(r, BL_DIAG_ERROR, span, "too many nodes in one file; what follows was not read",
		(bl_str){0});
	return false;
}

static bool on_scalar(reader *r, const yaml_event_t *e)
{
	uint32_t begin = byte_of(r, e->start_mark.index), end = byte_of(r, e->end_mark.index);
	bl_span tag_span = span_of(r, begin, begin);
	if (e->data.scalar.anchor || e->data.scalar.tag)
		begin = skip_properties(r, begin, end, &tag_span);
	end = trim_end(r, begin, end);
	bl_span span = span_of(r, begin, end);
	if (!count_node(r, span))
		return false;
	bl_str text = scalar_text(r, e, begin), tag = kept_tag(r, e->data.scalar.tag);
	bool merge = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && bl_str_eqz(text, "<<");
	const bl_value *v = scalar_value(r, e, span, text, tag.n > 0);
	v = wrap_tag(r, v, tag, tag_span);
	anchor *a = new_anchor(r, e->data.scalar.anchor);
	if (a)
		*a = (anchor){v, 1};
	put(r, v, 1, text, merge);
	return true;
}

static bool on_alias(reader *r, const yaml_event_t *e)
{
	uint32_t begin = byte_of(r, e->start_mark.index), end = byte_of(r, e->end_mark.index);
	bl_span span = span_of(r, begin, end);
	bl_str name = bl_str_of((const char *)e->data.alias.anchor);
	const anchor *a = bl_map_get(&r->anchors, name);
	if (!count_node(r, span))
		return false;
	if (!a || !a->value) {
		complain(r, BL_DIAG_ERROR, span,
			a ? "an alias stands inside its own anchor" : "there is no anchor", name);
		put(r, resolve(r, span, BL_STR("")), 1, BL_STR(""), false);
		return true;
	}
	r->alias_nodes += a->size;
	if (r->alias_nodes > BL_YAML_MAX_ALIAS_NODES) {
		complain(r, BL_DIAG_ERROR, span,
			"aliases expand to too many nodes; what follows was not read", (bl_str){0});
		return false;
	}
	const bl_value *v = bl_value_at(r->arena, a->value, span);
	bl_str raw = v->kind == BL_STRING ? v->string
					  : bl_str_slice(r->text, a->value->span.begin, a->value->span.end);
	put(r, v, a->size, raw, false);
	return true;
}

static bool on_begin(reader *r, const yaml_event_t *e)
{
	bool map = e->type == YAML_MAPPING_START_EVENT;
	const yaml_char_t *tag = map ? e->data.mapping_start.tag : e->data.sequence_start.tag;
	const yaml_char_t *name = map ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
	bool flow = map ? e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
			: e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	uint32_t begin = byte_of(r, e->start_mark.index);
	bl_span tag_span = span_of(r, begin, begin);
	if (tag || name)
		begin = skip_properties(r, begin, (uint32_t)r->text.n, &tag_span);
	if (!count_node(r, span_of(r, begin, begin)))
		return false;
	if (r->frames.n == BL_YAML_MAX_DEPTH) {
		complain(r, BL_DIAG_ERROR, span_of(r, begin, begin),
			"nested too deeply; what follows was not read", (bl_str){0});
		return false;
	}
	frame *f = bl_vec_add(r->scratch, &r->frames);
	*f = (frame){.map = map, .flow = flow, .tag = kept_tag(r, tag), .tag_span = tag_span};
	f->anchor = new_anchor(r, name);
	f->base = r->items.n;
	f->size = 1;
	f->begin = f->end = begin;
	return true;
}

static void end_document(reader *r)
{
	while (r->frames.n)
		close_frame(r, r->frames.items[r->frames.n - 1].end);
	if (r->root)
		bl_vec_push(r->arena, r->out, r->root);
	r->root = NULL;
	r->anchors = (bl_map){0};
}

static bool on_event(reader *r, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(r, e);
	case YAML_ALIAS_EVENT:
		return on_alias(r, e);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return on_begin(r, e);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_frame(r, byte_of(r, e->end_mark.index));
		return true;
	case YAML_DOCUMENT_END_EVENT:
		end_document(r);
		return true;
	default:
		return e->type != YAML_STREAM_END_EVENT;
	}
}

static void report_problem(reader *r, const yaml_parser_t *parser)
{
	uint32_t at = parser->error == YAML_READER_ERROR
		? (uint32_t)(r->base + parser->problem_offset)
		: byte_of(r, parser->problem_mark.index);
	if (at > r->text.n)
		at = (uint32_t)r->text.n;
	char what[256];
	snprintf(what, sizeof what, "%s%s%s", parser->context ? parser->context : "",
		parser->context ? ": " : "", parser->problem ? parser->problem : "not YAML");
	complain(r, BL_DIAG_ERROR, span_of(r, at, at < r->text.n ? at + 1 : at), what, (bl_str){0});
}

static void read_events(reader *r)
{
	__attribute__((cleanup(yaml_parser_delete))) yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser)) {
		memset(&parser, 0, sizeof parser);
		complain(r, BL_DIAG_ERROR, span_of(r, 0, 0), "out of memory", (bl_str){0});
		return;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)r->text.p + r->base,
		r->text.n - r->base);
	for (bool more = true; more;) {
		yaml_event_t event;
		if (!yaml_parser_parse(&parser, &event)) {
			report_problem(r, &parser);
			break;
		}
		more = on_event(r, &event);
		yaml_event_delete(&event);
	}
	end_document(r);
}

bool bl_yaml_read(bl_arena *arena, uint32_t source, bl_str text, bl_yaml_options options,
	bl_yaml_documents *out, bl_diag_list *diags)
{
	bl_arena scratch = {0};
	reader r = {.arena = arena, .scratch = &scratch, .source = source, .text = text,
		.options = options, .out = out, .diags = diags};
	const unsigned char *p = (const unsigned char *)text.p;
	if (text.n >= 3 && p[0] == 0xEF && p[1] == 0xBB && p[2] == 0xBF)
		r.base = 3;
	if (text.n > UINT32_MAX - 1) {
		complain(&r, BL_DIAG_ERROR, span_of(&r, 0, 0), "the file is too large", (bl_str){0});
	} else if (text.n >= 2 && ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF))) {
		complain(&r, BL_DIAG_ERROR, span_of(&r, 0, 2),
			"the file is UTF-16; save it as UTF-8 to have it read", (bl_str){0});
	} else {
		index_characters(&r);
		read_events(&r);
	}
	bl_arena_done(&scratch);
	return !r.wrong;
}
