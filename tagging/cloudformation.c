/*
 * Tags in CloudFormation templates. A YAML template stays as it is laid out: what is new stands before the first property or the first tag, where the
 * indentation is known whatever follows.
 */
#include "tagging/target.h"

static const char unclear[] = "its tags are of a form that cannot be added to";

static bool is_flow(const bl_tagging *t, const bl_value *v)
{
	char c = v->span.begin < t->text.n ? t->text.p[v->span.begin] : '\0';
	return c == '{' || c == '[';
}

/* Blanks up to the column of byte at, whatever stands there. */
static bl_str column_of(const bl_tagging *t, uint32_t at)
{
	uint32_t begin = bl_tag_line_begin(t, at);
	char *blanks = bl_arena_alloc(t->arena, at - begin + 1);
	for (uint32_t i = begin; i < at; i++)
		blanks[i - begin] = t->text.p[i] == '\t' ? '\t' : ' ';
	return bl_str_make(blanks, at - begin);
}

static bl_str quoted(const bl_tagging *t, bl_str s)
{
	return bl_tag_quote(t->arena, &bl_tag_bicep, s); /* values hold no quotes and no `${` */
}

static bl_str flow_tag(const bl_tagging *t, bl_tag_form form, bl_str key, bl_str value)
{
	return form == BL_TAGS_LIST
		? bl_str_fmt(t->arena, "{\"Key\": \"" BL_FMT "\", \"Value\": \"" BL_FMT "\"}", BL_ARG(key), BL_ARG(value))
		: bl_str_fmt(t->arena, "\"" BL_FMT "\": \"" BL_FMT "\"", BL_ARG(key), BL_ARG(value));
}

static bl_str block_tag(const bl_tagging *t, bl_tag_form form, bl_str indent, bl_str key, bl_str value)
{
	bl_str text = quoted(t, value);
	return form == BL_TAGS_LIST ? bl_str_fmt(t->arena, "- Key: " BL_FMT "%s" BL_FMT "  Value: " BL_FMT, BL_ARG(key), t->newline,
					      BL_ARG(indent), BL_ARG(text))
				    : bl_str_fmt(t->arena, BL_FMT ": " BL_FMT, BL_ARG(key), BL_ARG(text));
}

