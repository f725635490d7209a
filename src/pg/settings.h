/*
 * pg/settings.h - the values of pg/settings.def.
 *
 * An empty string setting means unset, so that a pooler's SET … = '' does no harm.
 */
#ifndef LLP_PG_SETTINGS_H
#define LLP_PG_SETTINGS_H

#include "postgres.h"

typedef enum AuditDestination
{
	AUDIT_OFF,
	AUDIT_TABLE,
	AUDIT_LOG,
	AUDIT_BOTH
} AuditDestination;

typedef enum UnauditedAction
{
	UNAUDITED_LOG,
	UNAUDITED_DENY
} UnauditedAction;

typedef enum AuditContent
{
	AUDIT_CONTENT_OMIT,
	AUDIT_CONTENT_MASK,
	AUDIT_CONTENT_HASH,
	AUDIT_CONTENT_FULL
} AuditContent;

typedef enum PartitionSpan
{
	PARTITION_DAY,
	PARTITION_MONTH
} PartitionSpan;

#define SETTING_STRING(name, variable, ...) extern char *variable;
#define SETTING_ENUM(name, variable, ...) extern int variable;
#define SETTING_INT(name, variable, ...) extern int variable;
#define SETTING_REAL(name, variable, ...) extern double variable;
#define SETTING_KEY(name, variable, ...) extern char *variable;
#include "pg/settings.def"
#undef SETTING_STRING
#undef SETTING_ENUM
#undef SETTING_INT
#undef SETTING_REAL
#undef SETTING_KEY

/* Defines every setting and reserves the prefix; called once, from _PG_init. */
extern void settings_define(void);
/* The argument if given, else llm_policy.namespace, else "default". */
extern const char *setting_namespace_or(const char *argument);

#endif
