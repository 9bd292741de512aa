/* Compiles what comes as a rule: refused with words, or usable. */
#include "engine/engine.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static const char text[] = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"x\"\n}\n";
	bl_session *session = bl_session_open(NULL, 0, NULL, 0);
	if (!session)
		abort();
	char *copy = bl_xmalloc(size);
	if (size)
		memcpy(copy, data, size);
	bl_error error = {""};
	bl_status status = bl_rules_add(session->rules, BL_STR("fuzz/rule"), BL_STR("rule.yaml"), (bl_str){copy, size}, &error);
	if (status != BL_OK && !error.text[0])
		abort();
	if (status == BL_OK)
		bl_report_free(bl_engine_run_text(session, BL_STR("terraform"), BL_STR(text)));
	bl_session_close(session);
	free(copy);
	return 0;
}
