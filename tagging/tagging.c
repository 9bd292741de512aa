#include "tagging/target.h"

enum { MAX_NESTED = 32 };

/* ---- Terraform ---- */

/* Where the last thing in a block ends; the block's head when it is empty. */
static uint32_t end_of_content(const bl_block *b)
{
	uint32_t end = 0;
	for (size_t i = 0; i < b->attrs.n; i++)
		end = b->attrs.items[i].span.end > end ? b->attrs.items[i].span.end : end;
	for (size_t i = 0; i < b->blocks.n; i++)
		end = b->blocks.items[i]->span.end > end ? b->blocks.items[i]->span.end : end;
	return end;
}

static void add_argument(const bl_tagging *t, const bl_block *b, const bl_tag_target *target, const char *name)
{
	bl_str trace = {0}, outer = bl_tag_indent(t, b->span.begin), indent = bl_str_cat(t->arena, outer, BL_STR("  "));
	uint32_t close = b->span.end - 1, line = bl_tag_line_begin(t, close), content = end_of_content(b);
	bool own_line = line > b->span.begin && !bl_str_trim(bl_str_slice(t->text, line, close)).n;
	if (own_line && content)
		indent = bl_tag_indent(t, b->attrs.n ? b->attrs.items[0].span.begin : b->blocks.items[0]->span.begin);
	bl_str argument = bl_str_fmt(t->arena, BL_FMT "%s = " BL_FMT "%s", BL_ARG(indent), name,
		BL_ARG(bl_tag_object(t, &bl_tag_hcl, target, indent, &trace)), t->newline);
	if (own_line) {
		bl_tag_insert(t, line, argument);
	} else if (!content) { /* {} */
		bl_tag_insert(t, close, bl_str_fmt(t->arena, "%s" BL_FMT BL_FMT, t->newline, BL_ARG(argument), BL_ARG(outer)));
	} else { /* { a = 1 }: a block of one line has one argument */
		const bl_attr *only = &b->attrs.items[0];
		uint32_t open = only->span.begin;
		while (t->text.p[open - 1] != '{')
			open--;
		bl_tag_replace(t, (bl_span){b->span.source, open, only->span.begin}, bl_str_fmt(t->arena, "%s" BL_FMT, t->newline, BL_ARG(indent)));
		bl_tag_replace(t, (bl_span){b->span.source, only->span.end, close},
			bl_str_fmt(t->arena, "%s" BL_FMT BL_FMT, t->newline, BL_ARG(argument), BL_ARG(outer)));
	}
	bl_tag_report(t, target, BL_TAG_ADDED, trace, "");
}

static void tag_terraform(const bl_tagging *t)
{
	for (size_t i = 0; i < t->document->blocks.n; i++) {
		const bl_block *b = t->document->blocks.items[i];
		bl_str type = bl_block_label(b, 0), name = bl_block_label(b, 1);
		bl_tag_form form = bl_str_eqz(b->kind, "resource") ? bl_taggable_terraform(type) : BL_TAGS_NONE;
		if (form == BL_TAGS_NONE)
			continue;
		const char *argument = form == BL_TAGS_LABELS ? "labels" : "tags";
		const bl_attr *attr = bl_block_attr(b, argument);
		bl_tag_target target = {.address = bl_str_fmt(t->arena, BL_FMT "." BL_FMT, BL_ARG(type), BL_ARG(name)), .type = type,
			.name = name, .span = b->span, .head = b->head, .google = form == BL_TAGS_LABELS};
		if (attr)
			target.tags = attr->span;
		if (bl_tag_is_left_alone(t, &target))
			continue;
		if (t->document->dialect.n) {
			bl_tag_report(t, &target, BL_TAG_SKIPPED, BL_STR(""), "Terraform in JSON is not written to");
			continue;
		}
		if (attr)
			bl_tag_value(t, &bl_tag_hcl, &target, attr->expr);
		else
			add_argument(t, b, &target, argument);
	}
}

/* ---- Bicep and ARM ---- */

static int64_t member_at(const bl_expr *object, const char *key)
{
	for (uint32_t i = 0; i + 1 < object->n; i += 2)
		if (object->kids[i + 1] && object->kids[i]->kind == BL_EXPR_LITERAL && bl_str_eqiz(bl_value_text(object->kids[i]->value), key))
			return (int64_t)i;
	return -1;
}

static bl_str text_of(const bl_expr *object, const char *key)
{
	int64_t at = member_at(object, key);
	const bl_expr *v = at < 0 ? NULL : object->kids[at + 1];
	return v && v->kind == BL_EXPR_LITERAL ? bl_value_text(v->value) : BL_STR("");
}

/*
 * Azure's tracked resources have a location and tags, its proxy resources have neither
 * (https://learn.microsoft.com/azure/azure-resource-manager/management/tag-support).
 */
