#include "core/codec/yaml.h"
#include "eval/language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A schema, and resources of one root, from YAML: `!Ref ADDRESS` waits for it, `!Open [..]` may hold more. */
typedef struct bench {
	bl_arena arena;
	bl_schema *schema;
	bl_evaluation out;
	bl_root root;
	bl_embedded tables[4];
	size_t ntables;
} bench;

static const bl_value *from_yaml(bl_arena *arena, const char *text)
{
	bl_yaml_documents documents = {0};
	bl_diag_list diags = {0};
	bl_yaml_options options = {.tags = true};
	if (!bl_yaml_read(arena, 1, bl_str_of(text), options, &documents, &diags) || documents.n != 1)
		fail_msg("bad YAML in the test: %.*s", BL_ARG(diags.items[0].message));
	return documents.items[0];
}

static const bl_value *with_unknowns(bl_arena *arena, const bl_value *v)
{
	const bl_value *ref = bl_value_getz(v, "!Ref"), *open = bl_value_getz(v, "!Open");
	const bl_value *one_of = bl_value_getz(v, "!OneOf"), *variable = bl_value_getz(v, "!Var");
	/* a variable without a value: wherever it is used, its span is where it is declared */
	if (variable)
		return bl_value_unknown(arena, (bl_span){9, 0, 1}, "var." BL_FMT " has no value", BL_ARG(variable->string));
	if (ref)
		return bl_value_waits(arena, ref->span, ref->string, BL_STR("id"));
	if (one_of) {
		bl_value *u = bl_value_unknown(arena, v->span, "one of several");
		bl_unknown *what = (bl_unknown *)u->unknown;
		what->candidates = one_of->list;
		what->ncandidates = one_of->n;
		return u;
	}
	bl_value *c = bl_value_at(arena, open ? open : v, v->span);
	c->open = open != NULL;
	if (c->kind == BL_LIST)
		for (uint32_t i = 0; i < c->n; i++)
			c->list[i] = with_unknowns(arena, c->list[i]);
	for (uint32_t i = 0; c->kind == BL_MAP && i < c->n; i++)
		c->map[i].value = with_unknowns(arena, c->map[i].value);
	return c;
}

static void add_table(bench *b, const char *yaml)
{
	bl_buf packed = {0};
	bl_pack(&packed, from_yaml(&b->arena, yaml));
	b->tables[b->ntables++] = (bl_embedded){"test/x", bl_str_dup(&b->arena, bl_buf_str(&packed))};
	bl_buf_done(&packed);
}

static bl_resource *add(bench *b, bl_language language, const char *address, const char *body)
{
	bl_resource *r = bl_new(&b->arena, bl_resource);
	r->root = &b->root;
	r->language = language;
	r->address = bl_str_of(address);
	r->condition = BL_YES;
	r->head = (bl_span){1, 0, 1};
	bl_str type = r->address;
	if (language == BL_LANG_TERRAFORM) {
		bl_str rest = bl_str_cut(r->address, '.', &type);
		if (bl_str_eqz(type, "data")) {
			r->existing = true;
			bl_str_cut(rest, '.', &type);
		}
		r->native = with_unknowns(&b->arena, from_yaml(&b->arena, body));
	} else {
		bl_str_cut(r->address, ':', &type);
		r->written = with_unknowns(&b->arena, from_yaml(&b->arena, body));
	}
	r->native_type = type;
	bl_vec_push(&b->arena, &b->out.resources, r);
	return r;
}

static void lower(bench *b)
{
	bl_schema *schema = b->ntables ? bl_schema_of(&b->arena, b->tables, b->ntables)
				       : bl_schema_new(&b->arena);
	bl_lower(schema, &b->arena, &b->out);
}

static const bl_value *written(const bl_resource *r, const char *path)
{
	return bl_value_at_path(r->written, bl_str_of(path));
}

static const bl_value *effective(const bl_resource *r, const char *path)
{
	return bl_value_at_path(r->effective, bl_str_of(path));
}

static void assert_text(const bl_value *v, const char *z)
{
	assert_non_null(v);
	if (!bl_value_is_string(v, z))
		fail_msg("kind %d '%.*s' is not '%s'", v->kind, BL_ARG(bl_value_text(v)), z);
}

static void assert_bool(const bl_value *v, bool b)
{
	assert_non_null(v);
	assert_int_equal(v->kind, BL_BOOL);
	assert_int_equal(v->boolean, b);
}

