#include "rules/pack.h"

#include "core/codec/yaml.h"
#include "core/model/schema.h"

#include <stdio.h>
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
	return bl_str_cmp(((const bl_rule_slot *)a)->id, ((const bl_rule_slot *)b)->id);
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

static void index_name(bl_rules *rules, bl_str name, uint32_t number)
{
	const char *const *types;
	size_t n = bl_rule_types(name, &types);
	for (size_t i = 0; i < n; i++)
		index_type(rules, bl_str_of(types[i]), number);
	if (!n)
		index_type(rules, name, number);
}

/* By the types its `resource:` names, which is all that is read of a rule nobody asked for. */
static void index_slot(bl_rules *rules, uint32_t number)
{
	bl_rule_slot *slot = &rules->all[number];
	bl_map_put(&rules->arena, &rules->by_id, slot->id, slot);
	for (size_t i = 0; slot->rule && i < slot->rule->info.nresources; i++)
		index_type(rules, slot->rule->info.resources[i], number);
	if (slot->rule)
		return;
	const bl_value *types = bl_unpack_member(&rules->arena, slot->source->packed, BL_STR("resource"));
	if (bl_value_is(types, BL_STRING))
		index_name(rules, types->string, number);
	for (uint32_t i = 0; bl_value_is(types, BL_LIST) && i < types->n; i++)
		index_name(rules, bl_value_text(types->list[i]), number);
}

static void build_index(bl_rules *rules)
{
	bl_arena_done(&rules->arena);
	rules->by_type = (bl_map){.fold = true};
	rules->by_id = (bl_map){0};
	rules->patterns.items = NULL;
	rules->patterns.n = rules->patterns.cap = 0;
	if (rules->n)
		qsort(rules->all, rules->n, sizeof *rules->all, by_id);
	for (uint32_t i = 0; i < rules->n; i++)
		index_slot(rules, i);
}

static void free_slot(bl_rule_slot *slot)
{
	if (slot->rule)
		free_rule(slot->rule);
}

/* Takes the slot and its rule; one of the same id goes. */
static void put_slot(bl_rules *rules, bl_rule_slot slot)
{
	bl_rule_slot *same = bl_map_get(&rules->by_id, slot.id);
	if (same) {
		free_slot(same);
		*same = slot;
		return;
	}
	if (rules->n == rules->cap) {
		rules->cap = rules->cap ? rules->cap * 2 : 64;
		rules->all = bl_xrealloc(rules->all, rules->cap * sizeof *rules->all);
	}
	rules->all[rules->n++] = slot;
}

bl_rules *bl_rules_from(const bl_embedded *packs, size_t n)
{
	bl_rules *rules = bl_xmalloc(sizeof *rules);
	for (size_t i = 0; i < n; i++)
		put_slot(rules, (bl_rule_slot){.id = bl_str_of(packs[i].path), .source = &packs[i]});
	build_index(rules);
	return rules;
}

bl_rules *bl_rules_new(void)
{
	return bl_rules_from(bl_embedded_rules, bl_embedded_rules_count);
}

const bl_rule *bl_rules_load(bl_rules *rules, uint32_t number)
{
	bl_rule_slot *slot = &rules->all[number];
	if (slot->rule)
		return slot->rule;
	bl_rule *rule = new_rule();
	bl_error error = {""};
	bl_str file = bl_str_fmt(&rule->arena, "rules/packs/%s.yaml", slot->source->path);
	bl_rule_reader r = {.arena = &rule->arena, .rule = rule, .file = file, .error = &error};
	if (!bl_rule_load(&r, slot->id, bl_unpack(&rule->arena, slot->source->packed))) {
		fprintf(stderr, "belay: %s\n", error.text);
		abort();
	}
	return slot->rule = rule;
}

void bl_rules_free(bl_rules *rules)
{
	if (!rules)
		return;
	for (size_t i = 0; i < rules->n; i++)
		free_slot(&rules->all[i]);
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
	put_slot(rules, (bl_rule_slot){.id = rule->info.id, .rule = rule});
	build_index(rules);
	return BL_OK;
}

size_t bl_rules_count(const bl_rules *rules)
{
	return rules->n;
}

const bl_rule_info *bl_rules_nth(bl_rules *rules, size_t i)
{
	return &bl_rules_load(rules, (uint32_t)i)->info;
}

const bl_rule_info *bl_rules_find(bl_rules *rules, bl_str id)
{
	const bl_rule_slot *slot = bl_map_get(&rules->by_id, id);
	return slot ? bl_rules_nth(rules, (size_t)(slot - rules->all)) : NULL;
}

size_t bl_rules_read(bl_arena *arena, const bl_rules *rules, const bl_rule_info *const **out)
{
	const bl_rule_info **infos = bl_new_n(arena, const bl_rule_info *, rules->n);
	size_t n = 0;
	for (size_t i = 0; i < rules->n; i++)
		if (rules->all[i].rule)
			infos[n++] = &rules->all[i].rule->info;
	*out = infos;
	return n;
}
