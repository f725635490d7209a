/*
 * pg/audit_paths.h - the paths of a request that the audit has columns for.
 */
#ifndef LLP_PG_AUDIT_PATHS_H
#define LLP_PG_AUDIT_PATHS_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "base/request.h"

typedef enum AuditPath
{
	AUDIT_PATH_REQUEST_ID,
	AUDIT_PATH_REQUEST_DOT_ID,
	AUDIT_PATH_STAGE,
	AUDIT_PATH_MODEL,
	AUDIT_PATH_USER_ID,
	AUDIT_PATH_TEAM_ID,
	AUDIT_PATH_PROJECT_ID,
	AUDIT_PATH_SESSION_ID,
	AUDIT_PATH_ESTIMATED_TOKENS,
	AUDIT_PATH_ESTIMATED_COST,
	AUDIT_PATH_TRACEPARENT,
	AUDIT_PATH_COUNT
} AuditPath;

/* A map that those paths are read of, and what it has at the first steps of them. */
typedef struct AuditSource
{
	Value root;
	Value members[AUDIT_PATH_COUNT];
	bool has_flat_keys; /* a key of its own may be the whole text of a path */
} AuditSource;

/* The root must be a map; valid as long as the jsonb. */
extern void audit_source(AuditSource *source, Jsonb *jsonb);

/* What llp_path_fetch finds. */
extern Value audit_fetch(const AuditSource *source, AuditPath path);

#endif
