#include "tagging/target.h"

static const struct {
	bl_tag_form form;
	bool terraform;
	const char *names; /* each followed by a blank */
} taggable[] = {
#define TERRAFORM_TAGS BL_TAGS_TAGS, true
#define TERRAFORM_LABELS BL_TAGS_LABELS, true
#define CLOUDFORMATION_LIST BL_TAGS_LIST, false
#define CLOUDFORMATION_MAP BL_TAGS_MAP, false
#define TAGGABLE(kind, names) {kind, names},
#include "tagging/taggable.def"
#undef TAGGABLE
};

static bool holds(const char *names, bl_str name)
{
	bl_str all = bl_str_of(names);
	for (ptrdiff_t at = bl_str_find(all, name, 0); at >= 0; at = bl_str_find(all, name, (size_t)at + 1))
		if ((at == 0 || all.p[at - 1] == ' ') && all.p[(size_t)at + name.n] == ' ')
			return true;
	return false;
}

static bl_tag_form form_of(bl_str type, bool terraform)
{
	for (size_t i = 0; i < sizeof taggable / sizeof *taggable; i++)
		if (taggable[i].terraform == terraform && holds(taggable[i].names, type))
			return taggable[i].form;
	return BL_TAGS_NONE;
}

bl_tag_form bl_taggable_terraform(bl_str type)
{
	return form_of(type, true);
}

bl_tag_form bl_taggable_cloudformation(bl_str type)
{
	return form_of(type, false);
}
