/* Trace tags: what tagging/ would have a file say, shown as a patch or written. */
#include "engine/engine.h"

#include "core/codec/hash.h"
#include "core/codec/json.h"
#include "core/io/file.h"
#include "tagging/tagging.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

typedef struct tag_run {
	const bl_report *report;
	const bl_tag_run *options;
	const bl_side *side;
	bl_arena *arena;
	bl_tagger tagger;
	/* of the file at hand */
	const bl_document *document;
	bl_blames lines;
	/* of the resource at hand */
	bl_str address, guid;
	bl_tagged_list all;
	bl_buf patch;
	size_t files, resources; /* that change */
	size_t refused;          /* files */
} tag_run;

static bool in_range(uint32_t line, uint32_t from, uint32_t to)
{
	return from && line >= from && line <= to;
}

/* A brace alone changes hands whenever something is put before it: it tells nothing of who wrote the block. */
static bool says_something(const tag_run *run, uint32_t line)
{
	bl_str text = bl_sources_slice(run->report->sources, bl_sources_line(run->report->sources, run->document->source, line));
	for (size_t i = 0; i < text.n; i++)
		if (((text.p[i] | 32) >= 'a' && (text.p[i] | 32) <= 'z') || (text.p[i] >= '0' && text.p[i] <= '9'))
			return true;
	return false;
}

static bool history(void *context, const bl_document *d, uint32_t from, uint32_t to, uint32_t but_from, uint32_t but_to,
	bl_arena *arena, bl_tag_history *out)
{
	tag_run *run = context;
	const bl_blame *newest = NULL;
	BL_VEC(bl_str) authors = {0};
	(void)d;
	for (size_t i = 0; i < run->lines.n; i++) {
		const bl_blame *b = &run->lines.items[i];
		bool touches = false;
		for (uint32_t line = b->first > from ? b->first : from; !touches && line < b->first + b->lines && line <= to; line++)
			touches = !in_range(line, but_from, but_to) && says_something(run, line);
		if (!touches || !b->commit.n)
			continue;
		bl_vec_push(arena, &authors, b->email);
		if (!newest || b->time > newest->time || (b->time == newest->time && bl_str_cmp(b->commit, newest->commit) < 0))
			newest = b;
	}
	if (newest)
		*out = (bl_tag_history){newest->commit, newest->email, newest->time, authors.items, authors.n};
	return newest != NULL;
}

/* Random, as version 4 of RFC 9562 has it; with a seed made from what it stands for. One resource's tags share it. */
static bl_str guid(void *context, bl_arena *arena, const bl_document *d, bl_str address)
{
	tag_run *run = context;
	unsigned char b[32];
	if (run->guid.n && bl_str_eq(run->address, address))
		return run->guid;
	if (run->options->seed)
		bl_hash_sha256(bl_str_fmt(arena, "%s\n" BL_FMT "\n" BL_FMT "\n" BL_FMT, run->options->seed, BL_ARG(d->repo),
				       BL_ARG(d->path), BL_ARG(address)),
			b);
	else if (getrandom(b, 16, 0) != 16)
		abort(); /* of 16 bytes there are never too few (getrandom(2)) */
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	run->address = address;
	run->guid = bl_str_fmt(arena, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3],
		b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
	return run->guid;
}

/* Is the text with its tags still the document it was? A mistake of ours must not become the user's. */
static bool still_parses(const tag_run *run, bl_str text)
{
	bl_document d = {.language = run->document->language, .dialect = run->document->dialect, .path = run->document->path};
	bl_sources *sources = bl_sources_new();
	d.source = bl_sources_add(sources, BL_STR(""), d.path, text);
	bl_parse(sources, &d);
	bool same = !d.partial && d.blocks.n == run->document->blocks.n;
	for (size_t i = 0; same && i < d.diags.n; i++)
		same = d.diags.items[i].level != BL_DIAG_ERROR;
	bl_arena_done(&d.arena);
	bl_sources_free(sources);
	return same;
}