#define BENCH(b) __attribute__((cleanup(bench_done))) bench b = {0}

static void bench_done(bench *b)
{
	bl_arena_done(&b->arena);
}

static void attributes_are_renamed_and_keep_their_spans(void **state)
{
	BENCH(b);
	add_table(&b, "type: T\nterraform: {x_a: {name: name, a | old_a: properties.a, block.c: properties.b.c}}");
	bl_resource *r = add(&b, BL_LANG_TERRAFORM, "x_a.r", "{name: n, old_a: 1, block: [{c: yes please}]}");
	bl_resource *both = add(&b, BL_LANG_TERRAFORM, "x_a.s", "{old_a: 1, a: 2}");
	lower(&b);
	assert_true(bl_str_eqz(r->type, "T"));
	assert_text(r->name, "n");
	assert_int_equal(written(r, "properties.a")->number, 1);
	assert_int_equal(written(r, "properties.a")->span.begin, 17);
	assert_text(written(r, "properties.b.c"), "yes please");
	assert_int_equal(written(r, "properties.b")->span.begin, 28);
	assert_int_equal(written(both, "properties.a")->number, 2);
}

static void lists_are_paired_element_by_element_and_stay_open(void **state)
{
	BENCH(b);
	add_table(&b, "type: T\nterraform: {x_a: {'rule[].port': 'properties.rules[].properties.port', "
		      "'rule[].hosts[]': 'properties.rules[].properties.hosts[].name', 'ids[]': 'properties.ids[].id'}}");
	bl_resource *r = add(&b, BL_LANG_TERRAFORM, "x_a.r",
		"{rule: [{port: 1}, {hosts: [a, b]}], ids: !Open [q]}");
	bl_resource *u = add(&b, BL_LANG_TERRAFORM, "x_a.u", "{rule: !Ref x_b.c, ids: []}");
	lower(&b);
	assert_int_equal(written(r, "properties.rules")->n, 2);
	assert_int_equal(written(r, "properties.rules.0.properties.port")->number, 1);
	assert_text(written(r, "properties.rules.1.properties.hosts.1.name"), "b");
	assert_true(written(r, "properties.ids")->open);
	assert_text(written(r, "properties.ids.0.id"), "q");
	assert_int_equal(written(u, "properties.rules")->kind, BL_UNKNOWN);
	assert_int_equal(written(u, "properties.rules")->unknown->nrefs, 1);
	assert_null(written(u, "properties.ids"));
}

static void operators_change_values_and_respect_unknowns(void **state)
{
	BENCH(b);
	add_table(&b, "type: T\nterraform:\n  x_a:\n    off: {to: p.on, not: true}\n"
		      "    tls: {to: p.tls, map: {'1.2': TLS12}}\n    days: {to: p.hours, scale: 24}\n"
		      "    words: {to: p.words, split: ','}\n    list: {to: p.text, join: ';'}\n"
		      "    one: [{to: p.list, wrap: list}, {to: p.object, wrap: id}]\n"
		      "    first: {to: p.first, unwrap: true}\n    block: {to: p.enabled, value: true}\n"
		      "    $set: {p.kind: linux, p.on: false}\n");
	bl_resource *r = add(&b, BL_LANG_TERRAFORM, "x_a.r",
		"{off: 'false', tls: '1.2', days: 2, words: 'a, b', list: [x, y], one: z, first: [f, g], block: [{}]}");
	bl_resource *u = add(&b, BL_LANG_TERRAFORM, "x_a.u",
		"{off: !OneOf [true, false], tls: !OneOf ['1.2', '1.0'], days: !Ref a.b, block: !Ref a.b}");
	lower(&b);
	assert_bool(written(r, "p.on"), true);
	assert_text(written(r, "p.tls"), "TLS12");
	assert_int_equal(written(r, "p.hours")->number, 48);
	assert_text(written(r, "p.words.1"), "b");
	assert_text(written(r, "p.text"), "x;y");
	assert_text(written(r, "p.list.0"), "z");
	assert_text(written(r, "p.object.id"), "z");
	assert_text(written(r, "p.first"), "f");
	assert_bool(written(r, "p.enabled"), true);
	assert_text(written(r, "p.kind"), "linux");
	const bl_value *on = written(u, "p.on");
	assert_int_equal(on->kind, BL_UNKNOWN);
	assert_bool(on->unknown->candidates[0], false);
	assert_bool(on->unknown->candidates[1], true);
	assert_text(written(u, "p.tls")->unknown->candidates[0], "TLS12");
	assert_int_equal(written(u, "p.hours")->unknown->type, BL_NUMBER);
	assert_int_equal(written(u, "p.enabled")->kind, BL_UNKNOWN);
}

