#include "rules/rule.h"

#include <stdio.h>
#include <stdlib.h>

bool bl_rule_wrong(bl_rule_reader *r, bl_span at, const char *format, ...)
{
	char words[400];
	va_list ap;
	va_start(ap, format);
	vsnprintf(words, sizeof words, format, ap);
	va_end(ap);
	if (!r->text.n) {
		bl_error_set(r->error, BL_FAILED, BL_FMT ": %s", BL_ARG(r->file), words);
		return false;
	}
	unsigned line = 1, column = 1;
	for (uint32_t i = 0; i < at.begin && i < r->text.n; i++) {
		column = r->text.p[i] == '\n' ? 1 : column + 1;
		line += r->text.p[i] == '\n';
	}
	bl_error_set(r->error, BL_FAILED, BL_FMT ":%u:%u: %s", BL_ARG(r->file), line, column, words);
	return false;
}

const char *bl_rule_nearest(bl_str word, const char *const *names, size_t n)
{
	const char *best = NULL;
	size_t limit = word.n / 3 + 1;
	for (size_t i = 0; i < n; i++) {
		size_t d = bl_str_distance(word, bl_str_of(names[i]), limit);
		if (d <= limit && (!best || d < limit)) {
			best = names[i];
			limit = d;
		}
	}
	return best;
}

static bl_str keep(bl_rule_reader *r, bl_str s)
{
	return bl_str_of(bl_str_z(r->arena, bl_str_trim(s)));
}

static bool need_text(bl_rule_reader *r, const bl_item *item, bl_str *out)
{
	if (!bl_value_is(item->value, BL_STRING) || !bl_str_trim(item->value->string).n)
		return bl_rule_wrong(r, item->key_span, "'" BL_FMT "' must be a text", BL_ARG(item->key));
	*out = keep(r, item->value->string);
	return true;
}

/* One text or a list of them. */
static bool need_texts(bl_rule_reader *r, const bl_item *item, bl_str **out, size_t *n)
{
	const bl_value *v = item->value, *const *elements = &v;
	size_t count = 1;
	if (v->kind == BL_LIST) {
		elements = (const bl_value *const *)v->list;
		count = v->n;
	}
	*out = bl_new_n(r->arena, bl_str, count);
	for (*n = 0; *n < count; ++*n) {
		if (!bl_value_is(elements[*n], BL_STRING) || !elements[*n]->string.n)
			return bl_rule_wrong(r, item->key_span,
				"'" BL_FMT "' must be a text or a list of texts", BL_ARG(item->key));
		(*out)[*n] = keep(r, elements[*n]->string);
	}
	return true;
}

static bool read_title(bl_rule_reader *r, const bl_item *item)
{
	return need_text(r, item, &r->rule->info.title);
}

static bool read_why(bl_rule_reader *r, const bl_item *item)
{
	return need_text(r, item, &r->rule->info.why);
}

static bool read_message(bl_rule_reader *r, const bl_item *item)
{
	return need_text(r, item, &r->rule->message);
}

static bool read_severity(bl_rule_reader *r, const bl_item *item)
{
	if (bl_severity_parse(bl_value_text(item->value), &r->rule->info.severity))
		return true;
	return bl_rule_wrong(r, item->value->span,
		"'severity' is one of critical, high, medium, low and info");
}

static bool read_unknown(bl_rule_reader *r, const bl_item *item)
{
	static const char *const names[] = {"note", "flag", "pass"};
	for (unsigned i = 0; i < 3; i++) {
		if (bl_value_is_string(item->value, names[i])) {
			r->rule->unknown = (bl_unknown_policy)i;
			return true;
		}
	}
	return bl_rule_wrong(r, item->value->span, "'unknown' is one of note, flag and pass");
}

static const char *const workloads[] = {"kubernetes/CronJob", "kubernetes/DaemonSet", "kubernetes/Deployment",
	"kubernetes/DeploymentConfig", "kubernetes/Job", "kubernetes/Pod", "kubernetes/PodTemplate", "kubernetes/ReplicaSet",
	"kubernetes/ReplicationController", "kubernetes/StatefulSet", "serving.knative.dev/Configuration",
	"serving.knative.dev/Service"};

size_t bl_rule_types(bl_str name, const char *const **types)
{
	*types = workloads;
	return bl_str_eqz(name, "$workloads") ? sizeof workloads / sizeof *workloads : 0;
}

