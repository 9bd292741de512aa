/* I13, N1 and N4: what both sides state of a resource speaks for a pair that something else ties, or against it. */
#include "mapping/settings.h"

#include "mapping/compare.h"
#include "mapping/names.h"

enum {
	MAX_DEPTH = 12,
	MAX_SETTINGS = 64,
	MIN_KNOWN = 24, /* characters of a text that is known in part, for it to be compared */
	ENOUGH = 4, /* settings that are equal for a full weight */
};

static void count(const bl_value *code, const bl_value *cloud, int depth, bl_likeness *out)
{
	if (!code || !cloud || depth > MAX_DEPTH || code->sensitive || cloud->sensitive || out->equal + out->different > MAX_SETTINGS)
		return;
	/* an id of which all but the subscription is known tells which thing is meant */
	if (code->kind == BL_UNKNOWN && cloud->kind == BL_STRING && bl_names_known(code) >= MIN_KNOWN) {
		bool may = bl_names_say(code, cloud->string) != BL_NO;
		out->equal += may;
		out->different += !may;
		return;
	}
	if (code->kind == BL_MAP && cloud->kind == BL_MAP) {
		for (uint32_t i = 0; i < code->n; i++) {
			const bl_value *v = code->map[i].value;
			if (v && v->kind != BL_NULL)
				count(v, bl_value_geti(cloud, code->map[i].key), depth + 1, out);
		}
		return;
	}
	bool scalars = bl_compare_is_scalar(code) && bl_compare_is_scalar(cloud);
	bool lists = !scalars && code->kind == BL_LIST && cloud->kind == BL_LIST && code->n && bl_compare_is_flat(code) &&
		bl_compare_is_flat(cloud);
	if (!scalars && !lists)
		return;
	bool equal = scalars ? bl_compare_scalars(code, cloud) : bl_compare_flat(code, cloud);
	out->equal += equal;
	out->different += !equal;
}

bl_likeness bl_settings_compare(const bl_claims *c, uint32_t code, uint32_t asset)
{
	static const char *const parts[] = {"kind", "properties", "sku", "zones"};
	bl_likeness l = {0, 0};
	const bl_resource *r = bl_claims_resource(c, code);
	const bl_asset *a = bl_claims_asset(c, asset);
	for (size_t i = 0; a->body && i < sizeof parts / sizeof *parts; i++)
		count(bl_value_geti(r->written, bl_str_of(parts[i])), bl_value_geti(a->body, bl_str_of(parts[i])), 0, &l);
	return l;
}

typedef struct tag_count {
	const bl_value *cloud;
	bl_likeness likeness;
} tag_count;

static void count_tag(void *context, bl_str key, bl_str value)
{
	tag_count *t = context;
	bl_str there = bl_identity_tag(t->cloud, key);
	t->likeness.equal += there.n && bl_str_eqi(there, value);
	t->likeness.different += there.n && !bl_str_eqi(there, value);
}

bl_likeness bl_settings_tags(const bl_claims *c, uint32_t code, uint32_t asset)
{
	tag_count t = {.cloud = bl_identity_tags(c, asset)};
	if (t.cloud)
		bl_identity_each_tag(bl_identity_tags(c, code), count_tag, &t);
	return t.likeness;
}

static void weigh_place(bl_claims *c, const bl_claim *claim)
{
	bl_str code = c->identities[claim->code].location, cloud = c->identities[claim->asset].location;
	if (!bl_identity_elsewhere(c, claim->code, claim->asset))
		return;
	bl_claims_add(c, claim->code, claim->asset, BL_EVIDENCE_N1, bl_evidence_weight(BL_EVIDENCE_N1),
		bl_str_fmt(bl_graph_arena(c->graph), "code says '" BL_FMT "', and it lies in '" BL_FMT "'", BL_ARG(code), BL_ARG(cloud)));
}

static void weigh_settings(bl_claims *c, uint32_t code, uint32_t asset)
{
	/* what was suggested for its settings has their weight */
	if (bl_claims_weight(bl_claims_find(c, code, asset), "I10") > 0)
		return;
	bl_likeness l = bl_settings_compare(c, code, asset);
	double all = l.equal + l.different, share = all > 0 ? l.equal / all : 0;
	if (share >= 0.75) {
		double much = l.equal < ENOUGH ? (double)l.equal / ENOUGH : 1;
		bl_claims_add(c, code, asset, BL_EVIDENCE_I13, bl_evidence_weight(BL_EVIDENCE_I13) * share * much,
			bl_str_fmt(bl_graph_arena(c->graph), "%u of %u settings that both sides state are equal", l.equal, l.equal + l.different));
	} else if (all >= ENOUGH && share < 0.34) {
		bl_claims_add(c, code, asset, BL_EVIDENCE_N4, bl_evidence_weight(BL_EVIDENCE_N4),
			bl_str_fmt(bl_graph_arena(c->graph), "%u of %u settings that both sides state differ", l.different, l.equal + l.different));
	}
}

void bl_match_settings(bl_claims *c)
{
	for (size_t i = 0, n = c->all.n; i < n; i++) {
		/* what knows the pair needs no likeness, and drift does not speak against it */
		if (bl_claims_confidence(&c->all.items[i]) >= 0.95)
			continue;
		weigh_place(c, &c->all.items[i]);
		weigh_settings(c, c->all.items[i].code, c->all.items[i].asset);
	}
}
