/*
 * pg/settings.c - defines the settings of pg/settings.def.
 *
 * Owns their words and checks.  What a setting does is the business of whoever reads its variable.
 */
#include "postgres.h"

#include <limits.h>

#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "base/field_path.h"
#include "base/terms.h"
#include "llm/detector.h"
#include "policy/model.h"
#include "vm/limits.h"

#include "pg/core_host.h"
#include "pg/path_list.h"
#include "pg/settings.h"

#define ROOT_NAMESPACE "default"
#define MAX_PRICE_DIGITS 40

static const struct config_enum_entry default_decision_words[] = {
	{"allow", VERDICT_ALLOW, false}, {"deny", VERDICT_DENY, false}, {NULL, 0, false}};

static const struct config_enum_entry audit_words[] = {{"table", AUDIT_TABLE, false},
													   {"log", AUDIT_LOG, false},
													   {"both", AUDIT_BOTH, false},
													   {"off", AUDIT_OFF, false},
													   {NULL, 0, false}};

static const struct config_enum_entry unaudited_words[] = {
	{"log", UNAUDITED_LOG, false}, {"deny", UNAUDITED_DENY, false}, {NULL, 0, false}};

static const struct config_enum_entry audit_content_words[] = {{"omit", AUDIT_CONTENT_OMIT, false},
															   {"mask", AUDIT_CONTENT_MASK, false},
															   {"hash", AUDIT_CONTENT_HASH, false},
															   {"full", AUDIT_CONTENT_FULL, false},
															   {NULL, 0, false}};

static const struct config_enum_entry audit_partition_words[] = {
	{"day", PARTITION_DAY, false}, {"month", PARTITION_MONTH, false}, {NULL, 0, false}};

#define SETTING_STRING(name, variable, ...) char *variable;
#define SETTING_ENUM(name, variable, default_value, ...) int variable = default_value;
#define SETTING_INT(name, variable, default_value, ...) int variable = default_value;
#define SETTING_REAL(name, variable, default_value, ...) double variable = default_value;
#define SETTING_KEY(name, variable, ...) char *variable;
#include "pg/settings.def"
#undef SETTING_STRING
#undef SETTING_ENUM
#undef SETTING_INT
#undef SETTING_REAL
#undef SETTING_KEY

static bool
check_namespace(char **newval, void **extra, GucSource source)
{
	if ((*newval)[0] == '\0' || llp_namespace_valid(llp_str(*newval)))
		return true;
	GUC_check_errdetail("A namespace is segments of letters, digits, \"_\" and \"-\" joined by \".\".");
	return false;
}

static bool
check_audit_plain_paths(char **newval, void **extra, GucSource source)
{
	CoreArena scratch = core_arena_create(CurrentMemoryContext, "check of a setting", 0);
	PathList paths;
	const char *problem = NULL;
	Str culprit = {NULL, 0};
	bool ok = path_list_parse(scratch.arena, llp_str(*newval), &paths, &problem, &culprit);

	if (!ok)
		GUC_check_errdetail("Path \"%.*s\": %s.", STR_ARG(culprit), problem);
	MemoryContextDelete(scratch.context);
	return ok;
}

/* A plain decimal number, which numeric takes as it is; empty for none. */
static bool
check_price(char **newval, void **extra, GucSource source)
{
	const char *text = *newval;
	size_t whole = strspn(text, "0123456789");
	size_t fraction = text[whole] == '.' ? 1 + strspn(text + whole + 1, "0123456789") : 0;

	if (text[0] == '\0' ||
		(whole > 0 && fraction != 1 && text[whole + fraction] == '\0' && strlen(text) <= MAX_PRICE_DIGITS))
		return true;
	GUC_check_errdetail("A price is a decimal number that is not negative, as 2.50.");
	return false;
}

/*
 * What the server fixes when it starts is a setting only where the library is preloaded: defined later it
 * would end the session.
 */
static bool
is_defined_now(GucContext context)
{
	return context != PGC_POSTMASTER || process_shared_preload_libraries_in_progress;
}

void
settings_define(void)
{
#define SETTING_STRING(name, variable, default_value, context, check, description)                           \
	if (is_defined_now(context))                                                                             \
		DefineCustomStringVariable("llm_policy." #name, description, NULL, &variable, default_value,         \
								   context, 0, check, NULL, NULL);
#define SETTING_ENUM(name, variable, default_value, words, context, description)                             \
	if (is_defined_now(context))                                                                             \
		DefineCustomEnumVariable("llm_policy." #name, description, NULL, &variable, default_value, words,    \
								 context, 0, NULL, NULL, NULL);
#define SETTING_INT(name, variable, default_value, min, max, context, unit, description)                     \
	if (is_defined_now(context))                                                                             \
		DefineCustomIntVariable("llm_policy." #name, description, NULL, &variable, default_value, min, max,  \
								context, unit, NULL, NULL, NULL);
#define SETTING_REAL(name, variable, default_value, min, max, context, description)                          \
	if (is_defined_now(context))                                                                             \
		DefineCustomRealVariable("llm_policy." #name, description, NULL, &variable, default_value, min, max, \
								 context, 0, NULL, NULL, NULL);
#define SETTING_KEY(name, variable, description)                                                             \
	DefineCustomStringVariable("llm_policy." #name, description, NULL, &variable, "", PGC_SUSET,             \
							   GUC_SUPERUSER_ONLY | GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE, NULL, NULL, NULL);
#include "pg/settings.def"
#undef SETTING_STRING
#undef SETTING_ENUM
#undef SETTING_INT
#undef SETTING_REAL
#undef SETTING_KEY
	MarkGUCPrefixReserved("llm_policy");
}

const char *
setting_namespace_or(const char *argument)
{
	if (argument)
		return argument;
	return setting_namespace && setting_namespace[0] != '\0' ? setting_namespace : ROOT_NAMESPACE;
}