static bool read_resource(bl_rule_reader *r, const bl_item *item)
{
	bl_str *names;
	size_t n;
	BL_VEC(bl_str) types = {0};
	if (!need_texts(r, item, &names, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *const *group;
		size_t size = bl_rule_types(names[i], &group);
		for (size_t k = 0; k < size; k++)
			bl_vec_push(r->arena, &types, bl_str_of(group[k]));
		if (!size)
			bl_vec_push(r->arena, &types, names[i]);
	}
	r->rule->info.resources = types.items;
	r->rule->info.nresources = types.n;
	return types.n ? true : bl_rule_wrong(r, item->key_span, "'resource' names no type");
}

static bool read_paths(bl_rule_reader *r, const bl_item *item, bl_paths_list *out)
{
	bl_str *texts;
	if (!need_texts(r, item, &texts, &out->n))
		return false;
	out->items = bl_new_n(r->arena, bl_path_expr *, out->n);
	for (size_t i = 0; i < out->n; i++) {
		out->items[i] = bl_rule_path(r, texts[i], item->value->span);
		if (!out->items[i])
			return false;
	}
	return true;
}

/* A path, several, or a map of TYPE: PATH. */
static bool read_each(bl_rule_reader *r, const bl_item *item)
{
	bl_rule *rule = r->rule;
	const bl_value *v = item->value;
	if (v->kind != BL_MAP)
		return read_paths(r, item, &rule->each);
	rule->each.items = bl_new_n(r->arena, bl_path_expr *, v->n);
	rule->each_types = bl_new_n(r->arena, bl_str, v->n);
	for (uint32_t i = 0; i < v->n; i++) {
		bl_paths_list one;
		if (!read_paths(r, &v->map[i], &one))
			return false;
		if (one.n != 1)
			return bl_rule_wrong(r, v->map[i].key_span, "'each' gives a type one path");
		rule->each_types[i] = keep(r, v->map[i].key);
		rule->each.items[rule->each.n++] = one.items[0];
	}
	return true;
}

static bool read_at(bl_rule_reader *r, const bl_item *item)
{
	return read_paths(r, item, &r->rule->at);
}

static bool read_when(bl_rule_reader *r, const bl_item *item)
{
	return bl_rule_compile(r, item->value, item->key_span, &r->rule->when);
}

static bool read_flag(bl_rule_reader *r, const bl_item *item)
{
	return bl_rule_compile(r, item->value, item->key_span, &r->rule->flag);
}

static bool read_opens(bl_rule_reader *r, const bl_item *item)
{
	return need_texts(r, item, &r->rule->info.opens, &r->rule->info.nopens);
}

static bool read_refs(bl_rule_reader *r, const bl_item *item)
{
	return need_texts(r, item, &r->rule->info.refs, &r->rule->info.nrefs);
}

static bool read_aliases(bl_rule_reader *r, const bl_item *item)
{
	bl_rule_info *info = &r->rule->info;
	if (!need_texts(r, item, &info->aliases, &info->naliases))
		return false;
	for (size_t i = 0; i < info->naliases; i++)
		if (!memchr(info->aliases[i].p, ':', info->aliases[i].n))
			return bl_rule_wrong(r, item->key_span, "alias '" BL_FMT "' is not PEER:ID",
				BL_ARG(info->aliases[i]));
	return true;
}

static int by_pair(const void *a, const void *b)
{
	const bl_text_pair *x = a, *y = b;
	int order = bl_str_cmp(x->key, y->key);
	return order ? order : bl_str_cmp(x->value, y->value);
}

static bool read_controls(bl_rule_reader *r, const bl_item *item)
{
	BL_VEC(bl_text_pair) pairs = {0};
	if (!bl_value_is(item->value, BL_MAP))
		return bl_rule_wrong(r, item->value->span, "'controls' must be a map of FRAMEWORK: [CONTROL]");
	for (uint32_t i = 0; i < item->value->n; i++) {
		bl_str *names;
		size_t n;
		if (!need_texts(r, &item->value->map[i], &names, &n))
			return false;
		for (size_t k = 0; k < n; k++)
			bl_vec_push(r->arena, &pairs,
				((bl_text_pair){keep(r, item->value->map[i].key), names[k]}));
	}
	if (pairs.n)
		qsort(pairs.items, pairs.n, sizeof *pairs.items, by_pair);
	r->rule->info.controls = pairs.items;
	r->rule->info.ncontrols = pairs.n;
	return true;
}

/* What `fix: {set: ...}` says in words. */
static void put_literal(bl_buf *out, const bl_value *v, unsigned depth)
{
	if (v->kind == BL_STRING)
		bl_buf_put(out, v->string);
	else if (v->kind == BL_NUMBER)
		bl_buf_put(out, v->digits);
	else if (v->kind == BL_BOOL)
		bl_buf_putz(out, v->boolean ? "true" : "false");
	else if (v->kind == BL_LIST && depth < 4) {
		bl_buf_putc(out, '[');
		for (uint32_t i = 0; i < v->n; i++) {
			bl_buf_putz(out, i ? ", " : "");
			put_literal(out, v->list[i], depth + 1);
		}
		bl_buf_putc(out, ']');
	} else {
		bl_buf_putz(out, v->kind == BL_NULL ? "null" : "the value the rule gives");
	}
}

static bl_str remediation_of(bl_rule_reader *r, const bl_value *set)
{
	bl_buf b = {0};
	for (uint32_t i = 0; i < set->n; i++) {
		bl_buf_putf(&b, "%s'" BL_FMT "' to ", i ? " and " : "set ", BL_ARG(set->map[i].key));
		put_literal(&b, set->map[i].value, 0);
	}
	bl_str words = bl_str_of(bl_str_z(r->arena, bl_buf_str(&b)));
	bl_buf_done(&b);
	return words;
}

static bool read_fix(bl_rule_reader *r, const bl_item *item)
{
	const bl_value *v = item->value;
	if (v->kind == BL_STRING)
		return need_text(r, item, &r->rule->info.remediation);
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++) {
		const bl_item *part = &v->map[i];
		if (bl_str_eqz(part->key, "text")) {
			if (!need_text(r, part, &r->rule->info.remediation))
				return false;
		} else if (bl_str_eqz(part->key, "set") && part->value->kind == BL_MAP) {
			r->rule->fix_set = r->rule->info.fix = part->value;
		} else {
			return bl_rule_wrong(r, part->key_span, "'fix' has 'set' (a map of PATH: VALUE) and 'text'");
		}
	}
	if (v->kind != BL_MAP)
		return bl_rule_wrong(r, item->key_span, "'fix' has 'set' (a map of PATH: VALUE) and 'text'");
	if (r->rule->fix_set && !r->rule->info.remediation.n)
		r->rule->info.remediation = remediation_of(r, r->rule->fix_set);
	return true;
}

