/* Values as deployed: what code left open gets a value that fits everything that is known of it. */
#include "simulate/world.h"

#include "core/codec/calendar.h"

enum { MAX_DEPTH = 64, MAX_REFERENCES = 24 };

bl_value *sim_string(sim_world *w, bl_str s)
{
	return bl_value_string(&w->arena, BL_NOWHERE, s);
}

const bl_value *sim_stringz(sim_world *w, const char *z)
{
	return sim_string(w, bl_str_of(z));
}

bl_str sim_time(sim_world *w, uint64_t number)
{
	bl_date d = bl_calendar_date(w->now - (long long)(number % (365u * 86400u)));
	return bl_str_fmt(&w->arena, "%04lld-%02d-%02dT%02d:%02d:%02d.%07dZ", d.year, d.month, d.day, d.hour, d.minute,
		d.second, (int)(number >> 40) % 10000000);
}

/* Does the value differ from instance to instance? Names do. */
static bool depends_on_key(const sim_thing *t, const bl_unknown *u, bl_str hint)
{
	if (t->twin.n && bl_str_eqz(hint, "name"))
		return true;
	return t->keys.n && (bl_str_find(u->why, BL_STR("each."), 0) >= 0 || bl_str_find(u->why, BL_STR("count."), 0) >= 0 ||
				    bl_str_eqz(hint, "name"));
}

/* The last key, without its quotes. */
static bl_str key_text(const sim_thing *t)
{
	bl_str key = t->keys.n ? t->keys.items[t->keys.n - 1].text : bl_str_slice(t->twin, 1, t->twin.n);
	return key.n && key.p[0] == '"' ? bl_str_slice(key, 1, key.n - 1) : key;
}

/* What two values that wait for the same things share: a variable has one value within a root. */
static uint64_t chance_of(sim_world *w, const sim_thing *t, const bl_unknown *u, bl_str hint)
{
	bl_buf key = {0};
	bl_buf_put(&key, u->why);
	for (size_t i = 0; i < u->nrefs; i++)
		bl_buf_putf(&key, "|" BL_FMT "." BL_FMT, BL_ARG(u->refs[i].address), BL_ARG(u->refs[i].path));
	if (depends_on_key(t, u, hint))
		for (size_t i = 0; i < t->keys.n; i++)
			bl_buf_putf(&key, "|" BL_FMT, BL_ARG(t->keys.items[i].text));
	if (depends_on_key(t, u, hint))
		bl_buf_put(&key, t->twin);
	uint64_t h = sim_draw(t->root->seed, "unknown", bl_buf_str(&key));
	bl_buf_done(&key);
	return h;
}

static bool made_of(bl_str text, bl_str alphabet)
{
	for (size_t i = 0; i < text.n; i++)
		if (alphabet.n && !memchr(alphabet.p, text.p[i], alphabet.n))
			return false;
	return true;
}

/* What a reference gives; NULL when that is not known here, or leads on and on. */
static const bl_value *referred(sim_world *w, sim_thing *t, const bl_ref *ref)
{
	sim_thing *other = w->depth < MAX_REFERENCES ? sim_find(w, t, ref->address) : NULL;
	if (!other)
		return NULL;
	w->depth++;
	const bl_value *v = sim_attribute(w, other, ref->path);
	w->depth--;
	return v;
}

/* What a made-up text is written with: of nearly all bytes, which is what replace() leaves, the letters that names have. */
static bl_str letters_of(sim_world *w, const bl_unknown *u)
{
	bl_str usual = BL_STR("abcdefghijklmnopqrstuvwxyz0123456789");
	if (u->alphabet.n && u->alphabet.n <= 64)
		return u->alphabet;
	char *p = bl_arena_alloc_aligned(&w->arena, usual.n, 1);
	size_t n = 0;
	for (size_t i = 0; i < usual.n; i++)
		if (!u->alphabet.n || memchr(u->alphabet.p, usual.p[i], u->alphabet.n))
			p[n++] = usual.p[i];
	return n ? bl_str_make(p, n) : u->alphabet;
}

