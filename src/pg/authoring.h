/*
 * pg/authoring.h - storing, changing and reading policies.
 *
 * Every function here checks the author's rights itself, works in the caller's transaction, and raises what
 * is wrong.  What it returns points into memory of the current context at the call.
 */
#ifndef LLP_PG_AUTHORING_H
#define LLP_PG_AUTHORING_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/jsonb.h"

#include "base/diag.h"
#include "policy/read.h"
#include "author/policy_test.h"

/* Who makes a change, as revisions and endings keep it. */
typedef struct Author
{
	Oid role;				/* catalog_caller() */
	const char *note;		/* or NULL */
	const char *changed_by; /* the application's user, or NULL */
} Author;

/* ORDER: authoring_action_name's table. */
typedef enum ChangeAction
{
	CHANGE_CREATED,
	CHANGE_UPDATED,
	CHANGE_UNCHANGED,
	CHANGE_DELETED
} ChangeAction;

/* "created", "updated" … */
extern const char *authoring_action_name(ChangeAction action);

typedef struct PolicyChange
{
	Str ns;
	Str id;
	int32 revision; /* the current one; of a deleted policy its last */
	ChangeAction action;
} PolicyChange;

struct Stored;
extern PolicyChange authoring_change(const struct Stored *stored, int32 revision, ChangeAction action);

typedef struct PolicyChanges
{
	PolicyChange *changes;
	size_t count;
} PolicyChanges;

/* apply.c: from a text into the tables. */
typedef enum ApplyMode
{
	APPLY_ANY,	  /* create or update */
	APPLY_CREATE, /* one policy, which must not exist */
	APPLY_UPDATE  /* one policy, which must exist */
} ApplyMode;

typedef struct ApplyRequest
{
	Str document;
	const char *ns; /* NULL: each document's own */
	ApplyMode mode;
	bool prune;
	bool run_tests;
	bool has_expected_revision;
	int32 expected_revision;
	Author author;
} ApplyRequest;

extern PolicyChanges authoring_apply(const ApplyRequest *request);

/* revise.c: changes of what is stored. */
extern PolicyChange
authoring_set_status(const char *ns, const char *id, const char *status, const Author *author);
extern PolicyChange authoring_rollback(const char *ns, const char *id, int32 revision, const Author *author);
extern PolicyChange authoring_delete(const char *ns, const char *id, const Author *author);

/* history.c: reading revisions.  `revision` 0 is the current one. */
extern text *authoring_get(Oid reader, const char *ns, const char *id, int32 revision, const char *format);
/* The normalised document. */
extern Jsonb *authoring_normalised(Oid reader, const char *ns, const char *id, int32 revision);

/* diff.c */
typedef struct Difference
{
	char *path;		  /* rules[block-gpt4].priority */
	Jsonb *old_value; /* NULL: not there */
	Jsonb *new_value;
} Difference;

/* What differs between two documents: a list of Difference. */
extern List *authoring_diff(Jsonb *old_document, Jsonb *new_document);

/* check.c: judging texts without storing them. */

/*
 * Checks the expressions of policies that have been read; STATUS_OK, or another status with what is wrong in
 * the findings.
 */
extern Status authoring_check_expressions(Arena *arena, const PolicyList *list, DiagnosticList *findings);
/* Findings about a text, by the request schemas that `reader` may know. */
extern DiagnosticList authoring_validate(Oid reader, Str document);

typedef struct TestedPolicy
{
	const Policy *policy;
	PolicyTestReport report;
} TestedPolicy;

/* Tests of the stored policy `id`, of all of the namespace when it is NULL: a list of TestedPolicy. */
extern List *authoring_test_stored(Oid reader, const char *ns, const char *id);
extern List *authoring_test_document(Oid author, Str document);
/* Raises LP002 when a test of the policy fails. */
extern void authoring_require_tests(Arena *arena, const Policy *policy);

#endif
