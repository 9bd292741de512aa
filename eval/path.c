#include "eval/path.h"

bl_str bl_eval_folder(bl_str path)
{
	ptrdiff_t slash = bl_str_rfind_char(path, '/');
	return slash < 0 ? BL_STR("") : bl_str_slice(path, 0, (size_t)slash);
}

bl_str bl_eval_path(bl_arena *arena, bl_str folder, bl_str path)
{
	char *p = bl_arena_alloc(arena, folder.n + path.n + 2);
	size_t n = 0, outside = 0; /* bytes of leading ".." */
	bl_str rests[] = {folder, path}, part;
	for (size_t i = 0; i < 2; i++) {
		bl_str rest = rests[i];
		while (rest.n) {
			rest = bl_str_cut(rest, '/', &part);
			if (!part.n || bl_str_eqz(part, "."))
				continue;
			if (bl_str_eqz(part, "..") && n > outside) {
				n = bl_eval_folder(bl_str_make(p, n)).n;
				n = n < outside ? outside : n;
				continue;
			}
			if (n)
				p[n++] = '/';
			memcpy(p + n, part.p, part.n);
			n += part.n;
			if (bl_str_eqz(part, ".."))
				outside = n;
		}
	}
	return bl_str_make(p, n);
}