static void unknown_blocks_leave_their_attributes_unknown(void **state)
{
	BENCH(b);
	add_table(&b, "type: T\nterraform: {x_a: {block.c: properties.c}}");
	bl_resource *u = add(&b, BL_LANG_TERRAFORM, "x_a.u", "{block: !Ref q.r}");
	bl_resource *open = add(&b, BL_LANG_TERRAFORM, "x_a.o", "{block: !Open []}");
	bl_resource *none = add(&b, BL_LANG_TERRAFORM, "x_a.n", "{block: []}");
	lower(&b);
	assert_int_equal(written(u, "properties.c")->kind, BL_UNKNOWN);
	assert_int_equal(written(open, "properties.c")->kind, BL_UNKNOWN);
	assert_null(written(none, "properties.c"));
}

static const char *const group_table =
	"type: G\nterraform: {x_g: {name: name, 'rule[].name': 'properties.rules[].name', 'rule[].port': 'properties.rules[].port'}}\n"
	"parts:\n  x_rule: {by: group, into: 'properties.rules[]', key: name, rows: {name: name, port: port}}\n"
	"  x_acl: {by: group_id, into: properties.acl, rows: {allow: allow, list: list}}\n"
	"  G/kids: {into: children.kids}\n  G/rules: {into: 'properties.rules[]', key: name}\n";

static void parts_fold_into_their_owner_by_reference(void **state)
{
	BENCH(b);
	add_table(&b, group_table);
	bl_resource *g = add(&b, BL_LANG_TERRAFORM, "x_g.g", "{name: gg, rule: [{name: a, port: 1}]}");
	bl_resource *other = add(&b, BL_LANG_TERRAFORM, "x_g.h", "{name: hh}");
	bl_resource *part = add(&b, BL_LANG_TERRAFORM, "x_rule.a", "{group: !Ref x_g.g, name: b, port: 2}");
	add(&b, BL_LANG_TERRAFORM, "x_rule.over", "{group: gg, name: A, port: 3}");
	add(&b, BL_LANG_TERRAFORM, "x_acl.acl", "{group_id: !Ref x_g.g, allow: true}");
	add(&b, BL_LANG_TERRAFORM, "x_acl.far", "{group_id: elsewhere, allow: true}");
	lower(&b);
	assert_int_equal(effective(g, "properties.rules")->n, 2);
	assert_int_equal(effective(g, "properties.rules.0.port")->number, 3);
	assert_int_equal(effective(g, "properties.rules.1.port")->number, 2);
	assert_bool(effective(g, "properties.acl.allow"), true);
	assert_null(effective(other, "properties.rules"));
	assert_null(effective(other, "properties.acl"));
	assert_null(written(g, "properties.acl"));
	assert_true(bl_str_eqz(part->type, "x_rule"));
}

static void a_part_finds_its_owner_through_another_part(void **state)
{
	BENCH(b);
	bl_resource *server = add(&b, BL_LANG_TERRAFORM, "azurerm_mssql_server.s", "{name: s}");
	bl_resource *other = add(&b, BL_LANG_TERRAFORM, "azurerm_mssql_server.t", "{name: t}");
	add(&b, BL_LANG_TERRAFORM, "azurerm_mssql_server_security_alert_policy.p",
		"{server_name: !Ref azurerm_mssql_server.s, state: Enabled}");
	add(&b, BL_LANG_TERRAFORM, "azurerm_mssql_server_vulnerability_assessment.a",
		"{server_security_alert_policy_id: !Ref azurerm_mssql_server_security_alert_policy.p,"
		" recurring_scans: [{enabled: true}]}");
	lower(&b);
	assert_bool(effective(server, "children.vulnerabilityAssessments.properties.recurringScans.isEnabled"),
		true);
	assert_null(effective(other, "children.vulnerabilityAssessments"));
}

