#include "rules/builtin.h"

#include "core/reason/firewall.h"

#include <stdlib.h>

typedef bl_tri (*text_test)(bl_arena *scratch, bl_str text, const bl_value *arg);

/* Over one string, or any of a list of them; numbers count as their text. */
static bl_tri any_text(bl_arena *scratch, const bl_value *v, const bl_value *arg, text_test test)
{
	bl_tri any = v->open ? BL_MAYBE : BL_NO;
	if (v->kind == BL_UNKNOWN)
		return v->unknown->type == BL_MAP ? BL_NO : BL_MAYBE;
	if (v->kind == BL_STRING || v->kind == BL_NUMBER)
		return test(scratch, v->kind == BL_STRING ? bl_str_trim(v->string) : v->digits, arg);
	for (uint32_t i = 0; v->kind == BL_LIST && i < v->n && any != BL_YES; i++) {
		const bl_value *e = v->list[i];
		if (e->kind != BL_LIST)
			any = bl_tri_or(any, any_text(scratch, e, arg, test));
	}
	return any;
}

/* A port's number, or what is too large for one. */
static bool is_number(bl_str s)
{
	return s.n <= 5 && bl_str_is_digits(s);
}

static uint32_t number_of(bl_str s)
{
	uint32_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n = n * 10 + (uint32_t)(s.p[i] - '0');
	return n;
}

/* "22", "20-25". */
static bool port_range(bl_str text, uint32_t *lo, uint32_t *hi)
{
	bl_str head;
	bl_str tail = bl_str_trim(bl_str_cut(bl_str_trim(text), '-', &head));
	head = bl_str_trim(head);
	if (!tail.n)
		tail = head;
	if (!is_number(head) || !is_number(tail))
		return false;
	*lo = number_of(head);
	*hi = number_of(tail);
	return *lo <= *hi && *hi <= 0xffff;
}

/* 22, "22-25", "tcp/22", "udp/53"; "any" is every service. */
static bl_ranges service_of(bl_arena *arena, const bl_value *v)
{
	uint32_t lo, hi, first = BL_NET_TCP;
	bl_str text = v->kind == BL_NUMBER ? v->digits : bl_value_is(v, BL_STRING) ? v->string : BL_STR("");
	if (bl_str_eqiz(text, "any"))
		return bl_ranges_one(arena, 0, BL_NET_END - 1);
	if (bl_str_startsi(text, BL_STR("udp/")))
		first = BL_NET_UDP;
	if (bl_str_startsi(text, BL_STR("udp/")) || bl_str_startsi(text, BL_STR("tcp/")))
		text = bl_str_slice(text, 4, text.n);
	if (!port_range(text, &lo, &hi))
		return (bl_ranges){0};
	return bl_ranges_one(arena, first + lo, first + hi);
}

static bl_ranges services_of(bl_arena *arena, const bl_value *v)
{
	bl_ranges all = {0};
	if (v->kind != BL_LIST)
		return service_of(arena, v);
	for (uint32_t i = 0; i < v->n; i++)
		all = bl_ranges_union(arena, all, service_of(arena, v->list[i]));
	return all;
}

/* "all" asks whether every TCP port is open, anything else whether one of the services is. */
static bl_tri admits(bl_arena *arena, bl_net_flows flows, const bl_value *arg)
{
	bl_net_reach reach = bl_net_from_internet(arena, flows);
	if (!bl_value_is_string(arg, "all"))
		return bl_net_reaches(arena, reach, services_of(arena, arg));
	bl_ranges every = bl_net_tcp(arena, 1, 0xffff);
	if (!bl_ranges_subtract(arena, every, reach.sure).n)
		return BL_YES;
	return bl_ranges_subtract(arena, every, reach.may).n ? BL_NO : BL_MAYBE;
}

static size_t elements(const bl_value *const *v, const bl_value *const **items)
{
	if ((*v)->kind == BL_LIST) {
		*items = (*v)->list;
		return (*v)->n;
	}
	*items = v;
	return 1;
}

