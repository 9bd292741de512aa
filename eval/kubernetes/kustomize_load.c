/* What a kustomization names: files, read through the loader, and YAML that stands in a string. */
#include "core/codec/yaml.h"
#include "eval/kubernetes/kustomize.h"
#include "eval/path.h"

bool bl_kustomize_path(bl_kustomize *k, const bl_value *written, bl_str *path)
{
	bl_str text = bl_value_text(written);
	if (!text.n || text.p[0] == '/') {
		bl_kustomize_say(k, BL_DIAG_ERROR, written->span, "'" BL_FMT "' is no path within the repository", BL_ARG(text));
		return false;
	}
	*path = bl_eval_path(k->arena, k->folder, text);
	return true;
}

/* The file is not there; or it may be, but not in this repository. */
static bool say_unread(bl_kustomize *k, bl_diag_level level, const bl_value *written, bl_str path)
{
	if (bl_str_starts(path, BL_STR("..")))
		bl_kustomize_say(k, BL_DIAG_ERROR, written->span, "'" BL_FMT "' leads out of the repository and is not read",
			BL_ARG(written->string));
	else
		bl_kustomize_say(k, level, written->span, "'" BL_FMT "' could not be read", BL_ARG(path));
	return false;
}

bool bl_kustomize_bytes(bl_kustomize *k, const bl_value *written, bl_str *bytes)
{
	const bl_loader *loader = k->input->loader;
	bl_str path;
	if (!bl_kustomize_path(k, written, &path))
		return false;
	if (loader && loader->bytes && loader->bytes(loader->context, path, bytes))
		return true;
	return say_unread(k, BL_DIAG_WARNING, written, path);
}

static bool read_source(bl_kustomize *k, uint32_t source, bl_str text, bl_values *documents)
{
	bl_yaml_documents read = {0};
	bool good = bl_yaml_read(k->arena, source, text, (bl_yaml_options){.yaml11 = true}, &read, &k->out->diags);
	for (size_t i = 0; i < read.n; i++)
		bl_vec_push(k->arena, documents, read.items[i]);
	return good;
}

/* A document of the YAML family as it was parsed already; false when it is of another. */
static bool take_document(bl_kustomize *k, const bl_document *d, bl_values *documents)
{
	if (!d || (!d->blocks.n && !d->partial))
		return false;
	for (size_t i = 0; i < d->blocks.n; i++) {
		const bl_block *b = d->blocks.items[i];
		if (!bl_str_eqz(b->kind, "document"))
			return false;
		bl_vec_push(k->arena, documents, b->attrs.items[0].expr->value);
	}
	return true;
}

bool bl_kustomize_read(bl_kustomize *k, const bl_value *written, bl_values *documents)
{
	const bl_loader *loader = k->input->loader;
	bl_str path, text;
	if (!bl_kustomize_path(k, written, &path))
		return false;
	if (take_document(k, loader->document(loader->context, path), documents))
		return true;
	if (!loader->bytes || !loader->bytes(loader->context, path, &text))
		return say_unread(k, BL_DIAG_ERROR, written, path);
	bl_sources *sources = k->input->sources;
	text = bl_sources_keep_str(sources, text);
	return read_source(k, bl_sources_add(sources, k->input->root->repo, bl_sources_keep_str(sources, path), text), text, documents);
}

/*
 * The lines of a block scalar (`patch: |`) stand one for one for lines of the file, less their indentation. Of any other form it
 * is only known that the text stands for the scalar.
 */
static size_t pieces_of(bl_str file, bl_span span, bl_str text, bl_piece *pieces)
{
	bl_str line, from = bl_str_slice(file, span.begin, span.end);
	bool block = from.n && (from.p[0] == '|' || from.p[0] == '>');
	pieces[0] = (bl_piece){0, span.begin, span.end, false};
	if (!block)
		return 1;
	from = bl_str_cut(from, '\n', &line);
	size_t n = 0;
	for (bl_str rest = text; rest.n;) {
		uint32_t at = (uint32_t)(rest.p - text.p);
		bl_str want, have;
		rest = bl_str_cut(rest, '\n', &want);
		from = bl_str_cut(from, '\n', &have);
		if (have.n && have.p[have.n - 1] == '\r')
			have.n--;
		if (!have.p || !bl_str_ends(have, want)) {
			pieces[0] = (bl_piece){0, span.begin, span.end, false};
			return 1;
		}
		uint32_t begin = (uint32_t)(have.p - file.p) + (uint32_t)(have.n - want.n);
		pieces[n++] = (bl_piece){at, begin, begin + (uint32_t)want.n, true};
	}
	return n ? n : 1;
}

bool bl_kustomize_read_text(bl_kustomize *k, const bl_value *written, bl_values *documents)
{
	bl_sources *sources = k->input->sources;
	bl_str text = bl_value_text(written);
	size_t lines = 1;
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	bl_piece *pieces = bl_new_n(k->arena, bl_piece, lines + 1);
	size_t n = pieces_of(bl_sources_text(sources, written->span.source), written->span, text, pieces);
	uint32_t source = bl_sources_share(sources, written->span.source, text, pieces, n);
	return read_source(k, source, bl_sources_text(sources, source), documents);
}
