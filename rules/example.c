#include "rules/rule.h"

#include <stdlib.h>

static const char *const languages[] = {
	"arm", "azure-pipelines", "bicep", "cloudformation", "compose", "dockerfile", "github", "gitlab", "kubernetes", "terraform"};
enum { LANGUAGE_COUNT = sizeof languages / sizeof *languages };

typedef BL_VEC(uint32_t) line_list;

/* Ends line with a comment that is word alone? Then *keep is what stands before it. */
static bool take_mark(bl_str line, const char *word, bl_str *keep)
{
	bl_str trimmed = bl_str_trim(line), mark = bl_str_of(word);
	if (!bl_str_ends(trimmed, mark))
		return false;
	size_t end = (size_t)(trimmed.p - line.p) + trimmed.n - mark.n;
	while (end && line.p[end - 1] == ' ')
		end--;
	if (end && line.p[end - 1] == '#')
		end--;
	else if (end > 1 && line.p[end - 1] == '/' && line.p[end - 2] == '/')
		end -= 2;
	else
		return false;
	while (end && (line.p[end - 1] == ' ' || line.p[end - 1] == '\t'))
		end--;
	*keep = bl_str_slice(line, 0, end);
	return true;
}

/* Marks are taken out: not every language has comments, or has them at the end of a line. */
static void read_marks(bl_arena *arena, bl_str text, bl_rule_example *example)
{
	bl_buf clean = {0};
	line_list flags = {0}, unknowns = {0};
	bl_str line;
	for (uint32_t number = 1; text.n; number++) {
		text = bl_str_cut(text, '\n', &line);
		for (bool more = true; more;) {
			more = false;
			if (take_mark(line, "flag", &line)) {
				bl_vec_push(arena, &flags, number);
				more = true;
			} else if (take_mark(line, "unknown", &line)) {
				bl_vec_push(arena, &unknowns, number);
				more = true;
			}
		}
		bl_buf_put(&clean, line);
		bl_buf_putc(&clean, '\n');
	}
	example->text = bl_str_of(bl_str_z(arena, bl_buf_str(&clean)));
	bl_buf_done(&clean);
	example->flag_lines = flags.items;
	example->nflag = flags.n;
	example->unknown_lines = unknowns.items;
	example->nunknown = unknowns.n;
}

static bool read_example(bl_rule_reader *r, const bl_value *v, bl_span at, bl_rule_example *example)
{
	if (!bl_value_is(v, BL_MAP) || v->n != 1 || v->map[0].value->kind != BL_STRING)
		return bl_rule_wrong(r, at, "an example is LANGUAGE: TEXT");
	for (size_t i = 0; i < LANGUAGE_COUNT; i++) {
		if (!bl_str_eqz(v->map[0].key, languages[i]))
			continue;
		example->language = bl_str_of(languages[i]);
		read_marks(r->arena, v->map[0].value->string, example);
		return true;
	}
	const char *near = bl_rule_nearest(v->map[0].key, languages, LANGUAGE_COUNT);
	return bl_rule_wrong(r, v->map[0].key_span, "unknown language '" BL_FMT "'%s%s%s",
		BL_ARG(v->map[0].key), near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* The languages a rule has examples of are those it is known to judge. */
static void list_languages(bl_rule_reader *r)
{
	bl_rule *rule = r->rule;
	rule->info.languages = bl_new_n(r->arena, bl_str, LANGUAGE_COUNT);
	for (size_t i = 0; i < LANGUAGE_COUNT; i++) {
		bool has = false;
		for (size_t k = 0; k < rule->nexamples && !has; k++)
			has = rule->examples[k].language.p == languages[i];
		if (has)
			rule->info.languages[rule->info.nlanguages++] = bl_str_of(languages[i]);
	}
}

bool bl_rule_read_examples(bl_rule_reader *r, const bl_value *examples)
{
	bl_rule *rule = r->rule;
	if (!bl_value_is(examples, BL_LIST))
		return bl_rule_wrong(r, examples->span, "'examples' is a list of LANGUAGE: TEXT");
	rule->examples = bl_new_n(r->arena, bl_rule_example, examples->n);
	for (uint32_t i = 0; i < examples->n; i++)
		if (!read_example(r, examples->list[i], examples->list[i]->span,
			    &rule->examples[rule->nexamples++]))
			return false;
	list_languages(r);
	return true;
}

size_t bl_rules_examples(const bl_rules *rules, const bl_rule_info *info, const bl_rule_example **out)
{
	const bl_rule *rule = (const bl_rule *)info;
	*out = rule->examples;
	return rule->nexamples;
}
