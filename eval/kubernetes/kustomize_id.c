/* Which object is meant: ids, and the selectors of patches and replacements. */
#include "core/codec/regex.h"
#include "core/model/kubernetes.h"
#include "eval/kubernetes/kustomize.h"
#include "eval/kubernetes/manifest.h"

#include <stdlib.h>

bl_kustomize_id bl_kustomize_id_of(const bl_value *body)
{
	bl_kustomize_id id = {.kind = bl_value_text(bl_value_getz(body, "kind"))};
	bl_str group, version = bl_str_cut(bl_value_text(bl_value_getz(body, "apiVersion")), '/', &group);
	id.group = version.n ? group : BL_STR("");
	id.version = version.n ? version : group;
	id.namespace = bl_kubernetes_namespace(body);
	id.name = bl_manifest_text(bl_kustomize_get(body, "metadata/name"));
	if (bl_kubernetes_cluster_scoped(id.group, id.kind))
		id.namespace = BL_STR("");
	return id;
}

bool bl_kustomize_same_id(const bl_kustomize_id *a, const bl_kustomize_id *b)
{
	return bl_str_eq(a->name, b->name) && bl_str_eq(a->kind, b->kind) && bl_str_eq(a->namespace, b->namespace) &&
	       bl_str_eq(a->group, b->group) && bl_str_eq(a->version, b->version);
}

bool bl_kustomize_nth_id(const bl_kustomize_object *o, size_t i, bl_kustomize_id *id)
{
	if (i > o->before.n)
		return false;
	*id = i ? o->before.items[i - 1] : bl_kustomize_id_of(o->body);
	return true;
}

static bool was_called(const bl_kustomize_object *o, const bl_kustomize_id *id)
{
	for (size_t i = 0; i < o->before.n; i++)
		if (bl_kustomize_same_id(&o->before.items[i], id))
			return true;
	return false;
}

bl_kustomize_object *bl_kustomize_find(bl_kustomize *k, const bl_kustomize_id *id)
{
	bl_kustomize_object *now = NULL, *ever = NULL;
	size_t nnow = 0, never = 0;
	if (!bl_kustomize_step(k, k->objects.n))
		return NULL;
	for (size_t i = 0; i < k->objects.n; i++) {
		bl_kustomize_object *o = k->objects.items[i];
		/* the name first: it rules out nearly all, and costs little */
		bool same = bl_str_eq(bl_manifest_text(bl_kustomize_get(o->body, "metadata/name")), id->name);
		if (!same && !o->before.n)
			continue;
		bl_kustomize_id current = bl_kustomize_id_of(o->body);
		same = same && bl_kustomize_same_id(&current, id);
		if (same && !nnow++)
			now = o;
		if ((same || was_called(o, id)) && !never++)
			ever = o;
	}
	return nnow == 1 ? now : never == 1 ? ever : NULL;
}

void bl_kustomize_remember(bl_kustomize *k, bl_kustomize_object *o)
{
	bl_kustomize_id id = bl_kustomize_id_of(o->body);
	if (!was_called(o, &id))
		bl_vec_push(k->arena, &o->before, id);
}

/* ---- selectors ---- */

enum { GROUP, VERSION, KIND, NAME, NAMESPACE, PATTERNS };

struct bl_kustomize_selector {
	bl_regex *patterns[PATTERNS]; /* NULL: anything */
	bl_str labels, annotations;
};

static bool compile(bl_kustomize *k, const bl_value *target, const char *key, bl_regex **out)
{
	const bl_value *v = bl_value_getz(target, key);
	bl_str text = bl_manifest_text(v);
	bl_error error = {""};
	if (!text.n)
		return true;
	bl_str anchored = bl_str_fmt(k->arena, "^(?:" BL_FMT ")$", BL_ARG(text));
	if (bl_regex_new_re2(anchored, out, &error) == BL_OK)
		return true;
	bl_kustomize_say(k, BL_DIAG_ERROR, v->span, "'" BL_FMT "' is no regular expression", BL_ARG(text));
	return false;
}

bl_kustomize_selector *bl_kustomize_selector_new(bl_kustomize *k, const bl_value *target)
{
	static const char *const keys[PATTERNS] = {"group", "version", "kind", "name", "namespace"};
	bl_kustomize_selector *s = bl_xmalloc(sizeof *s);
	for (size_t i = 0; i < PATTERNS; i++) {
		if (!compile(k, target, keys[i], &s->patterns[i])) {
			bl_kustomize_selector_free(s);
			return NULL;
		}
	}
	s->labels = bl_value_text(bl_value_getz(target, "labelSelector"));
	s->annotations = bl_value_text(bl_value_getz(target, "annotationSelector"));
	return s;
}

