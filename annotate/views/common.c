#include "annotate/views/views.h"

bl_paint bl_view_paint(bool colour)
{
	if (!colour)
		return (bl_paint){"", "", "", "", "", "", ""};
	return (bl_paint){"\033[1m", "\033[2m", "\033[31m", "\033[33m", "\033[32m", "\033[34m", "\033[0m"};
}

void bl_view_text(bl_buf *out, bl_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '\n')
			bl_buf_putz(out, "\\n");
		else if (c < 0x20 || c == 0x7f)
			bl_buf_putf(out, "\\x%02x", c);
		else
			bl_buf_putc(out, (char)c);
	}
}

void bl_view_place(bl_buf *out, const bl_sources *sources, bl_span span)
{
	bl_place place;
	if (!bl_sources_place(sources, span, &place)) {
		bl_buf_putz(out, "-");
		return;
	}
	bl_view_text(out, place.path);
	bl_buf_putf(out, ":%u", place.start_line);
}

void bl_view_value(bl_buf *out, const bl_value *v)
{
	enum { CUT = 60 };
	if (!v) {
		bl_buf_putz(out, "absent");
		return;
	}
	if (v->sensitive) {
		bl_buf_putz(out, "(sensitive)");
		return;
	}
	switch ((bl_kind)v->kind) {
	case BL_NULL:
		bl_buf_putz(out, "null");
		break;
	case BL_BOOL:
		bl_buf_putz(out, v->boolean ? "true" : "false");
		break;
	case BL_NUMBER:
		bl_buf_put(out, v->digits);
		break;
	case BL_STRING:
		bl_buf_putc(out, '"');
		bl_view_text(out, bl_str_slice(v->string, 0, CUT));
		bl_buf_putz(out, v->string.n > CUT ? "...\"" : "\"");
		break;
	case BL_LIST:
		bl_buf_putf(out, "[%u item%s%s]", v->n, v->n == 1 ? "" : "s", v->open ? " or more" : "");
		break;
	case BL_MAP:
		bl_buf_putf(out, "{%u key%s%s}", v->n, v->n == 1 ? "" : "s", v->open ? " or more" : "");
		break;
	case BL_UNKNOWN:
		bl_buf_putz(out, "unknown: ");
		bl_view_text(out, v->unknown->why);
		break;
	}
}

void bl_view_json_place(bl_json *j, const bl_sources *sources, bl_span span)
{
	bl_place place;
	bool known = bl_sources_place(sources, span, &place);
	bl_json_member(j, "repo", place.repo);
	bl_json_member(j, "file", place.path);
	bl_json_member_int(j, "line", known ? place.start_line : 0);
}

void bl_view_json_diags(bl_json *j, const bl_sources *sources, const bl_diag *diags, size_t n)
{
	static const char *const levels[] = {"note", "warning", "error"};
	bl_json_key(j, "diagnostics");
	bl_json_array(j);
	for (size_t i = 0; i < n; i++) {
		bl_place place;
		bool known = bl_sources_place(sources, diags[i].span, &place);
		bl_json_object(j);
		bl_json_member(j, "severity", bl_str_of(levels[diags[i].level]));
		bl_json_member(j, "repo", known ? place.repo : diags[i].repo);
		bl_json_member(j, "file", known ? place.path : diags[i].path);
		bl_json_member_int(j, "line", known ? place.start_line : 0);
		bl_json_member(j, "message", diags[i].message);
		bl_json_object_end(j);
	}
	bl_json_array_end(j);
}

void bl_view_json_strings(bl_json *j, const char *key, const bl_str *items, size_t n)
{
	bl_json_key(j, key);
	bl_json_array(j);
	for (size_t i = 0; i < n; i++)
		bl_json_str(j, items[i]);
	bl_json_array_end(j);
}

void bl_view_json_controls(bl_json *j, const bl_rule_info *r)
{
	bl_json_key(j, "controls");
	bl_json_object(j);
	for (size_t i = 0; i < r->ncontrols;) {
		bl_str framework = r->controls[i].key;
		bl_json_key_str(j, framework);
		bl_json_array(j);
		for (; i < r->ncontrols && bl_str_eq(r->controls[i].key, framework); i++)
			bl_json_str(j, r->controls[i].value);
		bl_json_array_end(j);
	}
	bl_json_object_end(j);
}