static void a_part_belongs_to_the_resource_whose_attribute_it_took(void **state)
{
	BENCH(b);
	add_table(&b, group_table);
	bl_resource *own = add(&b, BL_LANG_TERRAFORM, "x_g.own", "{name: !Var env}");
	bl_resource *other = add(&b, BL_LANG_TERRAFORM, "x_g.other", "{name: !Var env}");
	bl_resource *part = add(&b, BL_LANG_TERRAFORM, "x_acl.s", "{group_id: !Var env, allow: false}");
	bl_via way = {.what = BL_STR("x_g.own.name")};
	bl_value *taken = bl_value_at(&b.arena, bl_value_getz(part->native, "group_id"), BL_NOWHERE);
	taken->via = &way;
	part->native = bl_value_with(&b.arena, part->native, BL_STR("group_id"), taken);
	lower(&b);
	assert_bool(effective(own, "properties.acl.allow"), false);
	assert_null(effective(other, "properties.acl"));
}

static void an_unclear_owner_makes_every_candidate_unsure(void **state)
{
	BENCH(b);
	add_table(&b, group_table);
	bl_resource *g = add(&b, BL_LANG_TERRAFORM, "x_g.g[\"a\"]", "{name: gg, rule: [{name: a, port: 1}]}");
	bl_resource *h = add(&b, BL_LANG_TERRAFORM, "x_g.g[\"b\"]", "{name: hh}");
	bl_resource *own = add(&b, BL_LANG_TERRAFORM, "x_g.own", "{name: oo}");
	add(&b, BL_LANG_TERRAFORM, "x_rule.r", "{group: !Ref x_g.g, name: b, port: 2}");
	add(&b, BL_LANG_TERRAFORM, "x_acl.s", "{group_id: !Ref var.id, allow: false}");
	lower(&b);
	assert_true(effective(g, "properties.rules")->open);
	assert_int_equal(effective(g, "properties.rules")->n, 1);
	assert_true(effective(h, "properties.rules")->open);
	assert_null(effective(own, "properties.rules"));
	assert_int_equal(effective(own, "properties.acl.allow")->kind, BL_UNKNOWN);
}

static void a_variable_that_names_owner_and_part_makes_them_one(void **state)
{
	BENCH(b);
	add_table(&b, group_table);
	bl_resource *own = add(&b, BL_LANG_TERRAFORM, "x_g.own", "{name: !Var id}");
	bl_resource *known = add(&b, BL_LANG_TERRAFORM, "x_g.known", "{name: kk}");
	bl_resource *other = add(&b, BL_LANG_TERRAFORM, "x_g.other", "{name: !Var else}");
	add(&b, BL_LANG_TERRAFORM, "x_acl.s", "{group_id: !Var id, allow: false}");
	lower(&b);
	assert_bool(effective(own, "properties.acl.allow"), false);
	assert_null(effective(known, "properties.acl"));
	assert_null(effective(other, "properties.acl"));
}

static void an_instance_takes_the_part_with_its_key(void **state)
{
	BENCH(b);
	add_table(&b, group_table);
	bl_resource *a = add(&b, BL_LANG_TERRAFORM, "x_g.g[\"a\"]", "{name: x}");
	bl_resource *c = add(&b, BL_LANG_TERRAFORM, "x_g.g[\"b\"]", "{name: y}");
	add(&b, BL_LANG_TERRAFORM, "x_acl.s[\"b\"]", "{group_id: !Ref 'x_g.g[\"b\"]', allow: false}");
	lower(&b);
	assert_null(effective(a, "properties.acl"));
	assert_bool(effective(c, "properties.acl.allow"), false);
}

static void a_part_that_may_not_exist_only_may_set(void **state)
{
	BENCH(b);
	add_table(&b, group_table);
	bl_resource *g = add(&b, BL_LANG_TERRAFORM, "x_g.g", "{name: gg}");
	add(&b, BL_LANG_TERRAFORM, "x_acl.s[*]", "{group_id: !Ref x_g.g, allow: false}")->condition = BL_MAYBE;
	lower(&b);
	assert_int_equal(effective(g, "properties.acl.allow")->kind, BL_UNKNOWN);
}

