#include "core/model/finding.h"

static const char *const severities[] = {"info", "low", "medium", "high", "critical"};

const char *bl_severity_name(bl_severity severity)
{
	return severities[severity];
}

bool bl_severity_parse(bl_str text, bl_severity *severity)
{
	for (size_t i = 0; i < sizeof severities / sizeof *severities; i++) {
		if (bl_str_eqz(text, severities[i])) {
			*severity = (bl_severity)i;
			return true;
		}
	}
	return false;
}
