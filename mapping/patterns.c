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
	uint64_t head; /* the name's beginning as a number, in lower case: most names are told apart by it */
	bl_str name;
} by_type;

/* Made when something is looked up in it. */
typedef struct type_index {
	bool made, reversed;
	BL_VEC(by_type) list;
} type_index;

/* What assets are looked up in: those that may have a name known in part. */
typedef struct pattern_run {
	bl_claims *claims;
	BL_VEC(uint32_t) assets;
	type_index names, ends; /* by how a name begins, and how it ends */
} pattern_run;

static int in_order(const void *a, const void *b)
{
	const by_type *x = a, *y = b;
	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	if (x->head != y->head)
		return x->head < y->head ? -1 : 1;
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

static by_type entry_of(uint32_t type, uint32_t node, bl_str name)
{
	by_type e = {type, node, 0, name};
	for (size_t i = 0; i < sizeof e.head; i++) {
		unsigned char c = i < name.n ? (unsigned char)name.p[i] : 0;
		e.head = e.head << 8 | (c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
	}
	return e;
}

static void need_index(pattern_run *p, type_index *index)
{
	bl_claims *c = p->claims;
	if (index->made)
		return;
	index->made = true;
	for (size_t i = 0; i < p->assets.n; i++) {
		const bl_identity *id = &c->identities[p->assets.items[i]];
		bl_vec_push(c->arena, &index->list,
			entry_of(id->type, p->assets.items[i], index->reversed ? reversed(c->arena, id->last) : id->last));
	}
	qsort(index->list.items, index->list.n, sizeof *index->list.items, in_order);
}

static size_t first_at(pattern_run *p, type_index *index, uint32_t type, bl_str prefix)
{
	need_index(p, index);
	size_t lo = 0, hi = index->list.n;
	by_type want = entry_of(type, 0, prefix);
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (in_order(&index->list.items[mid], &want) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void claim_pattern(pattern_run *p, uint32_t code)
{
	bl_claims *c = p->claims;
	const bl_unknown *u = c->identities[code].says->unknown;
	uint32_t type = c->identities[code].type;
	bl_str suffix = reversed(c->arena, last_segment(u->suffix));
	/* looked up by the longer known end */
	type_index *index = u->prefix.n >= suffix.n ? &p->names : &p->ends;
	bl_str known = index->reversed ? suffix : u->prefix;
	uint32_t fits[MAX_FITS];
	size_t n = 0;
	if (known.n < MIN_PATTERN)
		return;
	for (size_t i = first_at(p, index, type, known); i < index->list.n; i++) {
		const by_type *e = &index->list.items[i];
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

static void claim_candidates(pattern_run *p, uint32_t code)
{
	bl_claims *c = p->claims;
	const bl_unknown *u = c->identities[code].says->unknown;
	uint32_t type = c->identities[code].type;
	for (size_t k = 0; k < u->ncandidates && k < MAX_FITS; k++) {
		bl_str name = bl_value_text(u->candidates[k]);
		for (size_t i = first_at(p, &p->names, type, name); name.n && i < p->names.list.n; i++) {
			const by_type *e = &p->names.list.items[i];
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
	pattern_run p = {.claims = c, .ends.reversed = true};
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
		if (!taken[node] && wanted[c->identities[node].type])
			bl_vec_push(c->arena, &p.assets, node);
	}
	for (size_t i = 0; p.assets.n && i < c->code.n; i++) {
		if (taken[c->code.items[i]] || !bl_value_is(c->identities[c->code.items[i]].says, BL_UNKNOWN))
			continue;
		if (c->identities[c->code.items[i]].says->unknown->ncandidates)
			claim_candidates(&p, c->code.items[i]);
		else
			claim_pattern(&p, c->code.items[i]);
	}
}
