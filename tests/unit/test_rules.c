#include "rules/rules.h"

#include "core/codec/json.h"
#include "core/codec/yaml.h"
#include "rules/builtin.h"
#include "rules/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* What one test needs: rules, a graph of one root and its texts. */
typedef struct fixture {
	bl_arena arena;
	bl_rules *rules;
	bl_sources *sources;
	bl_graph *graph;
	bl_pool *pool;
	bl_error error;
	const bl_finding *const *findings;
	size_t n;
} fixture;

static fixture f;
static const bl_root root = {.name = {"infra", 5}, .path = {"infra", 5}, .language = BL_LANG_TERRAFORM};

static int begin(void **state)
{
	memset(&f, 0, sizeof f);
	f.rules = bl_rules_from(NULL, 0);
	f.sources = bl_sources_new();
	f.graph = bl_graph_new(&f.arena, f.sources);
	f.pool = bl_pool_new(1);
	return 0;
}

static int end(void **state)
{
	bl_rules_free(f.rules);
	bl_sources_free(f.sources);
	bl_pool_free(f.pool);
	bl_arena_done(&f.arena);
	return 0;
}

/* {"$unknown": {...}} stands for an unknown value, {"$open": X} for an open one, "$ref" inside an unknown for what it waits for. */
static const bl_value *decode(const bl_value *v);

static const bl_value *decode_unknown(const bl_value *v)
{
	bl_value *out = bl_value_unknown(&f.arena, v->span, "var.x has no value");
	bl_unknown *u = (bl_unknown *)out->unknown;
	const bl_value *one_of = bl_value_getz(v, "one-of"), *ref = bl_value_getz(v, "ref");
	u->prefix = bl_value_text(bl_value_getz(v, "prefix"));
	u->suffix = bl_value_text(bl_value_getz(v, "suffix"));
	u->type = u->prefix.n || u->suffix.n ? BL_STRING : -1;
	if (one_of) {
		u->ncandidates = one_of->n;
		u->candidates = bl_new_n(&f.arena, const bl_value *, one_of->n);
		for (uint32_t i = 0; i < one_of->n; i++)
			u->candidates[i] = decode(one_of->list[i]);
	}
	if (ref) {
		u->refs = bl_new(&f.arena, bl_ref);
		u->refs[0] = (bl_ref){ref->string, BL_STR("id")};
		u->nrefs = 1;
	}
	return out;
}

static const bl_value *decode(const bl_value *v)
{
	const bl_value *open = bl_value_getz(v, "$open"), *unknown = bl_value_getz(v, "$unknown");
	if (unknown)
		return decode_unknown(unknown);
	bl_value *copy = bl_value_at(&f.arena, open ? decode(open) : v, v->span);
	copy->open = open != NULL;
	if (open)
		return copy;
	if (v->kind == BL_LIST) {
		copy->list = bl_new_n(&f.arena, const bl_value *, v->n);
		for (uint32_t i = 0; i < v->n; i++)
			copy->list[i] = decode(v->list[i]);
	}
	if (v->kind == BL_MAP) {
		copy->map = bl_new_n(&f.arena, bl_item, v->n);
		for (uint32_t i = 0; i < v->n; i++) {
			copy->map[i] = v->map[i];
			copy->map[i].value = decode(v->map[i].value);
		}
	}
	return copy;
}

static bl_resource *add(const char *address, const char *type, const char *json)
{
	bl_resource *r = bl_new(&f.arena, bl_resource);
	uint32_t source = bl_sources_add(f.sources, BL_STR(""), bl_str_of(address), bl_str_of(json));
	bl_diag_list diags = {0};
	const bl_value *body = bl_json_read_source(&f.arena, source, bl_str_of(json), &diags);
	if (!body)
		fail_msg(BL_FMT, BL_ARG(diags.items[0].message));
	r->root = &root;
	r->language = BL_LANG_TERRAFORM;
	r->address = r->label = bl_str_of(address);
	r->type = r->native_type = bl_str_of(type);
	r->condition = BL_YES;
	r->span = (bl_span){source, 0, (uint32_t)strlen(json)};
	r->head = (bl_span){source, 0, 1};
	r->native = r->written = r->effective = decode(body);
	r->name = bl_value_getz(r->effective, "name");
	bl_graph_add_resource(f.graph, r);
	return r;
}

static void rule(const char *id, const char *text)
{
	if (bl_rules_add(f.rules, bl_str_of(id), BL_STR("r.yaml"), bl_str_of(text), &f.error) != BL_OK)
		fail_msg("%s", f.error.text);
}

static void run(void)
{
	bl_graph_add_references(f.graph);
	bl_graph_seal(f.graph, BL_LAYER_CODE);
	bl_rules_run(f.rules, f.graph, f.pool);
	f.n = bl_graph_findings(f.graph, &f.findings);
}

#define HEAD "title: T\nseverity: high\nresource: A\n"

/* The result of a condition on a body: "pass", "maybe" or "fail". */
static const char *judge(const char *flag, const char *body)
{
	end(NULL);
	begin(NULL);
	rule("t", bl_str_fmt(&f.arena, HEAD "flag: %s\n", flag).p);
	add("a.a", "A", body);
	run();
	return !f.n ? "pass" : f.findings[0]->result == BL_FAIL ? "fail" : "maybe";
}