/* All tags as a list or a map, as they stand behind "Tags:". */
static bl_str whole(const bl_tagging *t, const bl_tag_target *target, bl_tag_form form, bool flow, bl_str indent, bl_str *trace)
{
	bl_tags tags = {0};
	bl_buf out = {0};
	bl_tag_values(t, target, &tags);
	if (flow)
		bl_buf_putc(&out, form == BL_TAGS_LIST ? '[' : '{');
	for (size_t i = 0; i < tags.n; i++) {
		bl_str value = bl_tag_fresh(t, target, &tags.items[i]);
		*trace = tags.items[i].trace ? value : *trace;
		if (flow) {
			bl_buf_putz(&out, i ? ", " : "");
			bl_buf_put(&out, flow_tag(t, form, tags.items[i].key, value));
			continue;
		}
		bl_buf_putf(&out, "%s" BL_FMT, t->newline, BL_ARG(indent));
		bl_buf_put(&out, block_tag(t, form, indent, tags.items[i].key, value));
	}
	if (flow)
		bl_buf_putc(&out, form == BL_TAGS_LIST ? ']' : '}');
	bl_str s = bl_str_dup(t->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return s;
}

/* A new property `Tags` before the first one. */
static void add_property(const bl_tagging *t, const bl_tag_target *target, bl_tag_form form, const bl_value *properties)
{
	bl_str trace = {0}, tags;
	uint32_t at = properties->map[0].key_span.begin;
	bl_str indent = column_of(t, at), text;
	if (is_flow(t, properties)) {
		bool lines = bl_tag_line_begin(t, at) > properties->span.begin;
		tags = whole(t, target, form, true, indent, &trace);
		text = lines ? bl_str_fmt(t->arena, "\"Tags\": " BL_FMT ",%s" BL_FMT, BL_ARG(tags), t->newline, BL_ARG(indent))
			     : bl_str_fmt(t->arena, "\"Tags\": " BL_FMT ", ", BL_ARG(tags));
	} else {
		tags = whole(t, target, form, false, bl_str_cat(t->arena, indent, BL_STR("  ")), &trace);
		text = bl_str_fmt(t->arena, "Tags:" BL_FMT "%s" BL_FMT, BL_ARG(tags), t->newline, BL_ARG(indent));
	}
	bl_tag_insert(t, at, text);
	bl_tag_report(t, target, BL_TAG_ADDED, trace, "");
}

/* A resource that sets no properties: they stand before its first key. */
static void add_properties(const bl_tagging *t, const bl_tag_target *target, bl_tag_form form, const bl_value *resource)
{
	bl_str trace = {0}, text;
	uint32_t at = resource->map[0].key_span.begin;
	bl_str indent = column_of(t, at);
	if (is_flow(t, resource)) {
		bl_str tags = whole(t, target, form, true, indent, &trace);
		bool lines = bl_tag_line_begin(t, at) > resource->span.begin;
		text = bl_str_fmt(t->arena, "\"Properties\": {\"Tags\": " BL_FMT "},%s" BL_FMT, BL_ARG(tags), lines ? t->newline : " ",
			BL_ARG(lines ? indent : BL_STR("")));
	} else {
		bl_str deeper = bl_str_fmt(t->arena, BL_FMT "    ", BL_ARG(indent));
		bl_str tags = whole(t, target, form, false, deeper, &trace);
		text = bl_str_fmt(t->arena, "Properties:%s" BL_FMT "  Tags:" BL_FMT "%s" BL_FMT, t->newline, BL_ARG(indent), BL_ARG(tags),
			t->newline, BL_ARG(indent));
	}
	bl_tag_insert(t, at, text);
	bl_tag_report(t, target, BL_TAG_ADDED, trace, "");
}

/* The value of a tag that is there, or NULL. */
static const bl_value *tag_of(const bl_value *tags, bl_tag_form form, bl_str key)
{
	if (form == BL_TAGS_MAP)
		return bl_value_get(tags, key);
	for (uint32_t i = 0; i < tags->n; i++)
		if (bl_str_eq(bl_value_text(bl_value_getz(tags->list[i], "Key")), key))
			return bl_value_getz(tags->list[i], "Value");
	return NULL;
}

/* Where a first plain tag stands: its key, or the dash before it; in a flow the beginning of the list's first element. False: there is none. */
static bool first_tag(const bl_tagging *t, const bl_value *tags, bool flow, uint32_t *at)
{
	*at = tags->kind == BL_MAP ? tags->map[0].key_span.begin : tags->list[0]->span.begin;
	if (tags->kind == BL_MAP || flow)
		return true;
	for (uint32_t i = 0; i < tags->n; i++) {
		const bl_value *tag = tags->list[i];
		if (tag->kind != BL_MAP || !bl_value_getz(tag, "Key"))
			continue;
		*at = tag->span.begin;
		while (*at && memchr(" \t", t->text.p[*at - 1], 2))
			(*at)--;
		if (*at && t->text.p[--*at] == '-')
			return true;
	}
	return false;
}

static bool is_function(const bl_value *v)
{
	return v->kind == BL_MAP && v->n == 1 && (bl_str_starts(v->map[0].key, BL_STR("Fn::")) || bl_str_eqz(v->map[0].key, "Ref"));
}

static void update(const bl_tagging *t, const bl_tag_target *target, bl_tag_form form, const bl_value *there)
{
	bl_tags tags = {0};
	bl_buf out = {0};
	bl_str trace = {0};
	bool fresh = false, changed = false, flow = is_flow(t, there);
	uint32_t at;
	if (!first_tag(t, there, flow, &at)) {
		bl_tag_report(t, target, BL_TAG_SKIPPED, BL_STR(""), unclear);
		return;
	}
	bl_str indent = column_of(t, at);
	bool lines = bl_tag_line_begin(t, at) > there->span.begin || !flow;
	bl_tag_values(t, target, &tags);
	for (size_t i = 0; i < tags.n; i++) {
		const bl_tag *tag = &tags.items[i];
		const bl_value *is = tag_of(there, form, tag->key);
		if (is && tag->keep) {
			trace = tag->trace ? bl_value_text(is) : trace;
		} else if (is && bl_value_text(is).n && !bl_str_eq(bl_value_text(is), tag->value)) {
			bl_tag_replace(t, is->span, flow ? bl_str_fmt(t->arena, "\"" BL_FMT "\"", BL_ARG(tag->value)) : quoted(t, tag->value));
			changed = true;
		} else if (!is) {
			bl_str value = bl_tag_fresh(t, target, tag);
			trace = tag->trace ? value : trace;
			fresh = fresh || tag->trace;
			bl_buf_put(&out, flow ? flow_tag(t, form, tag->key, value) : block_tag(t, form, indent, tag->key, value));
			bl_buf_putf(&out, "%s%s" BL_FMT, flow ? "," : "", lines ? t->newline : " ", BL_ARG(lines ? indent : BL_STR("")));
		}
	}
	if (out.n)
		bl_tag_insert(t, at, bl_str_dup(t->arena, bl_buf_str(&out)));
	bl_tag_report(t, target, fresh ? BL_TAG_ADDED : changed || out.n ? BL_TAG_CHANGED : BL_TAG_KEPT, trace, "");
	bl_buf_done(&out);
}

static void tag_resource(const bl_tagging *t, const bl_item *item)
{
	const bl_value *r = item->value, *properties = bl_value_getz(r, "Properties");
	bl_str type = bl_value_text(bl_value_getz(r, "Type"));
	bl_tag_form form = bl_taggable_cloudformation(type);
	const bl_value *tags = bl_value_is(properties, BL_MAP) ? bl_value_getz(properties, "Tags") : NULL;
	if (form == BL_TAGS_NONE || !bl_value_is(r, BL_MAP) || !type.n)
		return;
	bl_tag_target target = {.address = bl_str_fmt(t->arena, BL_FMT "." BL_FMT, BL_ARG(type), BL_ARG(item->key)), .type = type,
		.name = item->key, .span = bl_span_join(item->key_span, r->span), .head = item->key_span};
	/* properties that are nothing but tags came with them */
	if (tags && properties->n == 1)
		target.tags = bl_span_join(bl_value_item(r, BL_STR("Properties"), false)->key_span, tags->span);
	else if (tags)
		target.tags = bl_span_join(bl_value_item(properties, BL_STR("Tags"), false)->key_span, tags->span);
	if (bl_tag_is_left_alone(t, &target))
		return;
	bool fits = tags && (form == BL_TAGS_LIST ? tags->kind == BL_LIST : tags->kind == BL_MAP) && tags->n;
	if (fits && !is_function(tags))
		update(t, &target, form, tags);
	else if (tags || (properties && (!bl_value_is(properties, BL_MAP) || !properties->n || is_function(properties))))
		bl_tag_report(t, &target, BL_TAG_SKIPPED, BL_STR(""), unclear);
	else if (properties)
		add_property(t, &target, form, properties);
	else
		add_properties(t, &target, form, r);
}

void bl_tag_cloudformation(const bl_tagging *t)
{
	for (size_t i = 0; i < t->document->blocks.n; i++) {
		const bl_attr *body = bl_block_attr(t->document->blocks.items[i], "body");
		const bl_value *resources = body && body->expr->kind == BL_EXPR_LITERAL ? bl_value_getz(body->expr->value, "Resources") : NULL;
		for (uint32_t k = 0; bl_value_is(resources, BL_MAP) && k < resources->n; k++)
			tag_resource(t, &resources->map[k]);
	}
}