/* One ingress rule, or all of a group. */
static bl_tri aws_admits(bl_arena *scratch, const bl_value *v, const bl_value *arg, bl_str *why)
{
	const bl_value *const *items;
	if (v->kind == BL_UNKNOWN)
		return BL_MAYBE;
	size_t n = elements(&v, &items);
	return admits(scratch, bl_firewall_aws(scratch, items, n, v->open), arg);
}

/* A rule alone: what it admits to wherever it leads, whatever rules stand before it. */
static bl_tri azure_rule_admits(bl_arena *scratch, const bl_value *rule, const bl_value *arg)
{
	static const bl_firewall_place nowhere;
	bl_net_rule made;
	if (!bl_firewall_azure_rule(scratch, rule, &nowhere, &made) || made.allow == BL_NO)
		return BL_NO;
	const bl_value *properties = bl_value_geti(rule, BL_STR("properties"));
	const bl_value *direction = bl_value_geti(properties ? properties : rule, BL_STR("direction"));
	made.priority = 100;
	made.priority_unknown = false;
	made.to = bl_value_is(direction, BL_STRING) ? BL_YES : BL_MAYBE;
	return admits(scratch, bl_net_evaluate(scratch, &made, 1), arg);
}

static bl_tri azure_admits(bl_arena *scratch, const bl_value *v, const bl_value *arg, bl_str *why)
{
	if (v->kind == BL_MAP)
		return azure_rule_admits(scratch, v, arg);
	if (v->kind != BL_LIST)
		return v->kind == BL_UNKNOWN ? BL_MAYBE : BL_NO;
	return admits(scratch, bl_firewall_azure(scratch, (const bl_value *const *)v->list, v->n, v->open, NULL), arg);
}

/* A firewall rule's body or its properties, alone and for any machine. */
static bl_tri google_admits(bl_arena *scratch, const bl_value *v, const bl_value *arg, bl_str *why)
{
	bl_items items = {0};
	const bl_value *properties = bl_value_geti(v, BL_STR("properties"));
	if (v->kind == BL_UNKNOWN)
		return BL_MAYBE;
	if (properties)
		v = properties;
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++)
		if (!bl_str_eqiz(v->map[i].key, "targetTags") && !bl_str_eqiz(v->map[i].key, "targetServiceAccounts"))
			bl_items_put(scratch, &items, v->map[i].key, v->map[i].key_span, v->map[i].value);
	const bl_value *rule = bl_items_value(scratch, v->span, &items);
	return admits(scratch, bl_firewall_google(scratch, &rule, 1, NULL), arg);
}

/* '*' is any run and '?' any one character, case aside; in time pattern times text at worst. */
static bool glob(bl_str p, bl_str s)
{
	size_t i = 0, k = 0, star = SIZE_MAX, mark = 0;
	while (k < s.n) {
		if (i < p.n && p.p[i] == '*') {
			star = i++;
			mark = k;
		} else if (i < p.n && (p.p[i] == '?' || bl_str_eqi(bl_str_slice(p, i, i + 1), bl_str_slice(s, k, k + 1)))) {
			i++;
			k++;
		} else if (star != SIZE_MAX) {
			i = star + 1;
			k = ++mark;
		} else {
			return false;
		}
	}
	while (i < p.n && p.p[i] == '*')
		i++;
	return i == p.n;
}

static bl_tri glob_covers(bl_arena *scratch, bl_str text, const bl_value *arg)
{
	bl_tri any = BL_NO;
	if (arg->kind != BL_LIST)
		return bl_tri_of(glob(text, bl_value_text(arg)));
	for (uint32_t i = 0; i < arg->n; i++)
		any = bl_tri_or(any, bl_tri_of(glob(text, bl_value_text(arg->list[i]))));
	return any;
}

static bl_tri covers(bl_arena *scratch, const bl_value *v, const bl_value *arg, bl_str *why)
{
	return any_text(scratch, v, arg, glob_covers);
}