static void child_resources_of_templates_fold_by_name_or_parent(void **state)
{
	BENCH(b);
	add_table(&b, group_table);
	bl_resource *g = add(&b, BL_LANG_BICEP, "G:g", "{name: gg}");
	bl_resource *h = add(&b, BL_LANG_BICEP, "G:h", "{name: hh}");
	add(&b, BL_LANG_BICEP, "G/kids:a", "{name: gg/default, properties: {x: 1}}");
	add(&b, BL_LANG_BICEP, "G/rules:b", "{name: r, parent: !Ref 'G:h', properties: {y: 2}}");
	lower(&b);
	assert_int_equal(effective(g, "children.kids.properties.x")->number, 1);
	assert_text(effective(g, "children.kids.name"), "default");
	assert_int_equal(effective(h, "properties.rules.0.properties.y")->number, 2);
	assert_null(effective(g, "properties.rules"));
}

static bl_value *unknown_text(bench *b, const char *why, const char *prefix, const char *suffix)
{
	bl_value *v = bl_value_unknown(&b->arena, BL_NOWHERE, "%s", why);
	((bl_unknown *)v->unknown)->prefix = bl_str_of(prefix);
	((bl_unknown *)v->unknown)->suffix = bl_str_of(suffix);
	return v;
}

static void a_child_finds_its_parent_by_the_same_unknown_name(void **state)
{
	BENCH(b);
	add_table(&b, group_table);
	bl_resource *g = add(&b, BL_LANG_ARM, "G:g", "{}");
	bl_resource *h = add(&b, BL_LANG_ARM, "G:h", "{}");
	bl_resource *kid = add(&b, BL_LANG_ARM, "G/kids:k", "{properties: {x: 1}}");
	bl_resource *rule = add(&b, BL_LANG_ARM, "G/rules:r", "{properties: {x: 1}}");
	g->name = unknown_text(&b, "n has no value", "a-", "");
	h->name = unknown_text(&b, "n has no value", "b-", "");
	kid->name = unknown_text(&b, "n has no value", "a-", "/default");
	rule->name = unknown_text(&b, "m has no value", "", "");
	lower(&b);
	assert_int_equal(effective(g, "children.kids.properties.x")->number, 1);
	assert_null(effective(h, "children.kids"));
	assert_true(effective(g, "properties.rules")->open);
	assert_true(effective(h, "properties.rules")->open);
}

static void a_child_declared_inside_its_parent_belongs_to_it(void **state)
{
	BENCH(b);
	add_table(&b, group_table);
	bl_resource *g = add(&b, BL_LANG_BICEP, "G:g", "{}");
	bl_resource *kid = add(&b, BL_LANG_BICEP, "G/kids:k", "{properties: {x: 1}}");
	g->address = BL_STR("mod.g");
	kid->address = BL_STR("mod.g.k");
	lower(&b);
	assert_int_equal(effective(g, "children.kids.properties.x")->number, 1);
}

static void parts_choose_their_place_by_a_value(void **state)
{
	BENCH(b);
	bl_resource *sg = add(&b, BL_LANG_TERRAFORM, "aws_security_group.g",
		"{egress: [{protocol: '-1', from_port: 0, to_port: 0, cidr_blocks: [0.0.0.0/0]}]}");
	add(&b, BL_LANG_TERRAFORM, "aws_security_group_rule.r",
		"{type: ingress, security_group_id: !Ref aws_security_group.g, protocol: tcp, from_port: 22,"
		" to_port: 22, cidr_blocks: [10.0.0.0/8, 0.0.0.0/0], ipv6_cidr_blocks: ['::/0']}");
	add(&b, BL_LANG_TERRAFORM, "aws_security_group_rule.s",
		"{type: ingress, security_group_id: !Ref aws_security_group.g, protocol: tcp, from_port: 80, to_port: 80, source_security_group_id: sg-1}");
	lower(&b);
	assert_int_equal(effective(sg, "properties.SecurityGroupIngress")->n, 4);
	assert_text(effective(sg, "properties.SecurityGroupIngress.3.SourceSecurityGroupId"), "sg-1");
	assert_text(effective(sg, "properties.SecurityGroupIngress.1.CidrIp"), "0.0.0.0/0");
	assert_text(effective(sg, "properties.SecurityGroupIngress.2.CidrIpv6"), "::/0");
	assert_int_equal(effective(sg, "properties.SecurityGroupEgress")->n, 1);
	assert_int_equal(effective(sg, "properties.SecurityGroupIngress.0.FromPort")->number, 22);
}