/* What stands between prefix and suffix. */
static bl_str hole(sim_world *w, sim_thing *t, const bl_unknown *u, bl_str hint)
{
	uint64_t number = chance_of(w, t, u, hint);
	size_t fixed = u->prefix.n + u->suffix.n;
	size_t least = u->least > fixed ? u->least - fixed : 0, most = u->most > fixed ? u->most - fixed : 0;
	bl_str text = {0};
	if (u->nrefs == 1)
		text = bl_value_text(referred(w, t, &u->refs[0]));
	if (text.n && text.n >= least && (!u->most || text.n <= most) && made_of(text, u->alphabet))
		return text;
	if (!least && !u->most && !u->alphabet.n) {
		text = sim_word(number);
		if (depends_on_key(t, u, hint)) /* words are few, and instances must differ */
			return bl_str_fmt(&w->arena, BL_FMT BL_FMT, BL_ARG(text), BL_ARG(key_text(t)));
		return number >> 60 < 8 ? text : bl_str_fmt(&w->arena, BL_FMT "%02d", BL_ARG(text), (int)(number >> 32) % 100);
	}
	if (u->most && !most)
		return BL_STR("");
	size_t n = least > 6 ? least : 6;
	if (u->most && n > most)
		n = most;
	return sim_letters(&w->arena, number, letters_of(w, u), n);
}