typedef struct row {
	const char *flag, *body, *result;
} row;

static void check_rows(const row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *result = judge(rows[i].flag, rows[i].body);
		if (strcmp(result, rows[i].result))
			fail_msg("%s on %s: %s, not %s", rows[i].flag, rows[i].body, result, rows[i].result);
	}
}
#define ROWS(...)                                                                                  \
	do {                                                                                       \
		static const row rows[] = {__VA_ARGS__};                                           \
		check_rows(rows, sizeof rows / sizeof *rows);                                      \
	} while (0)

static void scalars_compare_as_providers_write_them(void **state)
{
	ROWS({"{ p.x: false }", "{\"p\": {\"x\": false}}", "fail"}, {"{ p.x: false }", "{\"p\": {\"x\": true}}", "pass"},
		{"{ p.x: false }", "{\"p\": {\"x\": \"False\"}}", "fail"}, {"{ p.x: 22 }", "{\"p\": {\"x\": \"22\"}}", "fail"},
		{"{ p.x: '22' }", "{\"p\": {\"x\": 22}}", "fail"}, {"{ P.X: tls1_0 }", "{\"p\": {\"x\": \"TLS1_0\"}}", "fail"},
		{"{ p.x: { exactly: tls1_0 } }", "{\"p\": {\"x\": \"TLS1_0\"}}", "pass"},
		{"{ p.x: { is-not: a } }", "{\"p\": {\"x\": \"b\"}}", "fail"}, {"{ p.x: [a, b] }", "{\"p\": {\"x\": \"B\"}}", "fail"},
		{"{ p.x: { not-in: [a, b] } }", "{\"p\": {\"x\": \"B\"}}", "pass"});
}

static void an_absent_value_is_a_maybe_until_the_rule_says_otherwise(void **state)
{
	ROWS({"{ p.x: false }", "{\"p\": {}}", "maybe"}, {"{ p.x: false }", "{\"p\": {\"x\": null}}", "maybe"},
		{"{ p.x: { is: false, default: false } }", "{\"p\": {}}", "fail"},
		{"{ p.x: { is: false, default: true } }", "{\"p\": {}}", "pass"},
		{"{ p.x: { is: false, absent: yes } }", "{}", "fail"}, {"{ p.x: { is: false, absent: no } }", "{}", "pass"},
		{"{ p.x: { exists: false } }", "{\"p\": {}}", "fail"}, {"{ p.x: null }", "{\"p\": {\"x\": null}}", "fail"},
		{"{ p.x: { exists: false } }", "{\"p\": {\"$open\": {}}}", "maybe"},
		{"{ p.x: { exists: true } }", "{\"p\": {\"x\": 0}}", "fail"},
		{"{ p.x: { empty: true } }", "{\"p\": {\"x\": []}}", "fail"}, {"{ p.x: { empty: true } }", "{}", "fail"},
		{"{ p.x: { empty: false } }", "{\"p\": {\"x\": \"a\"}}", "fail"});
}

static void unknown_values_give_what_is_known_of_them(void **state)
{
	ROWS({"{ x: a }", "{\"x\": {\"$unknown\": {}}}", "maybe"},
		{"{ x: abc }", "{\"x\": {\"$unknown\": {\"prefix\": \"b\"}}}", "pass"},
		{"{ x: { starts-with: ab } }", "{\"x\": {\"$unknown\": {\"prefix\": \"abc\"}}}", "fail"},
		{"{ x: { starts-with: abcd } }", "{\"x\": {\"$unknown\": {\"prefix\": \"abc\"}}}", "maybe"},
		{"{ x: { ends-with: bc } }", "{\"x\": {\"$unknown\": {\"suffix\": \"abc\"}}}", "fail"},
		{"{ x: { contains: b } }", "{\"x\": {\"$unknown\": {\"suffix\": \"abc\"}}}", "fail"},
		{"{ x: { exists: true } }", "{\"x\": {\"$unknown\": {}}}", "maybe"},
		{"{ x: { exists: false } }", "{\"x\": {\"$unknown\": {\"ref\": \"b.b\"}}}", "pass"},
		{"{ x.y: a }", "{\"x\": {\"$unknown\": {}}}", "maybe"});
}

static void a_rule_that_fails_for_every_candidate_fails(void **state)
{
	ROWS({"{ x: [a, b] }", "{\"x\": {\"$unknown\": {\"one-of\": [\"a\", \"b\"]}}}", "fail"},
		{"{ x: [a, b] }", "{\"x\": {\"$unknown\": {\"one-of\": [\"a\", \"c\"]}}}", "maybe"},
		{"{ x: [a, b] }", "{\"x\": {\"$unknown\": {\"one-of\": [\"d\", \"c\"]}}}", "pass"},
		{"{ x.y: 1 }", "{\"x\": {\"$unknown\": {\"one-of\": [{\"y\": 1}, {\"y\": 1, \"z\": 2}]}}}", "fail"},
		{"{ \"x[]\": 1 }", "{\"x\": {\"$unknown\": {\"one-of\": [[1], [0, 1]]}}}", "fail"},
		{"{ x: { every: 1 } }", "{\"x\": {\"$unknown\": {\"one-of\": [[1], [1, 1]]}}}", "fail"});
}

