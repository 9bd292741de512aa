/* A small estate by hand for the tests of annotate/: one file, one asset that runs from it, one attack path, three findings. */
#ifndef BL_TESTS_UNIT_ANNOTATE_FIXTURE_H
#define BL_TESTS_UNIT_ANNOTATE_FIXTURE_H

#include "annotate/annotate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const char main_tf[] = "resource \"azurerm_storage_account\" \"logs\" {\n"
			      "  name                       = \"stlogs\"\n"
			      "\thttps_traffic_only_enabled = false\n"
			      "  public_access              = var.open\n"
			      "}\n";
static const char variables_tf[] = "variable \"open\" {\n  default = true\n}\n";

typedef struct estate {
	bl_arena arena;
	bl_sources *sources;
	uint32_t main, variables;
	bl_graph *graph;
	bl_root root;
	bl_resource *resource;
	uint32_t node;
	bl_rule_info https, open;
	bl_finding findings[64];
	const bl_finding *list[64];
	const bl_rule_info *rules[2];
	bl_diag diags[2];
	const bl_path *paths[1];
	bl_report_view view;
	bl_buf out;
} estate;

/* The span of the nth (from 0) occurrence of what in a source. */
static inline bl_span find_text(const estate *e, uint32_t source, const char *what)
{
	ptrdiff_t at = bl_str_find(bl_sources_text(e->sources, source), bl_str_of(what), 0);
	assert_true(at >= 0);
	return (bl_span){source, (uint32_t)at, (uint32_t)at + (uint32_t)strlen(what)};
}

static inline void make_rules(estate *e)
{
	static bl_str refs[] = {{"https://example.com/https", 25}}, aliases[] = {{"trivy:AZU-0008", 14}};
	static bl_text_pair controls[] = {{{"mcsb", 4}, {"DP-3", 4}}, {{"mcsb", 4}, {"NS-1", 4}}, {{"nist", 4}, {"SC-8", 4}}};
	bl_item *fix = bl_new(&e->arena, bl_item);
	*fix = (bl_item){.key = BL_STR("properties.supportsHttpsTrafficOnly"),
		.value = bl_value_bool(&e->arena, BL_NOWHERE, true)};
	e->https = (bl_rule_info){.id = BL_STR("azure/storage/https-only"), .title = BL_STR("Storage account accepts plain HTTP"),
		.why = BL_STR("Whoever is on the way can read and change what is sent.\n\nA second paragraph."),
		.remediation = BL_STR("set `https_traffic_only_enabled` to true"), .severity = BL_HIGH, .refs = refs, .nrefs = 1,
		.aliases = aliases, .naliases = 1, .controls = controls, .ncontrols = 3,
		.fix = bl_value_map(&e->arena, BL_NOWHERE, fix, 1)};
	e->open = (bl_rule_info){.id = BL_STR("azure/storage/public"), .title = BL_STR("Storage account is public"),
		.why = BL_STR("All the world may read it."), .severity = BL_MEDIUM};
}

static inline void make_code(estate *e)
{
	e->sources = bl_sources_new();
	e->main = bl_sources_add(e->sources, BL_STR("github.com/contoso/shop"), BL_STR("infra/main.tf"), bl_str_of(main_tf));
	e->variables = bl_sources_add(e->sources, BL_STR("github.com/contoso/shop"), BL_STR("infra/variables.tf"),
		bl_str_of(variables_tf));
	e->root = (bl_root){.repo = BL_STR("github.com/contoso/shop"), .name = BL_STR("infra"), .path = BL_STR("infra"),
		.language = BL_LANG_TERRAFORM};
	bl_resource *r = e->resource = bl_new(&e->arena, bl_resource);
	r->root = &e->root;
	r->language = BL_LANG_TERRAFORM;
	r->address = BL_STR("azurerm_storage_account.logs");
	r->typed_address = BL_STR("Microsoft.Storage/storageAccounts.logs");
	r->type = BL_STR("Microsoft.Storage/storageAccounts");
	r->native_type = BL_STR("azurerm_storage_account");
	r->label = BL_STR("logs");
	r->name = bl_value_string(&e->arena, BL_NOWHERE, BL_STR("stlogs"));
	r->span = (bl_span){e->main, 0, (uint32_t)strlen(main_tf) - 1};
	r->head = find_text(e, e->main, "resource \"azurerm_storage_account\" \"logs\"");
	r->written = r->effective = bl_value_with(&e->arena, bl_value_map(&e->arena, BL_NOWHERE, NULL, 0),
		BL_STR("properties.supportsHttpsTrafficOnly"), bl_value_bool(&e->arena, find_text(e, e->main, "false"), false));
}

