#include "core/codec/json.h"
#include "core/reason/firewall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>

static uint32_t seed = 12345;

static uint32_t dice(uint32_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

enum { SMALL = 40 };

static bl_ranges random_set(bl_arena *a, bool bits[SMALL])
{
	bl_range r[4];
	size_t n = dice(5);
	memset(bits, 0, SMALL * sizeof *bits);
	for (size_t i = 0; i < n; i++) {
		uint32_t lo = dice(SMALL), hi = dice(SMALL);
		r[i] = (bl_range){lo, hi};
		for (uint32_t k = lo; k <= hi; k++)
			bits[k] = true;
	}
	return bl_ranges_of(a, r, n);
}

static void assert_tidy(bl_ranges s)
{
	for (size_t i = 0; i < s.n; i++) {
		assert_true(s.items[i].lo <= s.items[i].hi);
		assert_true(i == 0 || s.items[i].lo > s.items[i - 1].hi + 1);
	}
}

static void set_arithmetic_agrees_with_bits(void **state)
{
	for (int round = 0; round < 3000; round++) {
		bl_arena a = {0};
		bool x[SMALL], y[SMALL];
		bl_ranges s = random_set(&a, x), t = random_set(&a, y);
		bl_ranges u = bl_ranges_union(&a, s, t), i = bl_ranges_intersect(&a, s, t),
			  d = bl_ranges_subtract(&a, s, t);
		uint32_t count = 0;
		assert_tidy(u);
		assert_tidy(i);
		assert_tidy(d);
		for (uint32_t k = 0; k < SMALL; k++) {
			assert_int_equal(bl_ranges_has(u, k), x[k] || y[k]);
			assert_int_equal(bl_ranges_has(i, k), x[k] && y[k]);
			assert_int_equal(bl_ranges_has(d, k), x[k] && !y[k]);
			count += x[k];
		}
		assert_true(bl_ranges_count(s) == count);
		bl_arena_done(&a);
	}
}

static void addresses_are_read_with_prefixes_and_ranges(void **state)
{
	bl_arena a = {0};
	bl_addrs s;
	assert_true(bl_addrs_parse(&a, BL_STR("10.1.2.3/8"), &s));
	assert_true(s.v4.items[0].lo == 0x0a000000 && s.v4.items[0].hi == 0x0affffff);
	assert_true(bl_addrs_parse(&a, BL_STR("0.0.0.0/0"), &s));
	assert_true(bl_ranges_count(s.v4) == (bl_u128)1 << 32);
	assert_true(bl_addrs_parse(&a, BL_STR("::/0"), &s));
	assert_true(s.v6.items[0].hi == ~(bl_u128)0 && !s.v4.n);
	assert_true(bl_addrs_parse(&a, BL_STR("::ffff:1.2.3.4"), &s));
	assert_true(s.v4.n == 1 && !s.v6.n);
	assert_true(bl_addrs_parse(&a, BL_STR("1.2.3.4 - 1.2.3.9"), &s));
	assert_true(bl_ranges_count(s.v4) == 6);
	static const char *const bad[] = {"", "/8", "10.0.0.0/33", "10.0.0", "10.0.0.0/", "9.9.9.9-1.1.1.1", "Internet", "1.2.3.4/8/8"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(bl_addrs_parse(&a, bl_str_of(bad[i]), &s));
	bl_arena_done(&a);
}

/* A rule of the oracle: what it says of one address and one service, one by one. */
typedef struct small_rule {
	bl_net_rule rule;
	bool from_sure[SMALL], from_may[SMALL], service_sure[SMALL], service_may[SMALL];
} small_rule;

static void random_rule(bl_arena *a, small_rule *r)
{
	static const bl_tri tris[] = {BL_NO, BL_YES, BL_YES, BL_NO, BL_MAYBE};
	static const bl_tri to[] = {BL_YES, BL_YES, BL_YES, BL_NO, BL_MAYBE};
	bool more[SMALL];
	r->rule = (bl_net_rule){.priority = dice(6), .allow = tris[dice(5)], .to = to[dice(5)]};
	r->rule.from_sure.v4 = random_set(a, r->from_sure);
	r->rule.from_may.v4 = bl_ranges_union(a, r->rule.from_sure.v4, dice(3) ? (bl_ranges){0} : random_set(a, more));
	r->rule.services_sure = random_set(a, r->service_sure);
	r->rule.services_may = bl_ranges_union(a, r->rule.services_sure, dice(3) ? (bl_ranges){0} : random_set(a, more));
	for (uint32_t i = 0; i < SMALL; i++) {
		r->from_may[i] = bl_ranges_has(r->rule.from_may.v4, i);
		r->service_may[i] = bl_ranges_has(r->rule.services_may, i);
	}
}

/* Walks the rules from the top, over every way the uncertain ones can turn out: which verdicts are possible? */
static void possible(const small_rule *rules, size_t n, uint32_t from, uint32_t service, bool *pass, bool *drop)
{
	for (size_t i = 0; i < n; i++) {
		const small_rule *r = &rules[i];
		bool may = r->rule.to != BL_NO && r->from_may[from] && r->service_may[service];
		bool sure = r->rule.to == BL_YES && r->from_sure[from] && r->service_sure[service];
		if (!may)
			continue;
		*pass |= r->rule.allow != BL_NO;
		*drop |= r->rule.allow != BL_YES;
		if (sure)
			return;
	}
	*drop = true;
}

static int by_priority(const void *x, const void *y)
{
	const small_rule *a = x, *b = y;
	if (a->rule.priority != b->rule.priority)
		return a->rule.priority < b->rule.priority ? -1 : 1;
	return (int)a->rule.allow - (int)b->rule.allow;
}

static bool in_flows(bl_net_flows f, uint32_t from, uint32_t service, bool sure)
{
	for (size_t i = 0; i < f.n; i++)
		if (service >= f.items[i].lo && service <= f.items[i].hi)
			return bl_ranges_has(sure ? f.items[i].sure.v4 : f.items[i].may.v4, from);
	return false;
}

static void filters_agree_with_a_walk_over_every_possibility(void **state)
{
	for (int round = 0; round < 400; round++) {
		bl_arena a = {0};
		small_rule rules[7];
		bl_net_rule shuffled[7];
		size_t n = dice(8);
		for (size_t i = 0; i < n; i++)
			random_rule(&a, &rules[i]);
		for (size_t i = 0; i < n; i++)
			shuffled[i] = rules[i].rule;
		bl_net_flows f = bl_net_evaluate(&a, shuffled, n);
		if (n)
			qsort(rules, n, sizeof *rules, by_priority);
		for (uint32_t from = 0; from < SMALL; from++) {
			for (uint32_t service = 0; service < SMALL; service++) {
				bool pass = false, drop = false;
				possible(rules, n, from, service, &pass, &drop);
				assert_int_equal(in_flows(f, from, service, true), pass && !drop);
				assert_int_equal(in_flows(f, from, service, false), pass);
			}
		}
		bl_arena_done(&a);
	}
}

static void two_filters_let_through_what_both_or_either_do(void **state)
{
	for (int round = 0; round < 100; round++) {
		bl_arena a = {0};
		bl_net_flows f[2];
		for (int k = 0; k < 2; k++) {
			small_rule r[4];
			bl_net_rule rules[4];
			for (int i = 0; i < 4; i++) {
				random_rule(&a, &r[i]);
				rules[i] = r[i].rule;
			}
			f[k] = bl_net_evaluate(&a, rules, 4);
		}
		bl_net_flows both = bl_net_both(&a, f[0], f[1]), either = bl_net_either(&a, f[0], f[1]);
		for (uint32_t from = 0; from < SMALL; from++) {
			for (uint32_t service = 0; service < SMALL; service++) {
				for (int sure = 0; sure < 2; sure++) {
					bool x = in_flows(f[0], from, service, sure), y = in_flows(f[1], from, service, sure);
					assert_int_equal(in_flows(both, from, service, sure), x && y);
					assert_int_equal(in_flows(either, from, service, sure), x || y);
				}
			}
		}
		bl_arena_done(&a);
	}
}

static bl_net_reach azure(bl_arena *a, const char *json, const bl_firewall_place *place)
{
	bl_error error = {""};
	const bl_value *v = bl_json_read(a, bl_str_of(json), &error);
	assert_string_equal(error.text, "");
	return bl_net_from_internet(a, bl_firewall_azure(a, v->list, v->n, v->open, place));
}

#define RULE(priority, access, source, ports)                                                      \
	"{\"properties\":{\"priority\":" #priority ",\"direction\":\"Inbound\",\"access\":\"" access        \
	"\",\"protocol\":\"Tcp\",\"sourceAddressPrefix\":\"" source "\",\"sourcePortRange\":\"*\","           \
	"\"destinationAddressPrefix\":\"*\",\"destinationPortRange\":\"" ports "\"}}"

static void azure_asks_the_lowest_priority_first(void **state)
{
	bl_arena a = {0};
	bl_net_reach r = azure(&a, "[" RULE(200, "Allow", "*", "20-25") "," RULE(100, "Deny", "Internet", "22") "]", NULL);
	assert_string_equal(bl_net_text(&a, r.sure).p, "tcp/20-21, tcp/23-25");
	r = azure(&a, "[" RULE(100, "Allow", "0.0.0.0/0", "22") "," RULE(200, "Deny", "*", "*") "]", NULL);
	assert_string_equal(bl_net_text(&a, r.sure).p, "tcp/22");
	assert_true(bl_ranges_equal(r.sure, r.may));
	bl_arena_done(&a);
}

static void azure_denies_the_internet_by_default(void **state)
{
	bl_arena a = {0};
	assert_int_equal(azure(&a, "[]", NULL).may.n, 0);
	assert_int_equal(azure(&a, "[" RULE(100, "Allow", "VirtualNetwork", "22") "]", NULL).may.n, 0);
	assert_int_equal(azure(&a, "[" RULE(100, "Allow", "AzureLoadBalancer", "22") "]", NULL).may.n, 0);
	assert_int_equal(azure(&a, "[" RULE(100, "Allow", "203.0.113.0/24", "22") "]", NULL).may.n, 0);
	assert_int_equal(azure(&a, "[" RULE(100, "Allow", "GatewayManager", "65200-65535") "]", NULL).may.n, 0);
	bl_arena_done(&a);
}

static void azure_reads_plural_properties(void **state)
{
	bl_arena a = {0};
	bl_net_reach r = azure(&a,
		"[{\"properties\":{\"priority\":100,\"direction\":\"inbound\",\"access\":\"allow\",\"protocol\":\"*\","
		"\"sourceAddressPrefixes\":[\"10.0.0.0/8\",\"0.0.0.0/1\",\"128.0.0.0/1\"],"
		"\"destinationPortRanges\":[\"22\",\"3389\"],\"destinationAddressPrefix\":\"*\"}}]", NULL);
	assert_string_equal(bl_net_text(&a, r.sure).p, "tcp/22, tcp/3389, udp/22, udp/3389");
	bl_arena_done(&a);
}

static void a_rule_for_another_machine_opens_nothing_here(void **state)
{
	bl_arena a = {0};
	static const char rules[] = "[{\"properties\":{\"priority\":100,\"direction\":\"Inbound\",\"access\":\"Allow\",\"protocol\":\"Tcp\","
		"\"sourceAddressPrefix\":\"*\",\"destinationAddressPrefix\":\"10.0.1.4\",\"destinationPortRange\":\"22\"}}]";
	bl_firewall_place place = {0};
	assert_int_equal(bl_net_reaches(&a, azure(&a, rules, &place), bl_net_tcp(&a, 22, 22)), BL_MAYBE);
	bl_addrs_parse(&a, BL_STR("10.0.2.0/24"), &place.within);
	assert_int_equal(bl_net_reaches(&a, azure(&a, rules, &place), bl_net_tcp(&a, 22, 22)), BL_NO);
	bl_addrs_parse(&a, BL_STR("10.0.1.4"), &place.within);
	assert_int_equal(bl_net_reaches(&a, azure(&a, rules, &place), bl_net_tcp(&a, 22, 22)), BL_YES);
	bl_arena_done(&a);
}

static void an_unknown_source_is_a_maybe_that_a_later_rule_can_settle(void **state)
{
	bl_arena a = {0};
	const bl_value *v = bl_json_read(&a, bl_str_of("[" RULE(100, "Allow", "x", "22") "," RULE(200, "Allow", "*", "22") "]"), NULL);
	const bl_value *open = bl_value_with(&a, v->list[0], BL_STR("properties.sourceAddressPrefix"),
		bl_value_unknown(&a, BL_NOWHERE, "var.source has no value"));
	const bl_value *rules[] = {open, v->list[1]};
	bl_net_reach r = bl_net_from_internet(&a, bl_firewall_azure(&a, rules, 1, false, NULL));
	assert_int_equal(bl_net_reaches(&a, r, bl_net_tcp(&a, 22, 22)), BL_MAYBE);
	assert_int_equal(bl_net_reaches(&a, r, bl_net_tcp(&a, 23, 23)), BL_NO);
	r = bl_net_from_internet(&a, bl_firewall_azure(&a, rules, 2, false, NULL));
	assert_int_equal(bl_net_reaches(&a, r, bl_net_tcp(&a, 22, 22)), BL_YES);
	bl_arena_done(&a);
}

static void aws_groups_add_up(void **state)
{
	bl_arena a = {0};
	const bl_value *v = bl_json_read(&a, BL_STR("["
		"{\"IpProtocol\":\"tcp\",\"FromPort\":22,\"ToPort\":22,\"CidrIp\":\"0.0.0.0/0\"},"
		"{\"IpProtocol\":\"tcp\",\"FromPort\":3306,\"ToPort\":3306,\"SourceSecurityGroupId\":\"sg-1\"},"
		"{\"IpProtocol\":\"17\",\"FromPort\":53,\"ToPort\":53,\"CidrIpv6\":\"::/0\"},"
		"{\"IpProtocol\":\"tcp\",\"FromPort\":443,\"ToPort\":443,\"CidrIp\":\"198.51.100.0/24\"}]"), NULL);
	bl_net_reach r = bl_net_from_internet(&a, bl_firewall_aws(&a, v->list, v->n, false));
	assert_string_equal(bl_net_text(&a, r.sure).p, "tcp/22, udp/53");
	assert_true(bl_ranges_equal(r.sure, r.may));
	v = bl_json_read(&a, BL_STR("[{\"IpProtocol\":\"-1\",\"FromPort\":0,\"ToPort\":0,\"CidrIp\":\"0.0.0.0/0\"}]"), NULL);
	r = bl_net_from_internet(&a, bl_firewall_aws(&a, v->list, v->n, false));
	assert_string_equal(bl_net_text(&a, r.sure).p, "any");
	bl_arena_done(&a);
}

static void google_denies_first_at_equal_priority_and_honours_tags(void **state)
{
	bl_arena a = {0};
	const bl_value *v = bl_json_read(&a, BL_STR("["
		"{\"sourceRanges\":[\"0.0.0.0/0\"],\"allowed\":[{\"IPProtocol\":\"tcp\",\"ports\":[\"22\",\"80-90\"]}]},"
		"{\"priority\":1000,\"denied\":[{\"IPProtocol\":\"tcp\",\"ports\":[\"85\"]}],\"sourceRanges\":[\"0.0.0.0/0\"]},"
		"{\"priority\":10,\"targetTags\":[\"web\"],\"denied\":[{\"IPProtocol\":\"all\"}],\"sourceRanges\":[\"0.0.0.0/0\"]}]"), NULL);
	bl_net_reach r = bl_net_from_internet(&a, bl_firewall_google(&a, v->list, v->n, NULL));
	assert_string_equal(bl_net_text(&a, r.sure).p, "tcp/22, tcp/80-84, tcp/86-90");
	bl_firewall_place web = {.tags = bl_json_read(&a, BL_STR("[\"web\"]"), NULL)};
	assert_int_equal(bl_net_from_internet(&a, bl_firewall_google(&a, v->list, v->n, &web)).may.n, 0);
	bl_arena_done(&a);
}

static void words_for_services_are_read_back(void **state)
{
	for (int round = 0; round < 500; round++) {
		bl_arena a = {0};
		bl_range r[3];
		for (int i = 0; i < 3; i++) {
			r[i].lo = dice(BL_NET_ICMP);
			r[i].hi = r[i].lo + dice(70000);
			if (r[i].hi >= BL_NET_ICMP)
				r[i].hi = BL_NET_END - 1;
		}
		bl_ranges s = bl_ranges_of(&a, r, 3);
		assert_true(bl_ranges_equal(bl_net_parse(&a, bl_net_text(&a, s)), s));
		bl_arena_done(&a);
	}
	bl_arena a = {0};
	assert_int_equal(bl_net_parse(&a, BL_STR("anonymous")).n, 0);
	assert_int_equal(bl_net_parse(&a, BL_STR("tcp/99999, sctp, tcp/1-x")).n, 0);
	bl_arena_done(&a);
}

static void a_whole_range_admits_the_internet_and_zero_does_not(void **state)
{
	bl_arena a = {0};
	bl_value lo = {.kind = BL_STRING, .string = BL_STR("0.0.0.0")}, hi = {.kind = BL_STRING, .string = BL_STR("255.255.255.255")};
	assert_int_equal(bl_firewall_range_is_wide(&a, &lo, &hi), BL_YES);
	assert_int_equal(bl_firewall_range_is_wide(&a, &lo, &lo), BL_NO);
	assert_int_equal(bl_firewall_range_is_wide(&a, &lo, NULL), BL_MAYBE);
	bl_arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_arithmetic_agrees_with_bits),
		cmocka_unit_test(addresses_are_read_with_prefixes_and_ranges),
		cmocka_unit_test(filters_agree_with_a_walk_over_every_possibility),
		cmocka_unit_test(two_filters_let_through_what_both_or_either_do),
		cmocka_unit_test(azure_asks_the_lowest_priority_first),
		cmocka_unit_test(azure_denies_the_internet_by_default),
		cmocka_unit_test(azure_reads_plural_properties),
		cmocka_unit_test(a_rule_for_another_machine_opens_nothing_here),
		cmocka_unit_test(an_unknown_source_is_a_maybe_that_a_later_rule_can_settle),
		cmocka_unit_test(aws_groups_add_up),
		cmocka_unit_test(google_denies_first_at_equal_priority_and_honours_tags),
		cmocka_unit_test(words_for_services_are_read_back),
		cmocka_unit_test(a_whole_range_admits_the_internet_and_zero_does_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