static bl_status change_file(tag_run *run, bl_str old_text, bl_str new_text, bl_error *error)
{
	bl_str path = run->document->path;
	if (run->options->dry_run)
		return bl_repo_patch(path, old_text, new_text, &run->patch, error);
	if (run->options->validate)
		return BL_OK;
	return bl_file_write(bl_str_fmt(run->arena, BL_FMT "/" BL_FMT, BL_ARG(run->side->root), BL_ARG(path)).p, new_text, error);
}

static size_t count_changed(const tag_run *run, size_t from)
{
	size_t n = 0;
	for (size_t i = from; i < run->all.n; i++)
		n += run->all.items[i].outcome == BL_TAG_ADDED || run->all.items[i].outcome == BL_TAG_CHANGED;
	return n;
}

static bl_status tag_file(tag_run *run, const bl_document *d, bl_error *error)
{
	bl_edits edits = {0};
	bl_str text = bl_sources_text(run->report->sources, d->source);
	size_t had = run->all.n;
	run->document = d;
	run->lines = (bl_blames){0};
	if (bl_repo_is_git(run->side->repo))
		bl_repo_blame(run->side->repo, d->path, text, run->arena, &run->lines, NULL);
	run->guid = (bl_str){0};
	bl_tag_document(&run->tagger, d, run->arena, &edits, &run->all);
	if (!edits.n)
		return BL_OK;
	bl_str changed = bl_edits_apply(run->arena, text, &edits);
	if (!still_parses(run, changed)) {
		for (size_t i = had; i < run->all.n; i++)
			if (run->all.items[i].outcome != BL_TAG_SKIPPED)
				run->all.items[i] = (bl_tagged){run->all.items[i].address, run->all.items[i].type, run->all.items[i].span,
					BL_STR(""), BL_TAG_SKIPPED, BL_STR("the file would not be read any more")};
		run->refused++;
		return BL_OK;
	}
	run->files++;
	run->resources += count_changed(run, had);
	return change_file(run, text, changed, error);
}

static void tell_place(const tag_run *run, bl_span span, bl_buf *out)
{
	bl_place place;
	bl_sources_place(run->report->sources, span, &place);
	for (size_t i = 0; i < place.path.n; i++)
		bl_buf_putc(out, (unsigned char)place.path.p[i] < 0x20 ? '?' : place.path.p[i]);
	bl_buf_putf(out, ":%u", place.start_line);
}

/* Two blocks of one GUID cannot be told apart by it: a copy was made. The first stands in the map. */
static size_t tell_doubles(const tag_run *run, bl_buf *out)
{
	bl_map seen = {.fold = true};
	size_t n = 0;
	for (size_t i = 0; i < run->all.n; i++) {
		const bl_tagged *r = &run->all.items[i], *other = r->trace.n ? bl_map_put(run->arena, &seen, r->trace, (void *)r) : NULL;
		if (!other)
			continue;
		n++;
		bl_buf_putz(out, "warning: ");
		tell_place(run, other->span, out);
		bl_buf_putz(out, " and ");
		tell_place(run, r->span, out);
		bl_buf_putf(out, " have one trace tag, " BL_FMT ": remove it from the copy, and it gets its own\n", BL_ARG(r->trace));
	}
	return n;
}

static const char *const outcomes[] = {"kept", "added", "changed", "skipped"};

static void write_json(const tag_run *run, bl_buf *out)
{
	bl_json j;
	bl_json_begin(&j, out, true);
	bl_json_object(&j);
	bl_json_member_int(&j, "format", 1);
	bl_json_key(&j, "resources");
	bl_json_array(&j);
	for (size_t i = 0; i < run->all.n; i++) {
		const bl_tagged *r = &run->all.items[i];
		bl_place place;
		bl_sources_place(run->report->sources, r->span, &place);
		bl_json_object(&j);
		bl_json_member(&j, "repo", place.repo);
		bl_json_member(&j, "file", place.path);
		bl_json_member_int(&j, "line", place.start_line);
		bl_json_member(&j, "address", r->address);
		bl_json_member(&j, "type", r->type);
		bl_json_member(&j, "outcome", bl_str_of(outcomes[r->outcome]));
		bl_json_member(&j, "trace", r->trace);
		bl_json_member(&j, "why", r->why);
		bl_json_object_end(&j);
	}
	bl_json_array_end(&j);
	bl_json_member_int(&j, "files", (long long)run->files);
	bl_json_member_int(&j, "changed", (long long)run->resources);
	bl_json_object_end(&j);
}

