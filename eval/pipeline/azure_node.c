/* What is known of the nodes of an expanded pipeline besides their values, and the limits of their number. */
#include "eval/pipeline/azure.h"

enum { MAX_DEPTH = 400, FEW = 16 };

bool bl_azpipe_count(bl_azpipe_expansion *e, bl_span span)
{
	if (e->stopped)
		return false;
	if (++e->nodes <= BL_AZPIPE_MAX_NODES && e->depth <= MAX_DEPTH)
		return true;
	e->stopped = true;
	bl_diag_add(e->arena, &e->out->diags, BL_DIAG_ERROR, span, "the pipeline expands to too much; the rest is left out");
	return false;
}

/* ---- marks ---- */

/* A node as a key: its address. */
static bl_str address_of(bl_arena *arena, const bl_value *const *v)
{
	return arena ? bl_str_dup(arena, bl_str_make((const char *)v, sizeof *v)) : bl_str_make((const char *)v, sizeof *v);
}

bl_azpipe_mark bl_azpipe_mark_of(const bl_azpipe_expansion *e, const bl_value *v)
{
	const bl_azpipe_mark *m = bl_map_get(&e->marks, address_of(NULL, &v));
	return m ? *m : (bl_azpipe_mark){BL_YES, NULL};
}

void bl_azpipe_set_mark(bl_azpipe_expansion *e, const bl_value *v, bl_tri condition, const bl_via *via)
{
	bl_azpipe_mark *m = bl_map_get(&e->marks, address_of(NULL, &v));
	if (!m) {
		m = bl_new(e->arena, bl_azpipe_mark);
		m->condition = BL_YES;
		bl_map_put(e->arena, &e->marks, address_of(e->arena, &v), m);
	}
	m->condition = bl_tri_and(m->condition, condition);
	if (!m->via)
		m->via = via;
}

void bl_azpipe_mark_maybe(bl_azpipe_expansion *e, bl_values *list, size_t from)
{
	for (size_t i = from; i < list->n; i++) {
		/* a node that stands elsewhere too is not to be marked there */
		bl_azpipe_mark m = bl_azpipe_mark_of(e, list->items[i]);
		list->items[i] = bl_value_at(e->arena, list->items[i], list->items[i]->span);
		bl_azpipe_set_mark(e, list->items[i], bl_tri_and(m.condition, BL_MAYBE), m.via);
	}
}

void bl_azpipe_note_text(bl_azpipe_expansion *e, const bl_value *v, const bl_value *written, const bl_pipeline_parts *parts)
{
	bl_azpipe_text *t = bl_new(e->arena, bl_azpipe_text);
	t->written = written;
	if (parts)
		t->parts = *parts;
	bl_map_put(e->arena, &e->texts, address_of(e->arena, &v), t);
}

const bl_azpipe_text *bl_azpipe_text_made(const bl_azpipe_expansion *e, const bl_value *v, bl_azpipe_text *room)
{
	const bl_azpipe_text *t = bl_map_get(&e->texts, address_of(NULL, &v));
	*room = (bl_azpipe_text){.written = v};
	return t ? t : room;
}

const bl_value *bl_azpipe_written(bl_azpipe_expansion *e, const bl_value *v)
{
	bl_str s;
	if (v->kind != BL_BOOL && v->kind != BL_NUMBER)
		return v;
	s = bl_span_known(v->span) ? bl_sources_slice(e->input->sources, v->span) : BL_STR("");
	if (!s.n || s.p[0] == '*')
		s = v->kind == BL_NUMBER ? v->digits : v->boolean ? BL_STR("true") : BL_STR("false");
	return bl_value_string(e->arena, v->span, s);
}

/* ---- maps being made ---- */

bl_item *bl_azpipe_find_key(bl_azpipe_keyed *k, bl_str key)
{
	uintptr_t at = k->items.n > FEW ? (uintptr_t)bl_map_get(&k->index, key) : 0;
	for (size_t i = 0; k->items.n <= FEW && i < k->items.n && !at; i++)
		at = bl_str_eq(k->items.items[i].key, key) ? i + 1 : 0;
	return at ? &k->items.items[at - 1] : NULL;
}

void bl_azpipe_put_key(bl_arena *arena, bl_azpipe_keyed *k, bl_str key, bl_span span, const bl_value *v)
{
	bl_item *old = bl_azpipe_find_key(k, key);
	if (old) {
		*old = (bl_item){key, span, v};
		return;
	}
	bl_vec_push(arena, &k->items, ((bl_item){key, span, v}));
	for (size_t i = k->items.n == FEW + 1 ? 0 : k->items.n - 1; k->items.n > FEW && i < k->items.n; i++)
		bl_map_put(arena, &k->index, k->items.items[i].key, (void *)(uintptr_t)(i + 1));
}
