#include "rules/pack.h"

#include "core/codec/yaml.h"
#include "core/model/schema.h"

#include <stdlib.h>

static void free_rule(bl_rule *rule)
{
	for (size_t i = 0; i < rule->regexes.n; i++)
		bl_regex_free(rule->regexes.items[i]);
	bl_arena arena = rule->arena;
	bl_arena_done(&arena); /* the rule lies in it */
}

static bl_rule *new_rule(void)
{
	bl_arena arena = {0};
	bl_rule *rule = bl_new(&arena, bl_rule);
	rule->arena = arena;
	return rule;
}

static int by_id(const void *a, const void *b)
{
	return bl_str_cmp((*(bl_rule *const *)a)->info.id, (*(bl_rule *const *)b)->info.id);
}

static void index_type(bl_rules *rules, bl_str type, uint32_t number)
{
	if (type.n && type.p[type.n - 1] == '*') {
		bl_vec_push(&rules->arena, &rules->patterns, ((bl_rule_pattern){bl_str_slice(type, 0, type.n - 1), number}));
		return;
	}
	bl_rule_numbers *list = bl_map_get(&rules->by_type, type);
	if (!list) {
		list = bl_new(&rules->arena, bl_rule_numbers);
		bl_map_put(&rules->arena, &rules->by_type, type, list);
	}
	if (!list->n || list->items[list->n - 1] != number)
		bl_vec_push(&rules->arena, list, number);
}

static void build_index(bl_rules *rules)
{
	uint32_t related = 0;
	bl_arena_done(&rules->arena);
	rules->by_type = (bl_map){.fold = true};
	rules->by_id = (bl_map){0};
	rules->patterns.items = NULL;
	rules->patterns.n = rules->patterns.cap = 0;
	if (rules->n)
		qsort(rules->all, rules->n, sizeof *rules->all, by_id);
	for (uint32_t i = 0; i < rules->n; i++) {
		bl_rule *rule = rules->all[i];
		bl_map_put(&rules->arena, &rules->by_id, rule->info.id, rule);
		for (size_t k = 0; k < rule->info.nresources; k++)
			index_type(rules, rule->info.resources[k], i);
		for (size_t k = 0; k < rule->related.n; k++)
			rule->related.items[k]->number = related++;
	}
}

/* Takes the rule; one of the same id goes. */
static void put_rule(bl_rules *rules, bl_rule *rule)
{
	for (size_t i = 0; i < rules->n; i++) {
		if (bl_str_eq(rules->all[i]->info.id, rule->info.id)) {
			free_rule(rules->all[i]);
			rules->all[i] = rule;
			return;
		}
	}
	if (rules->n == rules->cap) {
		rules->cap = rules->cap ? rules->cap * 2 : 64;
		rules->all = bl_xrealloc(rules->all, rules->cap * sizeof *rules->all);
	}
	rules->all[rules->n++] = rule;
}

bl_status bl_rules_from(bl_rules **out, const bl_embedded *packs, size_t n, bl_error *error)
{
	bl_rules *rules = bl_xmalloc(sizeof *rules);
	*rules = (bl_rules){0};
	for (size_t i = 0; i < n; i++) {
		bl_rule *rule = new_rule();
		bl_str file = bl_str_fmt(&rule->arena, "rules/packs/%s.yaml", packs[i].path);
		bl_rule_reader r = {.arena = &rule->arena, .rule = rule, .file = file, .error = error};
		if (!bl_rule_load(&r, bl_str_of(packs[i].path), packs[i].value)) {
			free_rule(rule);
			bl_rules_free(rules);
			return BL_FAILED;
		}
		put_rule(rules, rule);
	}
	build_index(rules);
	*out = rules;
	return BL_OK;
}

bl_status bl_rules_new(bl_rules **out, bl_error *error)
{
	return bl_rules_from(out, bl_embedded_rules, bl_embedded_rules_count, error);
}

void bl_rules_free(bl_rules *rules)
{
	if (!rules)
		return;
	for (size_t i = 0; i < rules->n; i++)
		free_rule(rules->all[i]);
	bl_arena_done(&rules->arena);
	free(rules->all);
	free(rules);
}

static const bl_value *parse(bl_rule_reader *r)
{
	bl_yaml_documents documents = {0};
	bl_diag_list diags = {0};
	bl_span start = {1, 0, 0};
	if (!bl_yaml_read(r->arena, 1, r->text, (bl_yaml_options){0}, &documents, &diags)) {
		bl_span at = diags.n ? diags.items[0].span : start;
		bl_rule_wrong(r, at, BL_FMT, BL_ARG(diags.n ? diags.items[0].message : BL_STR("this is no YAML")));
		return NULL;
	}
	if (documents.n != 1) {
		bl_rule_wrong(r, start, "a rule file holds one document");
		return NULL;
	}
	return documents.items[0];
}

bl_status bl_rules_add(bl_rules *rules, bl_str id, bl_str file, bl_str text, bl_error *error)
{
	bl_rule *rule = new_rule();
	bl_rule_reader r = {.arena = &rule->arena, .rule = rule, .file = file, .error = error};
	/* values are slices of the text: the rule keeps it */
	r.text = bl_str_dup(&rule->arena, text.n ? text : BL_STR("\n"));
	const bl_value *value = parse(&r);
	if (!value || !bl_rule_load(&r, id, value)) {
		free_rule(rule);
		return BL_FAILED;
	}
	put_rule(rules, rule);
	build_index(rules);
	return BL_OK;
}

size_t bl_rules_count(const bl_rules *rules)
{
	return rules->n;
}

const bl_rule_info *bl_rules_nth(const bl_rules *rules, size_t i)
{
	return &rules->all[i]->info;
}

const bl_rule_info *bl_rules_find(const bl_rules *rules, bl_str id)
{
	const bl_rule *rule = bl_map_get(&rules->by_id, id);
	return rule ? &rule->info : NULL;
}