/* The pattern with what each reference gives in its gaps, in order, then words. */
static bl_str fill_with_words(sim_world *w, sim_thing *t, const bl_unknown *u, bl_str hint, size_t gaps)
{
	uint64_t number = chance_of(w, t, u, hint);
	size_t at = 0;
	bl_buf out = {0};
	for (size_t i = 0; i < u->pattern.n; i++) {
		if (u->pattern.p[i] != BL_GAP) {
			bl_buf_putc(&out, u->pattern.p[i]);
			continue;
		}
		bl_str piece = at < u->nrefs ? bl_value_text(referred(w, t, &u->refs[at])) : BL_STR("");
		bl_buf_put(&out, piece.n ? piece : sim_word(number + at * 0x9e37u));
		if (++at == gaps && depends_on_key(t, u, hint))
			bl_buf_put(&out, key_text(t));
	}
	bl_str text = bl_str_dup(&w->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text;
}

/* The pattern with letters that it may have in its gaps, as many as it must: the last one has what is left over. */
static bl_str fill_with_letters(sim_world *w, const bl_unknown *u, bl_str pattern, uint64_t number, size_t gaps)
{
	bl_str letters = letters_of(w, u);
	size_t known = pattern.n - gaps, total = u->least > known ? u->least - known : 0, at = 0;
	size_t most = u->most > known ? u->most - known : u->most ? 0 : SIZE_MAX;
	if (total < 3 * gaps)
		total = 3 * gaps < most ? 3 * gaps : most;
	bl_buf out = {0};
	for (size_t i = 0; i < pattern.n; i++) {
		if (pattern.p[i] != BL_GAP) {
			bl_buf_putc(&out, pattern.p[i]);
			continue;
		}
		size_t n = total / gaps + (at + 1 == gaps ? total % gaps : 0);
		bl_buf_put(&out, sim_letters(&w->arena, number + at++ * 0x9e37u, letters, n));
	}
	bl_str text = bl_str_dup(&w->arena, bl_buf_str(&out));
	bl_buf_done(&out);
	return text;
}

static size_t count_gaps(bl_str pattern)
{
	size_t gaps = 0;
	for (size_t i = 0; i < pattern.n; i++)
		gaps += pattern.p[i] == BL_GAP;
	return gaps;
}

bl_str sim_fill(sim_world *w, const bl_value *v, uint64_t number)
{
	bl_str pattern = bl_value_pattern(&w->arena, v);
	if (v->kind != BL_UNKNOWN)
		return pattern;
	if (v->unknown->ncandidates)
		return sim_fill(w, v->unknown->candidates[sim_one_of(number, v->unknown->ncandidates)], number);
	return fill_with_letters(w, v->unknown, pattern, number, count_gaps(pattern));
}

/* A text of several gaps. One reference may fill them all: an id has parts that are known. */
static bl_str fill_gaps(sim_world *w, sim_thing *t, const bl_unknown *u, bl_str hint)
{
	size_t gaps = count_gaps(u->pattern);
	bl_str piece = u->nrefs == 1 ? bl_value_text(referred(w, t, &u->refs[0])) : BL_STR("");
	bl_str text = bl_str_fmt(&w->arena, BL_FMT BL_FMT BL_FMT, BL_ARG(u->prefix), BL_ARG(piece), BL_ARG(u->suffix));
	if (piece.n && !depends_on_key(t, u, hint) && bl_unknown_may_be(u, text, false))
		return text;
	text = fill_with_words(w, t, u, hint, gaps);
	return bl_unknown_may_be(u, text, false) ? text : fill_with_letters(w, u, u->pattern, chance_of(w, t, u, hint), gaps);
}

static bool hint_ends(bl_str hint, const char *end)
{
	bl_str e = bl_str_of(end);
	return hint.n >= e.n && bl_str_eqi(bl_str_slice(hint, hint.n - e.n, hint.n), e);
}

/* A text that nothing is known of but the name of the property that holds it. Empty: any word will do. */
static bl_str by_hint(sim_world *w, sim_thing *t, bl_str hint, uint64_t number)
{
	bl_arena *a = &w->arena;
	const sim_root *r = t->root;
	bool of_azure = hint_ends(hint, "resource_group_name"), of_google = bl_str_eqiz(hint, "project");
	if (r->holder && r->holder != t && r->holder->cloud == (of_google ? SIM_GOOGLE : SIM_AZURE) && (of_azure || of_google))
		return sim_name(w, r->holder);
	if (bl_str_eqiz(hint, "location"))
		return t->cloud == SIM_GOOGLE ? BL_STR("europe-west1") : r->location;
	if (bl_str_eqiz(hint, "region"))
		return t->cloud == SIM_GOOGLE ? BL_STR("europe-west1") : r->region;
	if (of_google)
		return sim_place(t, SIM_GOOGLE);
	if (hint_ends(hint, "tenantId") || hint_ends(hint, "tenant_id"))
		return r->tenant;
	if (hint_ends(hint, "subscriptionId") || hint_ends(hint, "subscription_id"))
		return sim_place(t, SIM_AZURE);
	if (of_azure)
		return r->group;
	if (hint_ends(hint, "account_id"))
		return t->cloud == SIM_AWS ? sim_place(t, SIM_AWS) : sim_guid(a, number);
	if (hint_ends(hint, "principalId") || hint_ends(hint, "principal_id") || hint_ends(hint, "objectId") ||
		hint_ends(hint, "object_id") || hint_ends(hint, "clientId") || hint_ends(hint, "client_id"))
		return sim_guid(a, number);
	if (hint_ends(hint, "arn"))
		return bl_str_fmt(a, "arn:aws:iam::" BL_FMT ":role/" BL_FMT, BL_ARG(sim_place(t, SIM_AWS)), BL_ARG(sim_word(number)));
	if (hint_ends(hint, "ipAddress") || hint_ends(hint, "ip_address"))
		return bl_str_fmt(a, "%d.%d.%d.%d", 20 + (int)(number % 30), (int)(number >> 8) % 255, (int)(number >> 16) % 255,
			1 + (int)(number >> 24) % 250);
	return BL_STR("");
}

static bl_str unknown_text(sim_world *w, sim_thing *t, const bl_unknown *u, bl_str hint)
{
	bl_arena *a = &w->arena;
	bool free = !u->prefix.n && !u->suffix.n && !u->alphabet.n && !u->least && !u->most;
	bl_str text = {0};
	/* what Azure's ids begin with, when where the template goes is all that is not known */
	if (!u->prefix.n && bl_str_starts(u->suffix, BL_STR("/providers/")))
		return bl_str_cat(a, sim_azure_group_id(w, t), u->suffix);
	if (free && !u->nrefs)
		text = by_hint(w, t, hint, chance_of(w, t, u, hint));
	if (text.n)
		return text;
	/* whoever gives a subscription's id gives its own */
	if (bl_str_eqiz(u->prefix, "/subscriptions/") && bl_str_starts(u->suffix, BL_STR("/"))) {
		text = bl_str_fmt(a, BL_FMT BL_FMT BL_FMT, BL_ARG(u->prefix), BL_ARG(sim_place(t, SIM_AZURE)), BL_ARG(u->suffix));
		if (bl_unknown_may_be(u, text, false))
			return text;
	}
	if (bl_str_startsi(u->prefix, BL_STR("/subscriptions/")) || bl_str_find(u->suffix, BL_STR("/providers/"), 0) > 0) {
		ptrdiff_t at = bl_str_find(u->suffix, BL_STR("/providers/"), 0);
		text = sim_azure_group_id(w, t);
		if (at >= 0)
			text = bl_str_cat(a, text, bl_str_slice(u->suffix, (size_t)at, u->suffix.n));
		if (bl_unknown_may_be(u, text, false))
			return text;
	}
	if (u->pattern.n && bl_str_rfind_char(u->pattern, BL_GAP) != bl_str_find(u->pattern, BL_STR("\xff"), 0))
		return fill_gaps(w, t, u, hint);
	text = hole(w, t, u, hint);
	return bl_str_fmt(a, BL_FMT BL_FMT BL_FMT, BL_ARG(u->prefix), BL_ARG(text), BL_ARG(u->suffix));
}

static const bl_value *unknown_value(sim_world *w, sim_thing *t, const bl_unknown *u, bl_str hint, int depth);

static const bl_value *resolve(sim_world *w, sim_thing *t, const bl_value *v, bl_str hint, int depth)
{
	bl_arena *a = &w->arena;
	if (!v || v->sensitive || depth > MAX_DEPTH)
		return NULL;
	if (v->kind == BL_UNKNOWN)
		return unknown_value(w, t, v->unknown, hint, depth);
	if (v->kind == BL_LIST) {
		bl_values list = {0};
		for (uint32_t i = 0; i < v->n; i++) {
			const bl_value *item = resolve(w, t, v->list[i], hint, depth + 1);
			if (item)
				bl_vec_push(a, &list, item);
		}
		return bl_values_value(a, v->span, &list);
	}
	if (v->kind != BL_MAP)
		return v;
	bl_items items = {0};
	for (uint32_t i = 0; i < v->n; i++) {
		bl_item item = {v->map[i].key, v->map[i].key_span, resolve(w, t, v->map[i].value, v->map[i].key, depth + 1)};
		if (item.value)
			bl_vec_push(a, &items, item);
	}
	return bl_items_value(a, v->span, &items);
}

static const bl_value *unknown_value(sim_world *w, sim_thing *t, const bl_unknown *u, bl_str hint, int depth)
{
	bl_arena *a = &w->arena;
	uint64_t number = chance_of(w, t, u, hint);
	if (u->ncandidates)
		return resolve(w, t, u->candidates[sim_one_of(number, u->ncandidates)], hint, depth + 1);
	if (u->attribute && u->nrefs == 1) {
		const bl_value *v = referred(w, t, &u->refs[0]);
		bool fits = v && (v->kind != BL_STRING || bl_unknown_may_be(u, v->string, false));
		if (fits && (u->type < 0 || v->kind == u->type))
			return v;
	}
	if (u->decoded)
		return resolve(w, t, u->decoded, hint, depth + 1);
	switch (u->type) {
	case BL_BOOL:
		return bl_value_bool(a, BL_NOWHERE, number & 1);
	case BL_NUMBER:
		return bl_value_digits(a, BL_NOWHERE, bl_str_integer(a, 1 + (long long)(number % 4)));
	case BL_LIST:
		return bl_value_list(a, BL_NOWHERE, NULL, 0);
	case BL_MAP:
		return bl_value_map(a, BL_NOWHERE, NULL, 0);
	case BL_NULL:
		return NULL;
	default:
		return sim_string(w, unknown_text(w, t, u, hint));
	}
}

const bl_value *sim_value(sim_world *w, sim_thing *t, const bl_value *v, bl_str hint)
{
	return resolve(w, t, v, hint, 0);
}

bl_str sim_text(sim_world *w, sim_thing *t, const bl_value *v, bl_str hint)
{
	const bl_value *r = sim_value(w, t, v, hint);
	if (bl_value_is(r, BL_NUMBER))
		return r->digits;
	return bl_value_text(r);
}

bl_str sim_native_text(sim_world *w, sim_thing *t, const char *name)
{
	if (!t->resource)
		return BL_STR("");
	return sim_text(w, t, bl_value_getz(t->resource->native, name), bl_str_of(name));
}