static inline void make_graph(estate *e)
{
	bl_asset *a = bl_new(&e->arena, bl_asset);
	a->id = BL_STR("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stlogs");
	a->type = e->resource->type;
	a->name = BL_STR("stlogs");
	e->graph = bl_graph_new(&e->arena, e->sources);
	e->node = bl_graph_add_resource(e->graph, e->resource);
	uint32_t asset = bl_graph_add_asset(e->graph, a);
	bl_graph_seal(e->graph, BL_LAYER_CODE);
	bl_link *link = bl_new(&e->arena, bl_link);
	*link = (bl_link){.from = e->node, .to = asset, .resource = e->resource, .asset = a, .confidence = 0.97};
	bl_vec_push(&e->arena, &link->evidence, ((bl_evidence){"I6", BL_STR("type and name are equal"), 0.97}));
	bl_graph_add_link(e->graph, link);
	bl_graph_seal(e->graph, BL_LAYER_LINKS);
	bl_edge *edge = bl_new(&e->arena, bl_edge);
	*edge = (bl_edge){.kind = BL_EDGE_EXPOSES, .layer = BL_LAYER_EXPOSURE, .from = 0, .to = e->node, .sure = BL_YES,
		.span = e->resource->head, .why = BL_STR("public network access is on")};
	bl_graph_add_edge(e->graph, *edge);
	bl_graph_seal(e->graph, BL_LAYER_EXPOSURE);
	bl_path *p = bl_new(&e->arena, bl_path);
	strcpy(p->id, "0123456789abcdef0123456789abcdef");
	p->pattern = BL_STR("internet-data");
	p->title = BL_STR("the internet reads the logs");
	p->level = BL_CRITICAL;
	p->sure = BL_YES;
	p->delta = BL_OPENED;
	bl_vec_push(&e->arena, &p->nodes, 0);
	bl_vec_push(&e->arena, &p->nodes, e->node);
	bl_vec_push(&e->arena, &p->edges, edge);
	bl_vec_push(&e->arena, &p->cuts, ((bl_cut){e->resource->head, BL_STR("turn public access off")}));
	bl_graph_add_path(e->graph, p);
	e->paths[0] = p;
}

static inline bl_finding *add_finding(estate *e, const bl_rule_info *rule, bl_span span, const char *message)
{
	bl_finding *f = &e->findings[e->view.nfindings];
	*f = (bl_finding){.rule = rule, .severity = rule->severity, .result = BL_FAIL, .node = e->node,
		.resource = e->resource, .span = span, .message = bl_str_of(message), .fresh = true};
	snprintf(f->fingerprint, sizeof f->fingerprint, "%032zx", e->view.nfindings + 1);
	e->list[e->view.nfindings++] = f;
	return f;
}

static inline int begin(void **state)
{
	estate *e = calloc(1, sizeof *e);
	make_rules(e);
	make_code(e);
	make_graph(e);
	e->rules[0] = &e->https;
	e->rules[1] = &e->open;
	e->diags[0] = (bl_diag){.level = BL_DIAG_WARNING, .path = BL_STR("chart/x.yaml"), .message = BL_STR("a chart is not read")};
	e->view = (bl_report_view){.version = "1.2.3", .graph = e->graph, .sources = e->sources, .findings = e->list,
		.diags = e->diags, .ndiags = 1, .rules = e->rules, .nrules = 2, .files = 2, .resources = 1, .not_analysed = 1,
		.commit = BL_STR("0123456789012345678901234567890123456789"), .compared = true, .fail_on = BL_HIGH,
		.paths = e->paths, .npaths = 1};
	bl_finding *https = add_finding(e, &e->https, find_text(e, e->main, "https_traffic_only_enabled = false"),
		"stlogs accepts plain HTTP");
	https->path = BL_STR("properties.supportsHttpsTrafficOnly");
	bl_finding *open = add_finding(e, &e->open, find_text(e, e->main, "var.open"), "stlogs is public");
	bl_via *via = bl_new(&e->arena, bl_via);
	*via = (bl_via){.what = BL_STR("var.open"), .span = find_text(e, e->variables, "true")};
	open->via = via;
	bl_finding *maybe = add_finding(e, &e->open, e->resource->head, "stlogs may be public");
	maybe->result = BL_UNSURE;
	maybe->unknown = BL_STR("var.x has no value");
	*state = e;
	return 0;
}

static inline int end(void **state)
{
	estate *e = *state;
	bl_buf_done(&e->out);
	bl_sources_free(e->sources);
	bl_arena_done(&e->arena);
	free(e);
	return 0;
}

static inline const char *write_format(estate *e, const char *name)
{
	e->out.n = 0;
	bl_format_write(bl_str_of(name), &e->view, &e->out);
	return e->out.p ? e->out.p : "";
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

#define assert_holds(text, part)                                                                   \
	do {                                                                                       \
		if (!strstr((text), (part)))                                                       \
			fail_msg("no '%s' in:\n%s", (part), (text));                               \
	} while (0)
#define assert_lacks(text, part)                                                                   \
	do {                                                                                       \
		if (strstr((text), (part)))                                                        \
			fail_msg("'%s' in:\n%s", (part), (text));                                  \
	} while (0)

#endif