static bool takes_tags(const bl_expr *body, bl_str type)
{
	/* what has a location for its identity's or its data's sake */
	static const char *const none[] = {"Microsoft.Authorization/policyAssignments", "Microsoft.Authorization/policySetAssignments"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		if (bl_str_eqiz(type, none[i]))
			return false;
	return member_at(body, "location") >= 0 || member_at(body, "tags") >= 0;
}

/* Where a value ends in the text, the quotes of an ARM expression with it; 0 where that cannot be said. */
static uint32_t end_of_value(const bl_tagging *t, const bl_tag_syntax *syntax, const bl_expr *v)
{
	uint32_t end = v->span.end;
	if (v->span.source != t->document->source)
		return 0;
	if (!syntax->commas || v->kind == BL_EXPR_LITERAL || v->kind == BL_EXPR_OBJECT || v->kind == BL_EXPR_LIST)
		return end;
	return end + 2 <= t->text.n && memcmp(t->text.p + end, "]\"", 2) == 0 ? end + 2 : 0;
}

/* Behind the location, as the documentation orders them; else behind the name. */
static void add_member(const bl_tagging *t, const bl_tag_syntax *syntax, const bl_expr *body, const bl_tag_target *target)
{
	static const char *const before[] = {"location", "name", "type"};
	int64_t at = -1;
	for (size_t i = 0; i < 3 && at < 0; i++)
		at = member_at(body, before[i]);
	uint32_t end = at < 0 ? 0 : end_of_value(t, syntax, body->kids[at + 1]);
	if (!end) {
		bl_tag_report(t, target, BL_TAG_SKIPPED, BL_STR(""), "where tags could stand is not certain");
		return;
	}
	bl_str trace = {0}, indent = bl_tag_indent(t, body->kids[at]->span.begin);
	bool lines = bl_tag_line_begin(t, body->kids[at]->span.begin) > body->span.begin;
	bl_str key = syntax->commas ? BL_STR("\"tags\"") : BL_STR("tags");
	bl_str object = bl_tag_object(t, syntax, target, indent, &trace);
	bl_buf out = {0};
	if (syntax->commas)
		bl_buf_putc(&out, ',');
	if (lines)
		bl_buf_putf(&out, "%s" BL_FMT, t->newline, BL_ARG(indent));
	else
		bl_buf_putz(&out, syntax->commas ? " " : ", ");
	bl_buf_putf(&out, BL_FMT ": " BL_FMT, BL_ARG(key), BL_ARG(object));
	bl_tag_insert(t, end, bl_str_dup(t->arena, bl_buf_str(&out)));
	bl_buf_done(&out);
	bl_tag_report(t, target, BL_TAG_ADDED, trace, "");
}

static void tag_body(const bl_tagging *t, const bl_tag_syntax *syntax, const bl_expr *body, bl_tag_target *target)
{
	int64_t at = member_at(body, "tags");
	if (!takes_tags(body, target->type))
		return;
	if (at >= 0)
		target->tags = bl_span_join(body->kids[at]->span, body->kids[at + 1]->span);
	if (bl_tag_is_left_alone(t, target))
		return;
	if (at < 0)
		add_member(t, syntax, body, target);
	else if (syntax == &bl_tag_json && body->kids[at + 1]->kind != BL_EXPR_OBJECT)
		bl_tag_arm_expression(t, target, body->kids[at + 1]);
	else
		bl_tag_value(t, syntax, target, body->kids[at + 1]);
}

/* The object that a resource's body comes to, behind `if` and `for`. */
static const bl_expr *body_object(const bl_expr *e)
{
	for (int i = 0; e && i < 4; i++) {
		if (e->kind == BL_EXPR_OBJECT)
			return e;
		if (e->kind == BL_EXPR_IF && e->n > 1)
			e = e->kids[1];
		else if (e->kind == BL_EXPR_FOR)
			e = e->kids[BL_FOR_RESULT];
		else
			return NULL;
	}
	return NULL;
}

static void tag_bicep_block(const bl_tagging *t, const bl_block *b, bl_str parent, bl_str parent_type, int depth)
{
	const bl_attr *body = bl_block_attr(b, "body");
	const bl_expr *object = body ? body_object(body->expr) : NULL;
	if (!bl_str_eqz(b->kind, "resource") || bl_block_attr(b, "existing") || !object || depth > MAX_NESTED)
		return;
	bl_str type, name = bl_block_label(b, 0);
	bl_str_cut(bl_block_label(b, 1), '@', &type);
	if (parent_type.n && !memchr(type.p, '.', type.n))
		type = bl_str_fmt(t->arena, BL_FMT "/" BL_FMT, BL_ARG(parent_type), BL_ARG(type));
	bl_tag_target target = {.address = parent.n ? bl_str_fmt(t->arena, BL_FMT "." BL_FMT, BL_ARG(parent), BL_ARG(name)) : name,
		.type = type, .name = name, .span = b->span, .head = b->head};
	tag_body(t, &bl_tag_bicep, object, &target);
	for (size_t i = 0; i < b->blocks.n; i++)
		tag_bicep_block(t, b->blocks.items[i], target.address, type, depth + 1);
}

static void tag_arm_resources(const bl_tagging *t, const bl_expr *list, bl_str parent_type, int depth);

static void tag_arm_resource(const bl_tagging *t, const bl_expr *r, bl_str symbol, bl_str parent_type, int depth)
{
	if (r->kind != BL_EXPR_OBJECT || member_at(r, "existing") >= 0)
		return;
	bl_str type = text_of(r, "type"), name = symbol.n ? symbol : text_of(r, "name");
	if (parent_type.n && !memchr(type.p, '.', type.n))
		type = bl_str_fmt(t->arena, BL_FMT "/" BL_FMT, BL_ARG(parent_type), BL_ARG(type));
	int64_t at = member_at(r, "name"), nested = member_at(r, "resources"), properties = member_at(r, "properties");
	if (!name.n && at >= 0)
		name = bl_sources_slice(t->tagger->sources, r->kids[at + 1]->span);
	bl_tag_target target = {.address = name, .type = type, .name = symbol.n ? symbol : text_of(r, "name"), .span = r->span,
		.head = at >= 0 ? r->kids[at + 1]->span : r->span};
	if (type.n)
		tag_body(t, &bl_tag_json, r, &target);
	if (nested >= 0)
		tag_arm_resources(t, r->kids[nested + 1], type, depth + 1);
	/* the template of a nested deployment */
	const bl_expr *body = properties >= 0 ? r->kids[properties + 1] : NULL;
	int64_t inner = body && body->kind == BL_EXPR_OBJECT ? member_at(body, "template") : -1;
	const bl_expr *template = inner >= 0 ? body->kids[inner + 1] : NULL;
	int64_t own = template && template->kind == BL_EXPR_OBJECT ? member_at(template, "resources") : -1;
	if (own >= 0 && bl_str_eqiz(type, "Microsoft.Resources/deployments"))
		tag_arm_resources(t, template->kids[own + 1], BL_STR(""), depth + 1);
}

/* A list, or an object by symbolic name. */
static void tag_arm_resources(const bl_tagging *t, const bl_expr *list, bl_str parent_type, int depth)
{
	if (depth > MAX_NESTED)
		return;
	for (uint32_t i = 0; list->kind == BL_EXPR_LIST && i < list->n; i++)
		tag_arm_resource(t, list->kids[i], BL_STR(""), parent_type, depth);
	for (uint32_t i = 0; list->kind == BL_EXPR_OBJECT && i + 1 < list->n; i += 2)
		if (list->kids[i]->kind == BL_EXPR_LITERAL && list->kids[i + 1])
			tag_arm_resource(t, list->kids[i + 1], bl_value_text(list->kids[i]->value), parent_type, depth);
}

static void tag_arm(const bl_tagging *t)
{
	for (size_t i = 0; i < t->document->blocks.n; i++) {
		const bl_attr *body = bl_block_attr(t->document->blocks.items[i], "body");
		if (!bl_str_eqz(t->document->blocks.items[i]->kind, "template") || !body || body->expr->kind != BL_EXPR_OBJECT)
			continue;
		int64_t at = member_at(body->expr, "resources");
		if (at >= 0)
			tag_arm_resources(t, body->expr->kids[at + 1], BL_STR(""), 0);
	}
}

void bl_tag_document(const bl_tagger *tagger, const bl_document *d, bl_arena *arena, bl_edits *edits, bl_tagged_list *tagged)
{
	bl_tagging t = {tagger, d, arena, bl_sources_text(tagger->sources, d->source), "\n", edits, tagged};
	if (d->partial)
		return;
	if (bl_str_find(t.text, BL_STR("\r\n"), 0) >= 0)
		t.newline = "\r\n";
	if (d->language == BL_LANG_TERRAFORM && (!d->dialect.n || bl_str_eqz(d->dialect, "json")))
		tag_terraform(&t);
	else if (d->language == BL_LANG_BICEP && !d->dialect.n)
		for (size_t i = 0; i < d->blocks.n; i++)
			tag_bicep_block(&t, d->blocks.items[i], BL_STR(""), BL_STR(""), 0);
	else if (d->language == BL_LANG_ARM && !d->dialect.n)
		tag_arm(&t);
	else if (d->language == BL_LANG_CLOUDFORMATION)
		bl_tag_cloudformation(&t);
}