static void quantifiers_respect_open_lists(void **state)
{
	ROWS({"{ \"x[].y\": 1 }", "{\"x\": [{\"y\": 0}, {\"y\": 1}]}", "fail"}, {"{ \"x[].y\": 1 }", "{}", "pass"},
		{"{ \"x[].y\": 1 }", "{\"x\": {\"$open\": []}}", "maybe"},
		{"{ \"x[].y\": 1 }", "{\"x\": {\"$open\": [{\"y\": 1}]}}", "fail"},
		{"{ \"x[].y\": 1 }", "{\"x\": {\"y\": 1}}", "fail"}, {"{ x.y: 1 }", "{\"x\": [{\"y\": 1}]}", "fail"},
		{"{ x.1.y: 1 }", "{\"x\": [{\"y\": 1}]}", "maybe"}, {"{ x: { some: 1 } }", "{\"x\": [0, 1]}", "fail"},
		{"{ x: { every: 1 } }", "{\"x\": [0, 1]}", "pass"}, {"{ x: { every: 1 } }", "{\"x\": [1, 1]}", "fail"},
		{"{ x: { every: 1 } }", "{\"x\": {\"$open\": [1]}}", "maybe"},
		{"{ x: { every: 1 } }", "{\"x\": {\"$open\": [0]}}", "pass"},
		{"{ x: { none: 1 } }", "{\"x\": [0]}", "fail"}, {"{ x: { none: 1 } }", "{\"x\": [1]}", "pass"},
		{"{ x: { none: 1 } }", "{\"x\": {\"$open\": [0]}}", "maybe"}, {"{ x: { count: { less: 2 } } }", "{\"x\": [0]}", "fail"},
		{"{ x: { count: { less: 2 } } }", "{\"x\": {\"$open\": [0]}}", "maybe"},
		{"{ x: { count: { more: 0 } } }", "{\"x\": {\"$open\": [0]}}", "fail"}, {"{ x.*.y: 1 }", "{\"x\": {\"a\": {\"y\": 1}}}", "fail"},
		{"{ \"x.{a,b}[]\": 1 }", "{\"x\": {\"b\": [1]}}", "fail"}, {"{ \"a | b\": 1 }", "{\"b\": 1}", "fail"},
		{"{ \"a | b\": 1 }", "{\"a\": 0, \"b\": 1}", "pass"});
}

static void conditions_join_by_kleenes_logic(void **state)
{
	ROWS({"{ x: 1, y: 1 }", "{\"x\": 1, \"y\": {\"$unknown\": {}}}", "maybe"},
		{"{ x: 0, y: 1 }", "{\"x\": 1, \"y\": {\"$unknown\": {}}}", "pass"},
		{"{ any: [{ x: 1 }, { y: 1 }] }", "{\"x\": 1, \"y\": {\"$unknown\": {}}}", "fail"},
		{"{ all: [{ x: 1 }, { x: 1 }] }", "{\"x\": 1}", "fail"}, {"{ not: { x: 1 } }", "{\"x\": 1}", "pass"},
		{"{ not: { x: 1 } }", "{\"x\": {\"$unknown\": {}}}", "maybe"}, {"{ x: { any: [1, 2] } }", "{\"x\": 2}", "fail"});
}

static void numbers_versions_and_texts_compare(void **state)
{
	ROWS({"{ x: { less: 7 } }", "{\"x\": \"6\"}", "fail"}, {"{ x: { at-most: 7 } }", "{\"x\": 7}", "fail"},
		{"{ x: { more: 7 } }", "{\"x\": 7}", "pass"}, {"{ x: { at-least: 7 } }", "{\"x\": 7}", "fail"},
		{"{ x: { less: 7 } }", "{\"x\": \"many\"}", "pass"}, {"{ x: { older: '1.10' } }", "{\"x\": \"v1.9\"}", "fail"},
		{"{ x: { older: '1.10' } }", "{\"x\": \"1.10.1\"}", "pass"}, {"{ x: { older: TLS1_2 } }", "{\"x\": \"TLS1_0\"}", "fail"},
		{"{ x: { older: '2021-01-01' } }", "{\"x\": \"2019-06-01\"}", "fail"}, {"{ x: { older: '1' } }", "{\"x\": \"latest\"}", "pass"},
		{"{ x: { matches: '^a+$' } }", "{\"x\": \"aaa\"}", "fail"}, {"{ x: { contains: bC } }", "{\"x\": \"aBcd\"}", "fail"},
		{"{ x: { contains: b } }", "{\"x\": [\"a\", \"B\"]}", "fail"}, {"{ x: { length: { less: 3 } } }", "{\"x\": \"ab\"}", "fail"});
}