static void write_text(const tag_run *run, bl_buf *out)
{
	if (run->options->dry_run) {
		bl_buf_put(out, bl_buf_str(&run->patch));
		return;
	}
	for (size_t i = 0; i < run->all.n; i++) {
		const bl_tagged *r = &run->all.items[i];
		if (r->outcome == BL_TAG_KEPT)
			continue;
		tell_place(run, r->span, out);
		bl_buf_putf(out, "  " BL_FMT "  ", BL_ARG(r->address));
		if (r->outcome == BL_TAG_SKIPPED)
			bl_buf_putf(out, "left alone: " BL_FMT "\n", BL_ARG(r->why));
		else if (run->options->validate)
			bl_buf_putz(out, r->outcome == BL_TAG_ADDED ? "has no trace tag\n" : "has tags that are not up to date\n");
		else
			bl_buf_putf(out, r->outcome == BL_TAG_ADDED ? "tagged " BL_FMT "\n" : "brought up to date\n", BL_ARG(r->trace));
	}
	bl_buf_putf(out, "%zu of %zu resources %s in %zu file%s\n", run->resources, run->all.n,
		run->options->validate ? "need tags" : "tagged", run->files, run->files == 1 ? "" : "s");
}

/* "github.com/owner/group/name": the owner, and the rest. */
static void read_origin(tag_run *run)
{
	bl_str host, rest = bl_str_cut(run->side->name, '/', &host);
	run->tagger.repo = bl_str_cut(rest, '/', &run->tagger.org);
	if (!run->tagger.repo.n)
		run->tagger.org = BL_STR("");
}

static bl_status tag_sides(tag_run *run, bl_error *error)
{
	bl_status status = BL_OK;
	for (size_t i = 0; i < run->report->sides.n && status == BL_OK; i++) {
		run->side = run->report->sides.items[i];
		read_origin(run);
		for (size_t k = 0; k < run->side->documents.n && status == BL_OK; k++)
			status = tag_file(run, run->side->documents.items[k], error);
	}
	return status;
}

int bl_report_tag(const bl_report *report, const bl_tag_run *options, bl_write_fn write, void *context, char *error,
	size_t error_size)
{
	bl_arena arena = {0};
	bl_error words = {""};
	bl_buf out = {0}, doubles = {0};
	tag_run run = {.report = report, .options = options, .arena = &arena};
	run.tagger = (bl_tagger){.sources = report->sources, .prefix = bl_str_of(options->prefix), .keys = options->keys,
		.nkeys = options->nkeys, .skip_types = options->skip_types, .nskip_types = options->nskip_types, .history = history,
		.guid = guid, .context = &run};
	int result = 0;
	for (size_t i = 0; i < options->nkeys && words.text[0] == '\0'; i++)
		if (!bl_tag_key_exists(options->keys[i]))
			bl_error_set(&words, BL_FAILED, "'%s' is no tag that is written", options->keys[i]);
	if (words.text[0] || tag_sides(&run, &words) != BL_OK) {
		result = -1;
		if (error && error_size)
			snprintf(error, error_size, "%s", words.text);
	} else {
		size_t twice = tell_doubles(&run, &doubles);
		if (options->json)
			write_json(&run, &out);
		else
			write_text(&run, &out);
		if (!options->json && !options->dry_run)
			bl_buf_put(&out, bl_buf_str(&doubles));
		result = out.n && write(context, out.p, out.n) != 0 ? -1 : run.refused ? 2 : run.resources || twice ? 1 : 0;
	}
	bl_buf_done(&run.patch);
	bl_buf_done(&doubles);
	bl_buf_done(&out);
	bl_arena_done(&arena);
	return result;
}
