#include "core/reason/net.h"

#include <stdlib.h>

static const bl_addrs nobody;

static int by_priority(const void *a, const void *b)
{
	const bl_net_rule *x = *(const bl_net_rule *const *)a, *y = *(const bl_net_rule *const *)b;
	if (x->priority_unknown != y->priority_unknown)
		return x->priority_unknown ? -1 : 1;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (x->allow != y->allow)
		return x->allow < y->allow ? -1 : 1;
	return x < y ? -1 : x > y;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static void cut_at(uint32_t *cuts, size_t *n, bl_ranges services)
{
	for (size_t i = 0; i < services.n; i++) {
		cuts[(*n)++] = (uint32_t)services.items[i].lo;
		cuts[(*n)++] = (uint32_t)services.items[i].hi + 1;
	}
}

/* The service numbers at which some rule begins or ends to match, sorted, with 0 and BL_NET_END. */
static size_t all_cuts(bl_arena *arena, const bl_net_rule *rules, size_t n, uint32_t **out)
{
	size_t room = 2, made = 0, kept = 0;
	for (size_t i = 0; i < n; i++)
		room += 2 * (rules[i].services_sure.n + rules[i].services_may.n);
	uint32_t *cuts = bl_new_n(arena, uint32_t, room);
	cuts[made++] = 0;
	cuts[made++] = BL_NET_END;
	for (size_t i = 0; i < n; i++) {
		cut_at(cuts, &made, rules[i].services_sure);
		cut_at(cuts, &made, rules[i].services_may);
	}
	qsort(cuts, made, sizeof *cuts, by_number);
	for (size_t i = 0; i < made; i++)
		if (!kept || cuts[kept - 1] != cuts[i])
			cuts[kept++] = cuts[i];
	*out = cuts;
	return kept;
}

/*
 * Puts a rule before what was decided of the rest. Traffic it surely matches is decided by it; what it may match keeps the
 * rest's verdict where both agree. A rule of unknown priority stands at some other place and may not be asked at all.
 */
static void put_before(bl_arena *arena, const bl_net_rule *r, uint32_t service, bl_net_flow *rest)
{
	bool may = r->to != BL_NO && bl_ranges_has(r->services_may, service);
	bool sure = may && r->to == BL_YES && !r->priority_unknown &&
		bl_ranges_has(r->services_sure, service);
	bl_addrs sure_from = sure ? r->from_sure : nobody;
	if (!may)
		return;
	if (r->allow == BL_YES)
		rest->sure = bl_addrs_union(arena, rest->sure, sure_from);
	else
		rest->sure = bl_addrs_subtract(arena, rest->sure, r->from_may);
	if (r->allow == BL_NO)
		rest->may = bl_addrs_subtract(arena, rest->may, sure_from);
	else
		rest->may = bl_addrs_union(arena, rest->may, r->from_may);
}

/* Adds a flow unless it is closed, melting it with an equal neighbour. */
static void add_flow(bl_net_flow *flows, size_t *n, bl_net_flow flow)
{
	if (bl_addrs_empty(flow.may))
		return;
	bl_net_flow *last = *n ? &flows[*n - 1] : NULL;
	if (last && last->hi + 1 == flow.lo && bl_addrs_equal(last->sure, flow.sure) &&
		bl_addrs_equal(last->may, flow.may))
		last->hi = flow.hi;
	else
		flows[(*n)++] = flow;
}

static bl_ranges keep_ranges(bl_arena *arena, bl_ranges r)
{
	bl_range *items = bl_new_n(arena, bl_range, r.n);
	if (r.n)
		memcpy(items, r.items, r.n * sizeof *items);
	return (bl_ranges){items, r.n};
}

static bl_addrs keep(bl_arena *arena, bl_addrs a)
{
	return (bl_addrs){keep_ranges(arena, a.v4), keep_ranges(arena, a.v6)};
}

bl_net_flows bl_net_evaluate(bl_arena *arena, const bl_net_rule *rules, size_t n)
{
	if (n > BL_NET_MAX_RULES)
		return bl_net_perhaps(arena, bl_net_everything(arena));
	bl_arena scratch = {0};
	uint32_t *cuts;
	size_t ncuts = all_cuts(&scratch, rules, n, &cuts), made = 0;
	const bl_net_rule **sorted = bl_new_n(&scratch, const bl_net_rule *, n);
	for (size_t i = 0; i < n; i++)
		sorted[i] = &rules[i];
	if (n)
		qsort(sorted, n, sizeof *sorted, by_priority);
	bl_net_flow *flows = bl_new_n(arena, bl_net_flow, ncuts);
	for (size_t c = 0; c + 1 < ncuts; c++) {
		bl_arena work = {0};
		bl_net_flow flow = {cuts[c], cuts[c + 1] - 1, nobody, nobody};
		for (size_t i = n; i > 0; i--)
			put_before(&work, sorted[i - 1], cuts[c], &flow);
		flow.sure = keep(arena, flow.sure);
		flow.may = keep(arena, flow.may);
		add_flow(flows, &made, flow);
		bl_arena_done(&work);
	}
	bl_arena_done(&scratch);
	return (bl_net_flows){flows, made};
}

bl_net_flows bl_net_everything(bl_arena *arena)
{
	bl_net_flow *flow = bl_new(arena, bl_net_flow);
	bl_addrs all = bl_addrs_all(arena);
	*flow = (bl_net_flow){0, BL_NET_END - 1, all, all};
	return (bl_net_flows){flow, 1};
}

bl_net_flows bl_net_services(bl_arena *arena, bl_ranges sure, bl_ranges may)
{
	bl_addrs all = bl_addrs_all(arena);
	bl_net_rule rules[2] = {
		{.priority = 1, .allow = BL_YES, .to = BL_YES, .services_sure = sure, .services_may = sure, .from_sure = all, .from_may = all},
		{.priority = 2, .allow = BL_YES, .to = BL_MAYBE, .services_may = may, .from_may = all},
	};
	return bl_net_evaluate(arena, rules, 2);
}

/* The flow that holds service, or NULL; *i moves on with service. */
static const bl_net_flow *flow_at(bl_net_flows flows, size_t *i, uint32_t service)
{
	while (*i < flows.n && flows.items[*i].hi < service)
		++*i;
	return *i < flows.n && flows.items[*i].lo <= service ? &flows.items[*i] : NULL;
}

/* Where the part of flows that holds service (a flow or the gap before one) ends. */
static uint32_t part_end(bl_net_flows flows, size_t i, uint32_t service)
{
	if (i == flows.n)
		return BL_NET_END - 1;
	return flows.items[i].lo <= service ? flows.items[i].hi : flows.items[i].lo - 1;
}

typedef bl_addrs combine_fn(bl_arena *arena, bl_addrs a, bl_addrs b);

static bl_net_flows combine(bl_arena *arena, bl_net_flows a, bl_net_flows b, combine_fn *fn)
{
	/* an end of a part is an end of a flow or of the gap before it */
	bl_net_flow *flows = bl_new_n(arena, bl_net_flow, 2 * (a.n + b.n) + 2);
	size_t i = 0, k = 0, n = 0;
	for (uint32_t at = 0; at < BL_NET_END;) {
		const bl_net_flow *x = flow_at(a, &i, at), *y = flow_at(b, &k, at);
		uint32_t end_a = part_end(a, i, at), end_b = part_end(b, k, at);
		uint32_t end = end_a < end_b ? end_a : end_b;
		add_flow(flows, &n,
			(bl_net_flow){at, end, fn(arena, x ? x->sure : nobody, y ? y->sure : nobody),
				fn(arena, x ? x->may : nobody, y ? y->may : nobody)});
		at = end + 1;
	}
	return (bl_net_flows){flows, n};
}

bl_net_flows bl_net_both(bl_arena *arena, bl_net_flows a, bl_net_flows b)
{
	return combine(arena, a, b, bl_addrs_intersect);
}

bl_net_flows bl_net_either(bl_arena *arena, bl_net_flows a, bl_net_flows b)
{
	return combine(arena, a, b, bl_addrs_union);
}

bl_net_flows bl_net_perhaps(bl_arena *arena, bl_net_flows a)
{
	bl_net_flow *flows = bl_new_n(arena, bl_net_flow, a.n);
	for (size_t i = 0; i < a.n; i++)
		flows[i] = (bl_net_flow){a.items[i].lo, a.items[i].hi, nobody, a.items[i].may};
	return (bl_net_flows){flows, a.n};
}

bl_addrs bl_net_internet(bl_arena *arena)
{
	/* RFC 6890's blocks that no stranger sends from, and Azure's platform address */
	static const char *const inner[] = {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
		"168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"};
	bl_addrs internet, less;
	bl_addrs_parse(arena, BL_STR("2000::/3"), &internet);
	internet.v4 = bl_addrs_all(arena).v4;
	for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
		if (bl_addrs_parse(arena, bl_str_of(inner[i]), &less))
			internet = bl_addrs_subtract(arena, internet, less);
	return internet;
}

bool bl_net_is_wide(bl_arena *arena, bl_addrs addrs)
{
	bl_addrs seen = bl_addrs_intersect(arena, addrs, bl_net_internet(arena));
	return bl_ranges_count(seen.v4) > (bl_u128)1 << 24 || bl_ranges_count(seen.v6) > (bl_u128)1 << 112;
}

bl_net_reach bl_net_from_internet(bl_arena *arena, bl_net_flows flows)
{
	bl_net_reach reach = {0};
	bl_range *sure = bl_new_n(arena, bl_range, flows.n), *may = bl_new_n(arena, bl_range, flows.n);
	size_t nsure = 0, nmay = 0;
	for (size_t i = 0; i < flows.n; i++) {
		bl_range r = {flows.items[i].lo, flows.items[i].hi};
		if (bl_net_is_wide(arena, flows.items[i].sure))
			sure[nsure++] = r;
		if (bl_net_is_wide(arena, flows.items[i].may))
			may[nmay++] = r;
	}
	reach.sure = bl_ranges_of(arena, sure, nsure);
	reach.may = bl_ranges_of(arena, may, nmay);
	return reach;
}

bl_tri bl_net_reaches(bl_arena *arena, bl_net_reach reach, bl_ranges services)
{
	if (bl_ranges_intersect(arena, reach.sure, services).n)
		return BL_YES;
	return bl_ranges_intersect(arena, reach.may, services).n ? BL_MAYBE : BL_NO;
}

bl_ranges bl_net_tcp(bl_arena *arena, uint16_t lo, uint16_t hi)
{
	return bl_ranges_one(arena, BL_NET_TCP + (bl_u128)lo, BL_NET_TCP + (bl_u128)hi);
}

static const char *const protocols[] = {"tcp", "udp", "icmp", "other protocols"};

/* The part of a range within one protocol's run. */
static void put_part(bl_buf *out, uint32_t lo, uint32_t hi)
{
	uint32_t run = lo >> 16, first = lo & 0xffff, last = hi & 0xffff;
	bl_buf_putf(out, "%s%s", out->n ? ", " : "", protocols[run]);
	if (run >= BL_NET_ICMP >> 16)
		return;
	if (first == last)
		bl_buf_putf(out, "/%u", first);
	else if (first != 0 || last != 0xffff)
		bl_buf_putf(out, "/%u-%u", first, last);
}

bl_str bl_net_text(bl_arena *arena, bl_ranges services)
{
	bl_buf out = {0};
	if (services.n == 1 && services.items[0].lo == 0 && services.items[0].hi == BL_NET_END - 1)
		return BL_STR("any");
	for (size_t i = 0; i < services.n; i++) {
		uint32_t lo = (uint32_t)services.items[i].lo, hi = (uint32_t)services.items[i].hi;
		while (lo <= hi) {
			uint32_t end = (lo | 0xffff) < hi ? (lo | 0xffff) : hi;
			put_part(&out, lo, end);
			lo = end + 1;
		}
	}
	bl_str text = bl_str_dup(arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text;
}

static bool parse_number(bl_str s, uint32_t *out)
{
	uint32_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || n > 0xffff)
			return false;
		n = n * 10 + (uint32_t)(s.p[i] - '0');
	}
	*out = n;
	return s.n && n <= 0xffff;
}

static bl_ranges parse_one(bl_arena *arena, bl_str word)
{
	bl_str name, ports = bl_str_cut(word, '/', &name), first;
	uint32_t lo = 0, hi = 0xffff;
	bl_str last = bl_str_cut(ports, '-', &first);
	if (name.n < word.n && (!parse_number(first, &lo) || !parse_number(last.n ? last : first, &hi)))
		return (bl_ranges){0};
	for (uint32_t run = 0; run < sizeof protocols / sizeof *protocols; run++)
		if (bl_str_eqz(name, protocols[run]))
			return bl_ranges_one(arena, run << 16 | lo, run << 16 | hi);
	return (bl_ranges){0};
}

bl_ranges bl_net_parse(bl_arena *arena, bl_str text)
{
	bl_ranges out = {0};
	if (bl_str_eqz(text, "any"))
		return bl_ranges_one(arena, 0, BL_NET_END - 1);
	while (text.n) {
		bl_str word;
		text = bl_str_cut(text, ',', &word);
		out = bl_ranges_union(arena, out, parse_one(arena, bl_str_trim(word)));
	}
	return out;
}