static void views_take_values_apart(void **state)
{
	ROWS({"{ x: { as-image: { tag: latest } } }", "{\"x\": \"nginx\"}", "fail"},
		{"{ x: { as-image: { tag: latest } } }", "{\"x\": \"host:5000/nginx:1.2\"}", "pass"},
		{"{ x: { as-image: { registry: 'host:5000', repository: nginx, tag: '1.2' } } }", "{\"x\": \"host:5000/nginx:1.2\"}", "fail"},
		{"{ x: { as-image: { digest: { exists: false } } } }", "{\"x\": \"a/b@sha256:00\"}", "pass"},
		{"{ x: { as-image: { tag: { is: latest, absent: no } } } }", "{\"x\": \"a/b@sha256:00\"}", "pass"},
		{"{ x: { as-image: { tag: latest } } }", "{\"x\": {\"$unknown\": {\"suffix\": \"/app:latest\"}}}", "fail"},
		{"{ x: { as-image: { tag: latest } } }", "{\"x\": {\"$unknown\": {\"prefix\": \"reg.io/\"}}}", "maybe"},
		{"{ x: { as-json: { a.b: 1 } } }", "{\"x\": \"{\\\"a\\\": {\\\"b\\\": 1}}\"}", "fail"},
		{"{ x: { as-cidr: { prefix: { less: 16 }, public: false } } }", "{\"x\": \"10.0.0.0/8\"}", "fail"},
		{"{ x: { as-cidr: { wide: true } } }", "{\"x\": \"0.0.0.0/0\"}", "fail"},
		{"{ x: { as-cidr: { wide: true } } }", "{\"x\": \"vnet\"}", "pass"});
}