void bl_kustomize_selector_free(bl_kustomize_selector *s)
{
	for (size_t i = 0; s && i < PATTERNS; i++)
		bl_regex_free(s->patterns[i]);
	free(s);
}

static bool matches(const bl_regex *regex, bl_str text)
{
	return !regex || bl_regex_match(regex, text, NULL, NULL) == BL_YES;
}

/* Is value one of "(a, b)"? */
static bool in_set(bl_str set, bl_str value)
{
	bl_str one, rest = bl_str_trim(set);
	if (rest.n < 2 || rest.p[0] != '(' || rest.p[rest.n - 1] != ')')
		return false;
	rest = bl_str_slice(rest, 1, rest.n - 1);
	do {
		rest = bl_str_cut(rest, ',', &one);
		if (bl_str_eq(bl_str_trim(one), value))
			return true;
	} while (rest.n);
	return false;
}

/* One of: key, !key, key=value, key==value, key!=value, key in (a, b), key notin (a, b). */
static bool requirement_holds(bl_str r, const bl_value *labels)
{
	ptrdiff_t equals = bl_str_find(r, BL_STR("="), 0), in = bl_str_find(r, BL_STR(" in ("), 0);
	ptrdiff_t notin = bl_str_find(r, BL_STR(" notin ("), 0);
	if (in > 0 || notin > 0) {
		size_t at = (size_t)(in > 0 ? in : notin);
		const bl_value *v = bl_value_get(labels, bl_str_trim(bl_str_slice(r, 0, at)));
		bool among = v && in_set(bl_str_slice(r, at + (in > 0 ? 4 : 7), r.n), bl_manifest_text(v));
		return in > 0 ? among : !among;
	}
	if (equals < 0 && r.n && r.p[0] == '!')
		return !bl_value_get(labels, bl_str_trim(bl_str_slice(r, 1, r.n)));
	if (equals < 0)
		return bl_value_get(labels, r) != NULL;
	bool no = equals > 0 && r.p[equals - 1] == '!';
	bl_str key = bl_str_trim(bl_str_slice(r, 0, (size_t)(equals - no)));
	bl_str value = bl_str_slice(r, (size_t)equals + 1, r.n);
	if (value.n && value.p[0] == '=')
		value = bl_str_slice(value, 1, value.n);
	const bl_value *v = bl_value_get(labels, key);
	bool same = v && bl_str_eq(bl_manifest_text(v), bl_str_trim(value));
	return no ? !same : same;
}

/* Requirements are joined by commas, but for those between parentheses. */
static bool labels_match(bl_str selector, const bl_value *labels)
{
	size_t begin = 0;
	int depth = 0;
	for (size_t i = 0; i <= selector.n; i++) {
		if (i < selector.n && selector.p[i] != ',') {
			depth += selector.p[i] == '(';
			depth -= selector.p[i] == ')';
			continue;
		}
		if (i < selector.n && depth > 0)
			continue;
		bl_str r = bl_str_trim(bl_str_slice(selector, begin, i));
		if (r.n && !requirement_holds(r, labels))
			return false;
		begin = i + 1;
	}
	return true;
}

/* The name and namespace that it had in the beginning count as well as those of now. */
bool bl_kustomize_selects(const bl_kustomize_selector *s, const bl_kustomize_object *o)
{
	bl_kustomize_id now = bl_kustomize_id_of(o->body), first = o->before.n ? o->before.items[0] : now;
	if (!matches(s->patterns[GROUP], now.group) || !matches(s->patterns[VERSION], now.version) ||
		!matches(s->patterns[KIND], now.kind))
		return false;
	if (!matches(s->patterns[NAME], first.name) && !matches(s->patterns[NAME], now.name))
		return false;
	if (!matches(s->patterns[NAMESPACE], first.namespace) && !matches(s->patterns[NAMESPACE], now.namespace))
		return false;
	return labels_match(s->labels, bl_kustomize_get(o->body, "metadata/labels")) &&
	       labels_match(s->annotations, bl_kustomize_get(o->body, "metadata/annotations"));
}
