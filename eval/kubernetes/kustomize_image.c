/* `images`: other names, tags and digests for images, wherever containers stand. */
#include "eval/kubernetes/kustomize.h"
#include "eval/kubernetes/manifest.h"

typedef struct change {
	bl_kustomize *k;
	bl_str name;
	const bl_value *new_name, *new_tag, *digest, *tag_suffix;
} change;

static const bl_value *images_in(const change *c, const bl_value *v, int depth);

static bool is_tag_text(bl_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!letter && !memchr("_.{}-", c, 5))
			return false;
	}
	return true;
}

/* "NAME", "NAME:TAG", "NAME@sha256:DIGEST", "NAME:TAG@sha256:DIGEST"; false when the reference has another name. */
static bool split(bl_str reference, bl_str name, bl_str *tag, bl_str *digest)
{
	if (!bl_str_starts(reference, name))
		return false;
	bl_str rest = bl_str_slice(reference, name.n, reference.n), head;
	*tag = *digest = BL_STR("");
	bool has_digest = memchr(rest.p, '@', rest.n) != NULL;
	*digest = bl_str_cut(rest, '@', &head);
	if (head.n && head.p[0] == ':')
		*tag = bl_str_slice(head, 1, head.n);
	else if (head.n)
		return false;
	bool good = !has_digest ||
		    (bl_str_starts(*digest, BL_STR("sha256:")) && is_tag_text(bl_str_slice(*digest, 7, digest->n)));
	return good && is_tag_text(*tag);
}

/* The reference as the entry wants it, written where the entry says it; NULL when it is for another image. */
static const bl_value *changed(const change *c, const bl_value *reference)
{
	bl_str tag, digest, name = c->name;
	if (!bl_value_is(reference, BL_STRING) || !split(reference->string, name, &tag, &digest))
		return NULL;
	const bl_value *from = c->new_name;
	if (c->new_name)
		name = bl_value_text(c->new_name);
	if (c->new_tag || c->digest) {
		from = c->digest ? c->digest : c->new_tag;
		tag = bl_manifest_text(c->new_tag);
		digest = bl_manifest_text(c->digest);
	} else if (c->tag_suffix) {
		from = c->tag_suffix;
		tag = bl_str_cat(c->k->arena, tag, bl_manifest_text(c->tag_suffix));
		digest = BL_STR("");
	}
	bl_str text = bl_str_fmt(c->k->arena, BL_FMT "%s" BL_FMT "%s" BL_FMT, BL_ARG(name), tag.n ? ":" : "", BL_ARG(tag),
		digest.n ? "@" : "", BL_ARG(digest));
	return from ? bl_value_string(c->k->arena, from->span, text) : NULL;
}

static const bl_value *container(const change *c, const bl_value *v)
{
	const bl_item *item = bl_value_item(v, BL_STR("image"), false);
	const bl_value *to = item ? changed(c, item->value) : NULL;
	return to ? bl_kustomize_put(c->k, v, item->key, to->span, to) : v;
}

static const bl_value *images_in_list(const change *c, const bl_value *list, bool containers, int depth)
{
	bl_value *copy = NULL;
	for (uint32_t i = 0; i < list->n; i++) {
		const bl_value *v = images_in(c, list->list[i], depth + 1);
		if (containers)
			v = container(c, v);
		if (v == list->list[i])
			continue;
		if (!copy) {
			copy = bl_value_at(c->k->arena, list, list->span);
			copy->list = bl_new_n(c->k->arena, const bl_value *, list->n);
			memcpy(copy->list, list->list, list->n * sizeof *copy->list);
		}
		copy->list[i] = v;
	}
	return copy ? copy : list;
}

static const bl_value *images_in(const change *c, const bl_value *v, int depth)
{
	if (!bl_kustomize_step(c->k, 1) || depth > BL_KUSTOMIZE_MAX_NESTING)
		return v;
	if (v->kind == BL_LIST)
		return images_in_list(c, v, false, depth);
	for (uint32_t i = 0; v->kind == BL_MAP && i < v->n; i++) {
		const bl_item *item = &v->map[i];
		bool containers = bl_str_eqz(item->key, "containers") || bl_str_eqz(item->key, "initContainers");
		const bl_value *inner = containers && item->value->kind == BL_LIST
						? images_in_list(c, item->value, true, depth)
						: images_in(c, item->value, depth + 1);
		if (inner != item->value)
			v = bl_kustomize_put(c->k, v, item->key, item->key_span, inner);
	}
	return v;
}

void bl_kustomize_images(bl_kustomize *k)
{
	const bl_value *entries = bl_value_getz(k->body, "images");
	for (uint32_t i = 0; bl_value_is(entries, BL_LIST) && i < entries->n; i++) {
		const bl_value *e = entries->list[i];
		change c = {k, bl_value_text(bl_value_getz(e, "name")), bl_value_getz(e, "newName"), bl_value_getz(e, "newTag"),
			bl_value_getz(e, "digest"), bl_value_getz(e, "tagSuffix")};
		for (size_t n = 0; c.name.n && n < k->objects.n; n++) {
			bl_kustomize_object *o = k->objects.items[n];
			/* a definition's schema may well have containers of its own */
			if (!bl_str_eqz(bl_kustomize_id_of(o->body).kind, "CustomResourceDefinition"))
				o->body = images_in(&c, o->body, 0);
		}
	}
}