static void policies_are_read_from_text_and_maps(void **state)
{
	const char *flag = "{ x: { as-policy: { effect: Allow, principals: { contains: '*' }, condition: { exists: false } } } }";
	const row rows[] = {
		{flag, "{\"x\": {\"Statement\": {\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"s3:*\"}}}", "fail"},
		{flag, "{\"x\": \"{\\\"Statement\\\": [{\\\"Effect\\\": \\\"Allow\\\", \\\"Principal\\\": {\\\"AWS\\\": [\\\"*\\\"]}}]}\"}", "fail"},
		{flag, "{\"x\": {\"Statement\": [{\"Effect\": \"Deny\", \"Principal\": \"*\"}]}}", "pass"},
		{flag, "{\"x\": {\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Service\": \"*\"}}]}}", "pass"},
		{flag, "{\"x\": {\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Condition\": {\"a\": 1}}]}}", "pass"},
		{flag, "{\"x\": {\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": {\"$unknown\": {}}}}]}}", "maybe"},
		{flag, "{\"x\": {\"$unknown\": {}}}", "maybe"},
		{"{ x: { as-policy: { actions: { check: { covers: 's3:PutObject' } } } } }", "{\"x\": {\"Statement\": {\"Action\": \"s3:Put*\"}}}", "fail"},
		{"{ x: { as-policy: { actions: { check: { covers: 's3:PutObject' } } } } }", "{\"x\": {\"Statement\": {\"Action\": \"s3:Get*\"}}}", "pass"},
	};
	check_rows(rows, sizeof rows / sizeof *rows);
}

static void checks_reason_about_networks(void **state)
{
	ROWS({"{ x: { check: open-to-internet } }", "{\"x\": [\"10.0.0.0/8\", \"0.0.0.0/0\"]}", "fail"},
		{"{ x: { check: open-to-internet } }", "{\"x\": \"10.0.0.0/8\"}", "pass"},
		{"{ x: { check: open-to-internet } }", "{}", "pass"},
		{"{ x: { check: open-to-internet } }", "{\"x\": {\"$unknown\": {}}}", "maybe"},
		{"{ x: { check: { covers-port: 22 } } }", "{\"x\": \"20-25\"}", "fail"},
		{"{ x: { check: { covers-port: [22, 3389] } } }", "{\"x\": [\"80\", \"443\"]}", "pass"},
		{"{ x: { check: hard-coded } }", "{\"x\": \"secret\"}", "fail"},
		{"{ x: { check: hard-coded } }", "{\"x\": {\"$unknown\": {}}}", "pass"},
		{"{ check: { aws-admits: 22 } }", "{\"IpProtocol\": \"tcp\", \"FromPort\": 0, \"ToPort\": 1024, \"CidrIp\": \"0.0.0.0/0\"}", "fail"},
		{"{ check: { aws-admits: 22 } }", "{\"IpProtocol\": \"udp\", \"FromPort\": 0, \"ToPort\": 1024, \"CidrIp\": \"0.0.0.0/0\"}", "pass"},
		{"{ check: { azure-admits: 22 } }",
			"{\"properties\": {\"direction\": \"Inbound\", \"access\": \"Allow\", \"protocol\": \"*\", \"sourceAddressPrefix\": \"Internet\", "
			"\"destinationAddressPrefix\": \"10.1.0.4\", \"destinationPortRange\": \"22\", \"sourcePortRange\": \"*\"}}",
			"fail"},
		{"{ check: { google-admits: 22 } }",
			"{\"sourceRanges\": [\"0.0.0.0/0\"], \"targetTags\": [\"a\"], \"allowed\": [{\"IPProtocol\": \"tcp\", \"ports\": [\"22\"]}]}",
			"fail"});
}

static void when_decides_whether_a_rule_applies(void **state)
{
	rule("t", HEAD "when: { kind: web }\nflag: { x: 1 }\n");
	add("a.a", "a", "{\"kind\": \"web\", \"x\": 1}");
	add("a.b", "A", "{\"kind\": \"other\", \"x\": 1}");
	add("a.c", "A", "{\"kind\": {\"$unknown\": {}}, \"x\": 1}");
	run();
	assert_int_equal(f.n, 2);
	assert_int_equal(f.findings[0]->result, BL_FAIL);
	assert_int_equal(f.findings[1]->result, BL_UNSURE);
	assert_true(bl_str_eqz(f.findings[1]->unknown, "var.x has no value"));
}

static void each_gives_one_finding_an_element_where_it_stands(void **state)
{
	const char *body = "{\"rules\": [{\"name\": \"ssh\", \"port\": 22},\n{\"name\": \"web\", \"port\": 443},\n{\"name\": \"too\", \"port\": 22}]}";
	rule("t", HEAD "each: rules[]\nflag: { port: 22 }\nmessage: 'rule {.name} of {name}: {path} is {value}'\n");
	add("a.a", "A", body);
	run();
	assert_int_equal(f.n, 2);
	assert_true(bl_str_eqz(f.findings[1]->message, "rule too of a.a: rules[2].port is 22"));
	assert_true(bl_str_eqz(f.findings[0]->path, "rules[0].port"));
	bl_place place;
	bl_sources_place(f.sources, f.findings[1]->span, &place);
	assert_int_equal(place.start_line, 3);
	assert_true(bl_str_eqz(bl_sources_slice(f.sources, f.findings[0]->span), "\"port\": 22"));
	assert_string_not_equal(f.findings[0]->fingerprint, f.findings[1]->fingerprint);
}

static void an_unknown_list_of_elements_is_one_maybe(void **state)
{
	rule("t", HEAD "each: rules[]\nflag: { port: 22 }\n");
	add("a.a", "A", "{\"rules\": {\"$unknown\": {}}}");
	run();
	assert_int_equal(f.n, 1);
	assert_int_equal(f.findings[0]->result, BL_UNSURE);
}

static void a_finding_lands_on_at_else_on_what_decided_else_on_the_head(void **state)
{
	rule("1", HEAD "flag: { x: 1 }\nat: [z, y]\n");
	rule("2", HEAD "flag: { x: 1 }\n");
	rule("3", HEAD "flag: { w: { exists: false } }\nat: w\n");
	add("a.a", "A", "{\"x\": 1, \"y\": 2}");
	run();
	assert_int_equal(f.n, 3);
	assert_true(bl_str_eqz(bl_sources_slice(f.sources, f.findings[0]->span), "\"y\": 2"));
	assert_true(bl_str_eqz(bl_sources_slice(f.sources, f.findings[1]->span), "\"x\": 1"));
	assert_true(bl_str_eqz(bl_sources_slice(f.sources, f.findings[2]->span), "{"));
	assert_true(bl_str_eqz(f.findings[2]->path, "w"));
}

static void fingerprints_survive_moved_lines_and_new_neighbours(void **state)
{
	char before[33];
	const char *text = HEAD "each: rules[]\nflag: { port: 22 }\n";
	rule("t", text);
	add("a.a", "A", "{\"rules\": [{\"name\": \"ssh\", \"port\": 22}]}");
	run();
	memcpy(before, f.findings[0]->fingerprint, sizeof before);
	end(NULL);
	begin(NULL);
	rule("t", text);
	add("a.a", "A", "\n\n{\"rules\": [{\"name\": \"a\", \"port\": 1}, {\"name\": \"ssh\", \"port\": 22}]}");
	run();
	assert_string_equal(before, f.findings[0]->fingerprint);
}

static void what_a_maybe_is_worth_is_for_the_rule_to_say(void **state)
{
	rule("1", HEAD "flag: { x: 1 }\n");
	rule("2", HEAD "flag: { x: 1 }\nunknown: flag\n");
	rule("3", HEAD "flag: { x: 1 }\nunknown: pass\n");
	add("a.a", "A", "{\"x\": {\"$unknown\": {}}}");
	run();
	assert_int_equal(f.n, 2);
	assert_int_equal(f.findings[0]->result, BL_UNSURE);
	assert_int_equal(f.findings[1]->result, BL_FAIL);
}

static const char no_log[] = HEAD "flag: { no: { resource: B, their: target, where: { on: true } } }\n";

static void related_resources_are_found_by_what_they_name(void **state)
{
	rule("t", no_log);
	add("a.logged", "A", "{}");
	add("a.off", "A", "{}");
	add("a.bare", "A", "{}");
	add("b.1", "B", "{\"target\": {\"$unknown\": {\"ref\": \"a.logged\"}}, \"on\": true}");
	add("b.2", "B", "{\"target\": {\"$unknown\": {\"ref\": \"a.off\"}}, \"on\": false}");
	run();
	assert_int_equal(f.n, 2);
	assert_true(bl_str_eqz(f.findings[0]->resource->address, "a.off"));
	assert_true(bl_str_eqz(f.findings[1]->resource->address, "a.bare"));
}

static void a_related_resource_that_may_name_us_makes_a_maybe(void **state)
{
	rule("t", no_log);
	add("a.a", "A", "{\"name\": \"mine\"}");
	add("b.1", "B", "{\"target\": {\"$unknown\": {}}, \"on\": true}");
	add("b.2", "B", "{\"target\": \"another\", \"on\": true}");
	run();
	assert_int_equal(f.n, 1);
	assert_int_equal(f.findings[0]->result, BL_UNSURE);
}

static void a_name_that_another_bears_is_no_maybe(void **state)
{
	rule("t", no_log);
	add("a.a", "A", "{\"name\": \"mine\"}");
	add("b.2", "B", "{\"target\": \"another\", \"on\": true}");
	run();
	assert_int_equal(f.n, 1);
	assert_int_equal(f.findings[0]->result, BL_FAIL);
}

static void related_resources_are_found_by_what_we_name(void **state)
{
	rule("t", HEAD "flag: { any: { resource: B, our: b.id, where: { open: true } } }\n");
	add("a.1", "A", "{\"b\": {\"id\": {\"$unknown\": {\"ref\": \"b.b\"}}}}");
	add("a.2", "A", "{\"b\": {\"id\": \"Bee\"}}");
	add("a.3", "A", "{\"b\": {\"id\": \"elsewhere\"}}");
	add("a.4", "A", "{}");
	add("b.b", "B", "{\"name\": \"bee\", \"open\": true}");
	run();
	assert_int_equal(f.n, 3);
	assert_int_equal(f.findings[0]->result, BL_FAIL);
	assert_int_equal(f.findings[1]->result, BL_FAIL);
	assert_int_equal(f.findings[2]->result, BL_UNSURE);
}

static void a_resource_of_a_type_anywhere_in_the_root_counts(void **state)
{
	rule("t", HEAD "flag: { no: { resource: B } }\n");
	add("a.a", "A", "{}");
	run();
	assert_int_equal(f.n, 1);
	end(NULL);
	begin(NULL);
	rule("t", HEAD "flag: { no: { resource: B } }\n");
	add("a.a", "A", "{}");
	add("b.b", "B", "{}");
	run();
	assert_int_equal(f.n, 0);
}

static void other_shapes_of_a_resource_are_at_hand(void **state)
{
	ROWS({"{ meta: { language: terraform, address: a.a } }", "{}", "fail"}, {"{ native: { x: 1 } }", "{\"x\": 1}", "fail"},
		{"{ v.*: { named: { contains: pass }, check: hard-coded } }", "{\"v\": {\"PASSWORD\": \"x\"}}", "fail"},
		{"{ v.*: { named: { contains: pass }, check: hard-coded } }", "{\"v\": {\"HOME\": \"x\"}}", "pass"},
		{"{ x: { same-as: $.y } }", "{\"x\": \"A\", \"y\": \"a\"}", "fail"}, {"{ x: { same-as: $.y } }", "{\"x\": 1, \"y\": 2}", "pass"},
		{"{ x: { same-as: $.y } }", "{\"x\": 1}", "maybe"}, {"{ x: { same-as: $.y } }", "{}", "fail"},
		{"{ written.x: 1 }", "{\"written\": {\"x\": 1}}", "fail"}, {"{ 'native:x': 1 }", "{\"x\": 1}", "fail"},
		{"{ \"e[]\": { p: 22, $.x: 1 } }", "{\"x\": 1, \"e\": [{\"p\": 22}]}", "fail"},
		{"{ \"m[\\\"a.b/c\\\"]\": x }", "{\"m\": {\"a.b/c\": \"x\"}}", "fail"});
}

static void a_type_may_be_named_by_its_beginning(void **state)
{
	rule("t", "title: T\nseverity: low\nresource: [azurerm_*, azurerm_x]\nflag: { x: 1 }\n");
	add("a.a", "azurerm_x", "{\"x\": 1}");
	add("a.b", "aws_x", "{\"x\": 1}");
	run();
	assert_int_equal(f.n, 1);
}

static void a_folded_part_has_one_finding_and_it_is_the_parts(void **state)
{
	rule("t", "title: T\nseverity: low\nresource: [A, A/part]\neach: { A: \"rules[]\", A/part: . }\nflag: { port: 22 }\nmessage: '{name}'\n");
	bl_resource *part = add("a.part", "A/part", "{\"port\": 22}");
	bl_resource *owner = add("a.owner", "A", "{}");
	bl_item *items = bl_new(&f.arena, bl_item);
	const bl_value **list = bl_new(&f.arena, const bl_value *);
	list[0] = part->effective;
	items[0] = (bl_item){BL_STR("rules"), BL_NOWHERE, bl_value_list(&f.arena, BL_NOWHERE, list, 1)};
	owner->effective = bl_value_map(&f.arena, BL_NOWHERE, items, 1);
	run();
	assert_int_equal(f.n, 1);
	assert_ptr_equal(f.findings[0]->resource, part);
	assert_true(bl_str_eqz(f.findings[0]->message, "a.owner"));
}

static void at_chooses_the_element_that_decided(void **state)
{
	rule("t", HEAD "flag: { \"rules[]\": { port: 22 } }\nat: rules[].from\n");
	add("a.a", "A", "{\"rules\": [{\"port\": 80, \"from\": 1}, {\"port\": 22, \"from\": 2}]}");
	run();
	assert_int_equal(f.n, 1);
	assert_true(bl_str_eqz(f.findings[0]->path, "rules[1].from"));
}

static void data_sources_are_judged_by_rules_that_name_them(void **state)
{
	rule("1", HEAD "flag: { x: 1 }\n");
	rule("2", "title: T\nseverity: low\nresource: data.A\nflag: { x: 1 }\n");
	add("data.a", "A", "{\"x\": 1}")->existing = true;
	add("a.a", "A", "{\"x\": 1}");
	run();
	assert_int_equal(f.n, 2);
	assert_true(bl_str_eqz(f.findings[0]->rule->id, "2"));
	assert_true(bl_str_eqz(f.findings[1]->rule->id, "1"));
}

static void a_policy_is_read_from_the_data_source_it_waits_for(void **state)
{
	rule("t", HEAD "flag: { p: { as-policy: { principals: { contains: '*' }, effect: Allow } } }\n");
	add("a.open", "A", "{\"p\": {\"$unknown\": {\"ref\": \"data.open\"}}}");
	add("a.closed", "A", "{\"p\": {\"$unknown\": {\"ref\": \"data.closed\"}}}");
	add("data.open", "aws_iam_policy_document",
		"{\"statement\": [{\"actions\": [\"s3:*\"], \"principals\": [{\"type\": \"AWS\", \"identifiers\": [\"*\"]}]}]}")
		->existing = true;
	add("data.closed", "aws_iam_policy_document", "{\"statement\": [{\"actions\": [\"s3:*\"]}]}")->existing = true;
	run();
	assert_int_equal(f.n, 1);
	assert_int_equal(f.findings[0]->result, BL_FAIL);
	assert_true(bl_str_eqz(f.findings[0]->resource->address, "a.open"));
}

static void where_may_look_back_at_the_asker(void **state)
{
	rule("t", HEAD "flag: { no: { resource: B, where: { ns: { same-as: our:ns } } } }\n");
	add("a.1", "A", "{\"ns\": \"one\"}");
	add("a.2", "A", "{\"ns\": \"two\"}");
	add("b.1", "B", "{\"ns\": \"one\"}");
	run();
	assert_int_equal(f.n, 1);
	assert_true(bl_str_eqz(f.findings[0]->resource->address, "a.2"));
}

static void the_tables_are_in_order(void **state)
{
	const char *const *names;
	size_t n = bl_builtin_names(&names);
	for (size_t i = 1; i < n; i++)
		assert_true(strcmp(names[i - 1], names[i]) < 0);
	for (size_t i = 1; i < BL_OP_WORD_COUNT; i++)
		assert_true(strcmp(bl_words[i - 1].name, bl_words[i].name) < 0);
}

static void comments_suppress_a_rule_by_id_or_alias(void **state)
{
	rule("azure/a", HEAD "aliases: [peer:X1]\nflag: { x: 1 }\n");
	rule("azure/b", HEAD "flag: { x: 1 }\n");
	add("a.a", "A", "{\"x\": 1}");
	bl_resource *r = add("a.b", "A", "{\"x\": 1}");
	uint32_t source = bl_sources_add(f.sources, BL_STR(""), BL_STR("c"),
		BL_STR("# belay:ignore peer:X1 until=2027-01-01 it is fine\nx = 1\n"));
	bl_value *body = bl_value_at(&f.arena, r->effective, (bl_span){source, 0, 0});
	body->map = bl_new(&f.arena, bl_item);
	body->map[0] = (bl_item){BL_STR("x"), BL_NOWHERE, bl_value_number(&f.arena, (bl_span){source, 55, 56}, 1)};
	r->effective = body;
	r->span = (bl_span){source, 51, 56};
	run();
	assert_int_equal(f.n, 4);
	assert_int_equal(f.findings[0]->result, BL_FAIL);
	assert_int_equal(f.findings[2]->result, BL_SUPPRESSED);
	assert_true(bl_str_eqz(f.findings[2]->suppression->reason, "it is fine"));
	assert_true(bl_str_eqz(f.findings[2]->suppression->until, "2027-01-01"));
	assert_int_equal(f.findings[3]->result, BL_FAIL);
}

static void sensitive_values_are_not_shown(void **state)
{
	rule("t", HEAD "flag: { x: { check: hard-coded } }\nmessage: 'it is {value}'\n");
	bl_resource *r = add("a.a", "A", "{\"x\": \"hush\"}");
	r->effective->map[0].value = bl_value_mark_sensitive(&f.arena, r->effective->map[0].value);
	run();
	assert_true(bl_str_eqz(f.findings[0]->message, "it is (sensitive)"));
}

static void assert_wrong(const char *text, const char *words)
{
	assert_int_equal(bl_rules_add(f.rules, BL_STR("t"), BL_STR("r.yaml"), bl_str_of(text), &f.error), BL_FAILED);
	assert_string_equal(f.error.text, words);
}

static void mistakes_are_named_with_their_place(void **state)
{
	assert_wrong(HEAD "flg: { x: 1 }\n", "r.yaml:1:1: 'flag' is missing");
	assert_wrong(HEAD "flag: { x: 1 }\nmesage: m\n", "r.yaml:5:1: unknown key 'mesage': did you mean 'message'?");
	assert_wrong(HEAD "flag: { p.x: { exist: true } }\n",
		"r.yaml:4:16: unknown word 'exist': did you mean 'exists'? (a property of that name is '.exist')");
	assert_wrong(HEAD "flag: { x: { check: open-to-internt } }\n",
		"r.yaml:4:21: unknown check 'open-to-internt': did you mean 'open-to-internet'?");
	assert_wrong(HEAD "flag: { 'a..b': 1 }\n", "r.yaml:4:9: path 'a..b': a key is empty");
	assert_wrong(HEAD "flag: { x: { matches: '(' } }\n",
		"r.yaml:4:23: '(' is no regular expression: missing closing parenthesis at offset 1");
	assert_wrong("title: T\nseverity: bad\nresource: A\nflag: { x: 1 }\n",
		"r.yaml:2:11: 'severity' is one of critical, high, medium, low and info");
	assert_wrong(HEAD "flag: { any: { resource: B, theirs: x } }\n", "r.yaml:4:29: unknown key 'theirs': did you mean 'their'?");
	assert_wrong(HEAD "flag: { x: {} }\n", "r.yaml:4:9: a condition says nothing");
}

static void examples_give_their_marks_and_a_clean_text(void **state)
{
	rule("t", HEAD "flag: { x: 1 }\nexamples:\n  - dockerfile: |\n      FROM a\n      USER root # flag\n"
		"  - arm: |\n      {\"a\": 1} // unknown\n");
	const bl_rule_example *examples;
	const bl_rule_info *info = bl_rules_find(f.rules, BL_STR("t"));
	assert_int_equal(bl_rules_examples(f.rules, info, &examples), 2);
	assert_true(bl_str_eqz(examples[0].text, "FROM a\nUSER root\n"));
	assert_int_equal(examples[0].nflag, 1);
	assert_int_equal(examples[0].flag_lines[0], 2);
	assert_int_equal(examples[1].nunknown, 1);
	assert_int_equal(info->nlanguages, 2);
	assert_true(bl_str_eqz(info->languages[0], "arm"));
}

static void a_rule_of_the_same_id_is_replaced_and_all_are_sorted(void **state)
{
	rule("b", HEAD "flag: { x: 1 }\n");
	rule("a", HEAD "flag: { x: 1 }\n");
	rule("b", "title: New\nseverity: low\nresource: A\nflag: { x: 2 }\n");
	assert_int_equal(bl_rules_count(f.rules), 2);
	assert_true(bl_str_eqz(bl_rules_nth(f.rules, 0)->id, "a"));
	assert_true(bl_str_eqz(bl_rules_nth(f.rules, 1)->title, "New"));
	assert_null(bl_rules_find(f.rules, BL_STR("c")));
}

static void one_worker_and_eight_find_the_same(void **state)
{
	bl_buf found[2] = {0};
	for (int k = 0; k < 2; k++) {
		end(NULL);
		begin(NULL);
		bl_pool_free(f.pool);
		f.pool = bl_pool_new(k ? 8 : 1);
		rule("t", HEAD "flag: { x: 1 }\n");
		for (int i = 0; i < 500; i++)
			add(bl_str_fmt(&f.arena, "a.%d", i).p, "A", i % 3 ? "{\"x\": 1}" : "{\"x\": 0}");
		run();
		for (size_t i = 0; i < f.n; i++)
			bl_buf_putf(&found[k], "%s %u\n", f.findings[i]->fingerprint, f.findings[i]->node);
	}
	assert_string_equal(found[0].p, found[1].p);
	bl_buf_done(&found[0]);
	bl_buf_done(&found[1]);
}

static void the_built_in_packs_load(void **state)
{
	bl_rules *rules = bl_rules_new();
	for (size_t i = 0; i < bl_rules_count(rules); i++) {
		const bl_rule_example *examples;
		const bl_rule_info *info = bl_rules_nth(rules, i);
		if (!bl_rules_examples(rules, info, &examples))
			fail_msg("rule %s has no example", info->id.p);
	}
	bl_rules_free(rules);
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(scalars_compare_as_providers_write_them),
		test(an_absent_value_is_a_maybe_until_the_rule_says_otherwise),
		test(unknown_values_give_what_is_known_of_them),
		test(a_rule_that_fails_for_every_candidate_fails),
		test(quantifiers_respect_open_lists),
		test(conditions_join_by_kleenes_logic),
		test(numbers_versions_and_texts_compare),
		test(views_take_values_apart),
		test(policies_are_read_from_text_and_maps),
		test(checks_reason_about_networks),
		test(when_decides_whether_a_rule_applies),
		test(each_gives_one_finding_an_element_where_it_stands),
		test(an_unknown_list_of_elements_is_one_maybe),
		test(a_finding_lands_on_at_else_on_what_decided_else_on_the_head),
		test(fingerprints_survive_moved_lines_and_new_neighbours),
		test(what_a_maybe_is_worth_is_for_the_rule_to_say),
		test(related_resources_are_found_by_what_they_name),
		test(a_related_resource_that_may_name_us_makes_a_maybe),
		test(a_name_that_another_bears_is_no_maybe),
		test(related_resources_are_found_by_what_we_name),
		test(a_resource_of_a_type_anywhere_in_the_root_counts),
		test(other_shapes_of_a_resource_are_at_hand),
		test(a_type_may_be_named_by_its_beginning),
		test(a_folded_part_has_one_finding_and_it_is_the_parts),
		test(at_chooses_the_element_that_decided),
		test(data_sources_are_judged_by_rules_that_name_them),
		test(a_policy_is_read_from_the_data_source_it_waits_for),
		test(where_may_look_back_at_the_asker),
		test(the_tables_are_in_order),
		test(comments_suppress_a_rule_by_id_or_alias),
		test(sensitive_values_are_not_shown),
		test(mistakes_are_named_with_their_place),
		test(examples_give_their_marks_and_a_clean_text),
		test(a_rule_of_the_same_id_is_replaced_and_all_are_sorted),
		test(one_worker_and_eight_find_the_same),
		test(the_built_in_packs_load),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