static void policies_are_read_from_text_and_from_data_sources(void **state)
{
	BENCH(b);
	bl_resource *bucket = add(&b, BL_LANG_TERRAFORM, "aws_s3_bucket.b", "{bucket: b}");
	add(&b, BL_LANG_TERRAFORM, "data.aws_iam_policy_document.d",
		"{statement: [{actions: ['s3:*'], principals: [{type: AWS, identifiers: ['*']}],"
		" condition: [{test: StringEquals, variable: 'aws:x', values: [y]}]}]}");
	add(&b, BL_LANG_TERRAFORM, "aws_s3_bucket_policy.p",
		"{bucket: !Ref aws_s3_bucket.b, policy: !Ref data.aws_iam_policy_document.d}");
	bl_resource *policy = add(&b, BL_LANG_TERRAFORM, "aws_iam_policy.p",
		"{policy: '{\"Statement\": [{\"Action\": \"*\"}]}'}");
	lower(&b);
	const char *at = "children.bucketPolicy.PolicyDocument.Statement.0.";
	bl_str principal = bl_str_fmt(&b.arena, "%sPrincipal.AWS", at);
	assert_text(bl_value_at_path(bucket->effective, principal), "*");
	assert_text(effective(bucket, "children.bucketPolicy.PolicyDocument.Statement.0.Effect"), "Allow");
	assert_text(effective(policy, "properties.PolicyDocument.Statement.0.Action"), "*");
	assert_true(bl_span_known(effective(policy, "properties.PolicyDocument.Statement.0.Action")->span));
}

static void defaults_differ_by_language_and_version(void **state)
{
	BENCH(b);
	add_table(&b, "type: T\nterraform: {x_a: {a: properties.a, 'l[].q': 'properties.l[].q', m: m}}\ndefaults:\n"
		      "  properties.a: {arm: {before 2019-04-01: false, then: true}, terraform: null}\n"
		      "  properties.both: 7\n  properties.acl?.action: Allow\n  properties.l[].kind: K\n");
	bl_resource *old = add(&b, BL_LANG_BICEP, "T:old", "{properties: {acl: {x: 1}}}");
	old->api_version = BL_STR("2018-07-01");
	bl_resource *new = add(&b, BL_LANG_ARM, "T:new", "{properties: {A: null}}");
	new->api_version = BL_STR("2023-01-01-preview");
	bl_resource *tf = add(&b, BL_LANG_TERRAFORM, "x_a.r", "{l: [{q: 1}, {q: 2}]}");
	lower(&b);
	assert_bool(effective(old, "properties.a"), false);
	assert_bool(effective(new, "properties.a"), true);
	assert_null(effective(tf, "properties.a"));
	assert_int_equal(effective(tf, "properties.both")->number, 7);
	assert_int_equal(effective(tf, "properties.both")->origin, BL_DEFAULTED);
	assert_text(effective(old, "properties.acl.action"), "Allow");
	assert_null(effective(new, "properties.acl"));
	assert_text(effective(tf, "properties.l.1.kind"), "K");
	assert_null(written(tf, "properties.both"));
}

static void what_exists_already_has_no_defaults(void **state)
{
	BENCH(b);
	add_table(&b, "type: T\nterraform: {x_a: {name: name}}\ndefaults: {properties.a: 1}\n");
	bl_resource *r = add(&b, BL_LANG_TERRAFORM, "data.x_a.r", "{name: n}");
	lower(&b);
	assert_null(effective(r, "properties.a"));
	assert_true(effective(r, "properties")->open);
}

static void a_type_without_a_table_stays_native(void **state)
{
	BENCH(b);
	add_table(&b, group_table);
	bl_resource *r = add(&b, BL_LANG_TERRAFORM, "x_z.r", "{name: n, q: 1}");
	lower(&b);
	assert_true(bl_str_eqz(r->type, "x_z"));
	assert_int_equal(effective(r, "q")->number, 1);
}

