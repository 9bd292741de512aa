#include "paths/pattern.h"

#include "core/reason/rbac.h"

/* Alphabetical. */
static const struct {
	const char *word;
	unsigned power;
} powers[] = {
	{"admin", BL_RBAC_ADMIN},
	{"manage", BL_RBAC_ADMIN | BL_RBAC_MANAGE},
	{"read-data", BL_RBAC_READ_DATA},
	{"read-secrets", BL_RBAC_READ_SECRETS},
	{"run-code", BL_RBAC_RUN_CODE},
	{"write-data", BL_RBAC_WRITE_DATA},
};

static bool read_edge(bl_pattern_step *step, bl_str word)
{
	for (int k = 0; k < BL_EDGE_KIND_COUNT; k++) {
		if (bl_str_eqz(word, bl_edge_kind_name((bl_edge_kind)k))) {
			step->edge = (bl_edge_kind)k;
			return true;
		}
	}
	return false;
}

static bool read_types(bl_arena *arena, bl_pattern_step *step, const bl_value *list)
{
	if (!bl_value_is(list, BL_LIST))
		return false;
	step->types = bl_new_n(arena, bl_str, list->n);
	for (uint32_t i = 0; i < list->n; i++) {
		if (!bl_value_is(list->list[i], BL_STRING))
			return false;
		step->types[step->ntypes++] = list->list[i]->string;
	}
	return true;
}

static bool read_ports(bl_arena *arena, bl_pattern_step *step, const bl_value *list)
{
	if (!bl_value_is(list, BL_LIST))
		return false;
	for (uint32_t i = 0; i < list->n; i++) {
		double port = bl_value_is(list->list[i], BL_NUMBER) ? list->list[i]->number : -1;
		if (port < 0 || port > 65535)
			return false;
		bl_ranges one = bl_net_tcp(arena, (uint16_t)port, (uint16_t)port);
		step->services = bl_ranges_union(arena, step->services, one);
	}
	return true;
}

static bool read_power(bl_pattern_step *step, bl_str word)
{
	for (size_t i = 0; i < sizeof powers / sizeof *powers; i++)
		if (bl_str_eqz(word, powers[i].word))
			step->power = powers[i].power;
	return step->power != 0;
}

static bool read_item(bl_arena *arena, bl_pattern_step *step, const bl_item *item)
{
	bl_str text = bl_value_text(item->value);
	if (bl_str_eqz(item->key, "edge"))
		return read_edge(step, text);
	if (bl_str_eqz(item->key, "to"))
		return read_types(arena, step, item->value);
	if (bl_str_eqz(item->key, "ports"))
		return read_ports(arena, step, item->value);
	if (bl_str_eqz(item->key, "power"))
		return read_power(step, text);
	if (bl_str_eqz(item->key, "unless"))
		step->unless = item->value;
	else if (bl_str_eqz(item->key, "detail"))
		step->detail = text;
	else if (bl_str_eqz(item->key, "cut"))
		step->cut = text;
	else if (bl_str_eqz(item->key, "factor"))
		step->factor = text;
	else
		return false;
	return bl_str_eqz(item->key, "unless") ? item->value->kind == BL_MAP : text.n > 0;
}

bool bl_pattern_read(bl_arena *arena, const bl_embedded *table, bl_pattern *out, bl_error *error)
{
	const bl_value *file = bl_unpack(arena, table->packed), *steps = bl_value_getz(file, "steps");
	*out = (bl_pattern){.id = bl_str_of(table->path), .title = bl_value_text(bl_value_getz(file, "title"))};
	if (!out->title.n || !bl_severity_parse(bl_value_text(bl_value_getz(file, "level")), &out->level)) {
		bl_error_set(error, BL_FAILED, "pattern '%s' needs a title and a level", table->path);
		return false;
	}
	if (!bl_value_is(steps, BL_LIST) || !steps->n || steps->n > BL_PATTERN_MAX_STEPS) {
		bl_error_set(error, BL_FAILED, "pattern '%s' needs 1 to %d steps", table->path, (int)BL_PATTERN_MAX_STEPS);
		return false;
	}
	for (uint32_t i = 0; i < steps->n; i++) {
		const bl_value *step = steps->list[i];
		if (!bl_value_getz(step, "edge")) {
			bl_error_set(error, BL_FAILED, "pattern '%s': step %u has no edge", table->path, i + 1);
			return false;
		}
		for (uint32_t k = 0; k < step->n; k++) {
			if (read_item(arena, &out->steps[i], &step->map[k]))
				continue;
			bl_error_set(error, BL_FAILED, "pattern '%s': step %u: '" BL_FMT "' is not understood", table->path, i + 1,
				BL_ARG(step->map[k].key));
			return false;
		}
	}
	out->n = steps->n;
	return true;
}
