/*
 * Where the provider that a resource uses puts what it makes: a configuration's name, or one that calls pass on, leads to the block that sets it. Worked out when all
 * else is, for a provider may be set by what resources give.
 */
#include "eval/terraform_check.h"

static bl_str text_of(const bl_tf_scope *s, const bl_block *b, const char *name)
{
	const bl_attr *a = bl_block_attr(b, name);
	return a ? bl_value_text(bl_tf_plain(s->tf, bl_tf_eval(s, a->expr), false)) : BL_STR("");
}

/* "arn:aws:iam::111122223333:role/deploy" */
static bl_str account_of(bl_str arn)
{
	bl_str part = BL_STR("");
	for (int i = 0; i < 5; i++)
		arn = bl_str_cut(arn, ':', &part);
	return bl_str_is_digits(part) ? part : BL_STR("");
}

/* The one account that is allowed, or that of the role that is assumed. */
static bl_str aws_account(const bl_tf_scope *s, const bl_block *b)
{
	const bl_attr *allowed = bl_block_attr(b, "allowed_account_ids");
	const bl_value *v = allowed ? bl_tf_plain(s->tf, bl_tf_eval(s, allowed->expr), false) : NULL;
	if (bl_value_is(v, BL_LIST) && v->n == 1 && !v->open && bl_value_is(v->list[0], BL_STRING))
		return v->list[0]->string;
	for (size_t i = 0; i < b->blocks.n; i++)
		if (bl_str_eqz(b->blocks.items[i]->kind, "assume_role"))
			return account_of(text_of(s, b->blocks.items[i], "role_arn"));
	return BL_STR("");
}

static bl_str set_place(const bl_tf_scope *s, const bl_block *b)
{
	bl_str name = bl_block_label(b, 0);
	if (bl_str_eqz(name, "azurerm") || bl_str_eqz(name, "azapi"))
		return text_of(s, b, "subscription_id");
	if (bl_str_eqz(name, "aws") || bl_str_eqz(name, "awscc"))
		return aws_account(s, b);
	return bl_str_eqz(name, "google") || bl_str_eqz(name, "google-beta") ? text_of(s, b, "project") : BL_STR("");
}

/* The name that a caller gives the provider that the module knows by name; empty when it passes none. */
static bl_str name_outside(bl_tf *tf, const bl_tf_module *m, bl_str name)
{
	const bl_attr *providers = bl_block_attr(m->call->block, "providers");
	bl_str words[2] = {{0}};
	if (!providers) /* only what has no alias is handed down by itself */
		return memchr(name.p, '.', name.n) ? BL_STR("") : name;
	const bl_expr *passed = bl_tf_passed_provider(providers->expr, name);
	size_t n = passed ? bl_tf_words(passed, words, 2) : 0;
	return n > 1 ? bl_str_fmt(tf->arena, BL_FMT "." BL_FMT, BL_ARG(words[0]), BL_ARG(words[1])) : words[0];
}

/* By the configuration's name as the module knows it. */
static bl_str place_of(bl_tf *tf, const bl_tf_module *m, bl_str name)
{
	bl_str key = bl_str_fmt(tf->arena, "%p " BL_FMT, (const void *)m, BL_ARG(name));
	const bl_str *known = bl_map_get(&tf->places, key);
	if (known)
		return *known;
	bl_str *place = bl_new(tf->arena, bl_str);
	bl_map_put(tf->arena, &tf->places, key, place);
	const bl_block *b = bl_tf_provider_block(tf, m, name);
	bl_tf_scope s = {tf, (bl_tf_module *)m, m->frame};
	bl_str outside = !b && m->call ? name_outside(tf, m, name) : BL_STR("");
	if (b)
		*place = set_place(&s, b);
	else if (outside.n)
		*place = place_of(tf, m->parent, outside);
	return *place;
}

/* "aws.west" of `provider = aws.west`; else what the type's name begins with. */
static bl_str provider_name(bl_tf *tf, const bl_tf_item *item, const bl_resource *r)
{
	const bl_attr *a = bl_block_attr(item->block, "provider");
	bl_str words[2] = {{0}};
	size_t n = a ? bl_tf_words(a->expr, words, 2) : 0;
	if (!n && a)
		return bl_tf_literal(a->expr);
	return !n ? r->provider : n == 1 ? words[0] : bl_str_fmt(tf->arena, BL_FMT "." BL_FMT, BL_ARG(words[0]), BL_ARG(words[1]));
}

void bl_tf_set_places(bl_tf *tf, bl_tf_module *m)
{
	tf->quiet++;
	for (size_t i = 0; i < m->declared.n; i++) {
		const bl_tf_item *item = m->declared.items[i];
		const bl_resource *first = item->instances.n ? item->instances.items[0].resource : NULL;
		bl_str place = first && !first->is_module ? place_of(tf, m, provider_name(tf, item, first)) : BL_STR("");
		for (size_t k = 0; k < item->instances.n; k++) {
			const bl_tf_instance *instance = &item->instances.items[k];
			if (instance->resource)
				instance->resource->place = place;
			if (instance->module)
				bl_tf_set_places(tf, instance->module);
		}
	}
	tf->quiet--;
}