static bl_tri text_covers_port(bl_arena *scratch, bl_str text, const bl_value *arg)
{
	uint32_t lo, hi;
	bl_ranges ports = services_of(scratch, arg);
	if (bl_str_eqz(text, "*") || bl_str_eqiz(text, "any") || bl_str_eqiz(text, "all"))
		return BL_YES;
	if (!port_range(text, &lo, &hi))
		return BL_NO;
	return bl_tri_of(bl_ranges_intersect(scratch, ports, bl_ranges_one(scratch, lo, hi)).n > 0);
}

static bl_tri covers_port(bl_arena *scratch, const bl_value *v, const bl_value *arg, bl_str *why)
{
	return any_text(scratch, v, arg, text_covers_port);
}

/* A text that stands in the code. What is not known stands elsewhere; a sensitive value counts: it is known all the same. */
static bl_tri hard_coded(bl_arena *scratch, const bl_value *v, const bl_value *arg, bl_str *why)
{
	bl_str s = bl_str_trim(bl_value_text(v));
	if (!s.n || bl_str_starts(s, BL_STR("${")) || bl_str_starts(s, BL_STR("$(")))
		return BL_NO;
	return BL_YES;
}

static bool addresses_of(bl_arena *scratch, bl_str text, bl_addrs *out)
{
	if (bl_str_eqz(text, "*") || bl_str_eqiz(text, "any") || bl_str_eqiz(text, "internet")) {
		*out = bl_addrs_all(scratch);
		return true;
	}
	return bl_addrs_parse(scratch, text, out);
}

static bl_tri text_is_wide(bl_arena *scratch, bl_str text, const bl_value *arg)
{
	bl_addrs a;
	return bl_tri_of(addresses_of(scratch, text, &a) && bl_net_is_wide(scratch, a));
}

static bl_tri open_to_internet(bl_arena *scratch, const bl_value *v, const bl_value *arg, bl_str *why)
{
	return any_text(scratch, v, arg, text_is_wide);
}

static bl_tri text_is_public(bl_arena *scratch, bl_str text, const bl_value *arg)
{
	bl_addrs a;
	return bl_tri_of(addresses_of(scratch, text, &a) &&
		!bl_addrs_empty(bl_addrs_intersect(scratch, a, bl_net_internet(scratch))));
}

static bl_tri public_address(bl_arena *scratch, const bl_value *v, const bl_value *arg, bl_str *why)
{
	return any_text(scratch, v, arg, text_is_public);
}

/* {startIpAddress, endIpAddress}, or the properties that hold them. */
static bl_tri wide_range(bl_arena *scratch, const bl_value *v, const bl_value *arg, bl_str *why)
{
	const bl_value *p = bl_value_geti(v, BL_STR("properties"));
	if (v->kind == BL_UNKNOWN)
		return BL_MAYBE;
	return bl_firewall_range_is_wide(scratch, bl_value_geti(p ? p : v, BL_STR("startIpAddress")),
		bl_value_geti(p ? p : v, BL_STR("endIpAddress")));
}

static const struct bl_check checks[] = {
	{"aws-admits", true, aws_admits},
	{"azure-admits", true, azure_admits},
	{"covers", true, covers},
	{"covers-port", true, covers_port},
	{"google-admits", true, google_admits},
	{"hard-coded", false, hard_coded},
	{"open-to-internet", false, open_to_internet},
	{"public-address", false, public_address},
	{"wide-range", false, wide_range},
};
enum { CHECK_COUNT = sizeof checks / sizeof *checks };

const struct bl_check *bl_builtin_find(bl_str name)
{
	for (size_t i = 0; i < CHECK_COUNT; i++)
		if (bl_str_eqz(name, checks[i].name))
			return &checks[i];
	return NULL;
}

size_t bl_builtin_names(const char *const **names)
{
	static const char *list[CHECK_COUNT];
	for (size_t i = 0; i < CHECK_COUNT; i++)
		list[i] = checks[i].name;
	*names = list;
	return CHECK_COUNT;
}
