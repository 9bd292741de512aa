#include "eval/docker/image.h"

#include "core/codec/regex.h"
#include "core/model/image.h"

/* Puts a part of the reference; one with a gap is unknown and keeps what is known of it. */
static void put(bl_arena *arena, bl_items *items, const char *key, const bl_value *from, bl_str part)
{
	bl_value *v;
	if (!part.n)
		return;
	if (!memchr(part.p, BL_GAP, part.n)) {
		v = bl_value_string(arena, from->span, part);
	} else {
		v = bl_value_unknown(arena, from->span, BL_FMT, BL_ARG(from->unknown->why));
		bl_unknown *u = (bl_unknown *)v->unknown;
		u->type = BL_STRING;
		bl_unknown_set_pattern(u, part);
	}
	v->origin = from->origin;
	v->via = from->via;
	bl_items_put(arena, items, bl_str_of(key), v->span, v);
}

const bl_value *bl_docker_image(bl_arena *arena, const bl_value *reference)
{
	bl_image_name name;
	bl_items items = {0};
	bl_image_name_split(arena, bl_value_pattern(arena, reference), &name);
	bl_items_put(arena, &items, BL_STR("reference"), reference->span, reference);
	put(arena, &items, "digest", reference, name.digest);
	put(arena, &items, "tag", reference, name.tag);
	put(arena, &items, "registry", reference, name.registry);
	put(arena, &items, "repository", reference, name.repository);
	return bl_items_value(arena, reference->span, &items);
}

#define PART "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
#define LABEL "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"

bool bl_docker_image_valid(bl_str reference)
{
	static const char pattern[] =
		"\\A(?:(?:" LABEL "(?:\\." LABEL ")*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?/)?" PART "(?:/" PART
		")*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
		"(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?\\z";
	bl_regex *regex;
	if (bl_regex_new(BL_STR(pattern), &regex, NULL) != BL_OK)
		return true;
	bool valid = bl_regex_match(regex, reference, NULL, NULL) != BL_NO;
	bl_regex_free(regex);
	return valid;
}
