/* I6 where a name is known in part: prefix, suffix, length, alphabet, candidates. Over assets and blocks that nothing else has settled. */
#include "mapping/claims.h"

#include <stdlib.h>

enum {
	MAX_FITS = 16,   /* a pattern that fits more assets says nothing */
	MIN_PATTERN = 2, /* known characters that a pattern needs at least */
};

static bl_str last_segment(bl_str name)
{
	ptrdiff_t slash = bl_str_rfind_char(name, '/');
	return bl_str_slice(name, (size_t)(slash + 1), name.n);
}

/* An asset and the end of its name that a pattern is looked up by. */
typedef struct by_type {
	uint32_t type, node;
	bl_str name;
} by_type;

typedef BL_VEC(by_type) type_index;

static int in_order(const void *a, const void *b)
{
	const by_type *x = a, *y = b;
	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	int order = bl_str_cmpi(x->name, y->name);
	return order ? order : (x->node > y->node) - (x->node < y->node);
}

static bl_str reversed(bl_arena *arena, bl_str s)
{
	char *p = bl_arena_alloc(arena, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[s.n - 1 - i];
	return bl_str_make(p, s.n);
}

static size_t first_at(const type_index *index, uint32_t type, bl_str prefix)
{
	size_t lo = 0, hi = index->n;
	by_type want = {type, 0, prefix};
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (in_order(&index->items[mid], &want) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void claim_pattern(bl_claims *c, const type_index *names, const type_index *ends, uint32_t code)
{
	const bl_unknown *u = c->identities[code].says->unknown;
	uint32_t type = c->identities[code].type;
	bl_str suffix = reversed(c->arena, last_segment(u->suffix));
	/* looked up by the longer known end */
	const type_index *index = u->prefix.n >= suffix.n ? names : ends;
	bl_str known = index == names ? u->prefix : suffix;
	uint32_t fits[MAX_FITS];
	size_t n = 0;
	if (known.n < MIN_PATTERN)
		return;
	for (size_t i = first_at(index, type, known); i < index->n; i++) {
		const by_type *e = &index->items[i];
		if (e->type != type || !bl_str_startsi(e->name, known))
			break;
		bl_evidence_row row;
		if (bl_names_say(c->identities[code].says, c->identities[e->node].last) == BL_NO || !bl_names_weigh(c, code, e->node, &row))
			continue;
		if (n == MAX_FITS)
			return;
		fits[n++] = e->node;
	}
	for (size_t i = 0; i < n; i++) {
		bl_str why = bl_str_fmt(bl_graph_arena(c->graph), "the name '" BL_FMT "' fits '" BL_FMT "*" BL_FMT "'%s",
			BL_ARG(c->identities[fits[i]].last),
			BL_ARG(u->prefix), BL_ARG(u->suffix), n > 1 ? ", and so do others" : "");
		bl_claims_add(c, code, fits[i], BL_EVIDENCE_I6_PATTERN,
			bl_evidence_weight(BL_EVIDENCE_I6_PATTERN) / (double)n, why);
	}
}

static void claim_candidates(bl_claims *c, const type_index *names, uint32_t code)
{
	const bl_unknown *u = c->identities[code].says->unknown;
	uint32_t type = c->identities[code].type;
	for (size_t k = 0; k < u->ncandidates && k < MAX_FITS; k++) {
		bl_str name = bl_value_text(u->candidates[k]);
		for (size_t i = first_at(names, type, name); name.n && i < names->n; i++) {
			const by_type *e = &names->items[i];
			bl_evidence_row row;
			if (e->type != type || !bl_str_eqi(e->name, name))
				break;
			if (!bl_names_weigh(c, code, e->node, &row))
				continue;
			bl_claims_add(c, code, e->node, BL_EVIDENCE_I6_PATTERN, bl_evidence_weight(BL_EVIDENCE_I6_PATTERN),
				bl_str_fmt(bl_graph_arena(c->graph), "'" BL_FMT "' is one of the names it can have", BL_ARG(name)));
		}
	}
}

void bl_match_patterns(bl_claims *c)
{
	type_index names = {0}, ends = {0};
	size_t patterns = 0;
	bool *wanted = bl_new_n(c->arena, bool, c->ntypes + 1); /* by type: some name of it is known in part */
	bool *taken = bl_new_n(c->arena, bool, c->nodes + 1);
	for (size_t i = 0; i < c->all.n; i++) {
		if (c->all.items[i].named)
			taken[c->all.items[i].asset] = taken[c->all.items[i].code] = true;
	}
	for (size_t i = 0; i < c->code.n; i++)
		if (bl_value_is(c->identities[c->code.items[i]].says, BL_UNKNOWN)) {
			wanted[c->identities[c->code.items[i]].type] = true;
			patterns++;
		}
	for (size_t i = 0; patterns && i < c->assets.n; i++) {
		uint32_t node = c->assets.items[i];
		uint32_t type = c->identities[node].type;
		bl_str name = c->identities[node].last;
		if (taken[node] || !wanted[type])
			continue;
		bl_vec_push(c->arena, &names, ((by_type){type, node, name}));
		bl_vec_push(c->arena, &ends, ((by_type){type, node, reversed(c->arena, name)}));
	}
	if (!names.n)
		return;
	qsort(names.items, names.n, sizeof *names.items, in_order);
	qsort(ends.items, ends.n, sizeof *ends.items, in_order);
	for (size_t i = 0; i < c->code.n; i++) {
		if (taken[c->code.items[i]] || !bl_value_is(c->identities[c->code.items[i]].says, BL_UNKNOWN))
			continue;
		if (c->identities[c->code.items[i]].says->unknown->ncandidates)
			claim_candidates(c, &names, c->code.items[i]);
		else
			claim_pattern(c, &names, &ends, c->code.items[i]);
	}
}