static void kubernetes_blocks_become_a_manifest(void **state)
{
	BENCH(b);
	add_table(&b, "type: T\nterraform: {kubernetes_x: {'.': {to: properties, convert: kubernetes_block}, "
		      "metadata.name: name, spec.template.spec: [{to: pod, convert: kubernetes_block}, "
		      "{to: containers, convert: kubernetes_containers}]}}");
	bl_resource *r = add(&b, BL_LANG_TERRAFORM, "kubernetes_x.r",
		"{metadata: [{name: web, labels: {my_key: v}}], spec: [{template: [{spec: [{host_ipc: true, "
		"volume: [{name: s, secret: [{secret_name: t}]}], init_container: [{name: i}], "
		"container: [{name: c, volume_mount: [{mount_path: /x}], security_context: [{run_as_user: 5}]}]}]}]}]}");
	bl_resource *unsure = add(&b, BL_LANG_TERRAFORM, "kubernetes_x.s",
		"{metadata: [{name: web}], spec: [{template: [{spec: [{container: !Open [{name: c}]}]}]}]}");
	lower(&b);
	assert_text(r->name, "web");
	assert_text(written(r, "properties.metadata.labels.my_key"), "v");
	assert_bool(written(r, "pod.hostIPC"), true);
	assert_bool(written(r, "properties.spec.template.spec.hostIPC"), true);
	assert_text(written(r, "pod.volumes.0.secret.secretName"), "t");
	assert_int_equal(written(r, "containers")->n, 2);
	assert_text(written(r, "containers.0.volumeMounts.0.mountPath"), "/x");
	assert_int_equal(written(r, "containers.0.securityContext.runAsUser")->number, 5);
	assert_text(written(r, "containers.1.name"), "i");
	assert_false(written(r, "containers")->open);
	assert_true(written(unsure, "containers")->open);
}

static void storage_accounts_meet_in_one_shape(void **state)
{
	BENCH(b);
	bl_resource *tf = add(&b, BL_LANG_TERRAFORM, "azurerm_storage_account.sa",
		"{name: sa, min_tls_version: TLS1_0, enable_https_traffic_only: false,"
		" network_rules: [{default_action: Deny, bypass: [Logging, Metrics], ip_rules: [1.2.3.4]}]}");
	bl_resource *other = add(&b, BL_LANG_TERRAFORM, "azurerm_storage_account.other", "{name: ot}");
	add(&b, BL_LANG_TERRAFORM, "azurerm_storage_account_network_rules.r",
		"{storage_account_id: !Ref azurerm_storage_account.other, default_action: Deny}");
	bl_resource *arm = add(&b, BL_LANG_BICEP, "microsoft.storage/storageaccounts:x", "{name: x}");
	lower(&b);
	assert_bool(effective(tf, "properties.supportsHttpsTrafficOnly"), false);
	assert_text(effective(tf, "properties.networkAcls.bypass"), "Logging, Metrics");
	assert_text(effective(tf, "properties.networkAcls.ipRules.0.value"), "1.2.3.4");
	assert_text(effective(other, "properties.networkAcls.defaultAction"), "Deny");
	assert_true(bl_str_eqz(arm->type, "Microsoft.Storage/storageAccounts"));
	assert_bool(effective(arm, "properties.supportsHttpsTrafficOnly"), true);
	assert_text(effective(arm, "properties.networkAcls.defaultAction"), "Allow");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attributes_are_renamed_and_keep_their_spans),
		cmocka_unit_test(lists_are_paired_element_by_element_and_stay_open),
		cmocka_unit_test(operators_change_values_and_respect_unknowns),
		cmocka_unit_test(unknown_blocks_leave_their_attributes_unknown),
		cmocka_unit_test(parts_fold_into_their_owner_by_reference),
		cmocka_unit_test(a_part_finds_its_owner_through_another_part),
		cmocka_unit_test(a_part_belongs_to_the_resource_whose_attribute_it_took),
		cmocka_unit_test(an_unclear_owner_makes_every_candidate_unsure),
		cmocka_unit_test(an_instance_takes_the_part_with_its_key),
		cmocka_unit_test(a_variable_that_names_owner_and_part_makes_them_one),
		cmocka_unit_test(a_part_that_may_not_exist_only_may_set),
		cmocka_unit_test(child_resources_of_templates_fold_by_name_or_parent),
		cmocka_unit_test(a_child_finds_its_parent_by_the_same_unknown_name),
		cmocka_unit_test(a_child_declared_inside_its_parent_belongs_to_it),
		cmocka_unit_test(parts_choose_their_place_by_a_value),
		cmocka_unit_test(policies_are_read_from_text_and_from_data_sources),
		cmocka_unit_test(defaults_differ_by_language_and_version),
		cmocka_unit_test(what_exists_already_has_no_defaults),
		cmocka_unit_test(a_type_without_a_table_stays_native),
		cmocka_unit_test(kubernetes_blocks_become_a_manifest),
		cmocka_unit_test(storage_accounts_meet_in_one_shape),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