static bool read_examples(bl_rule_reader *r, const bl_item *item)
{
	return bl_rule_read_examples(r, item->value);
}

/* Alphabetical. */
static const struct {
	const char *name;
	bool required;
	bool (*read)(bl_rule_reader *r, const bl_item *item);
} keys[] = {
	{"aliases", false, read_aliases},
	{"at", false, read_at},
	{"controls", false, read_controls},
	{"each", false, read_each},
	{"examples", false, read_examples},
	{"fix", false, read_fix},
	{"flag", true, read_flag},
	{"message", false, read_message},
	{"opens", false, read_opens},
	{"refs", false, read_refs},
	{"resource", true, read_resource},
	{"severity", true, read_severity},
	{"title", true, read_title},
	{"unknown", false, read_unknown},
	{"when", false, read_when},
	{"why", false, read_why},
};
enum { KEY_COUNT = sizeof keys / sizeof *keys };

static bool unknown_key(bl_rule_reader *r, const bl_item *item)
{
	const char *names[KEY_COUNT];
	for (size_t i = 0; i < KEY_COUNT; i++)
		names[i] = keys[i].name;
	const char *near = bl_rule_nearest(item->key, names, KEY_COUNT);
	return bl_rule_wrong(r, item->key_span, "unknown key '" BL_FMT "'%s%s%s", BL_ARG(item->key),
		near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static bool read_key(bl_rule_reader *r, const bl_item *item)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (bl_str_eqz(item->key, keys[i].name))
			return keys[i].read(r, item);
	return unknown_key(r, item);
}

bool bl_rule_load(bl_rule_reader *r, bl_str id, const bl_value *file)
{
	bl_rule *rule = r->rule;
	bl_span start = {1, 0, 0};
	rule->info.id = keep(r, id);
	rule->info.why = rule->info.remediation = bl_str_of("");
	rule->when = BL_NO_CONDITION;
	if (!bl_value_is(file, BL_MAP))
		return bl_rule_wrong(r, start, "a rule is a map of keys such as 'title' and 'flag'");
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (keys[i].required && !bl_value_getz(file, keys[i].name))
			return bl_rule_wrong(r, start, "'%s' is missing", keys[i].name);
	for (uint32_t i = 0; i < file->n; i++)
		if (!read_key(r, &file->map[i]))
			return false;
	if (!rule->message.n)
		rule->message = rule->info.title;
	return true;
}
