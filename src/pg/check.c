/*
 * pg/check.c - judges policies without storing them: findings about a text, and the tests that policies
 * carry.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "author/expression_check.h"
#include "author/lint.h"
#include "policy/read.h"

#include "pg/authoring.h"
#include "pg/authz.h"
#include "pg/catalog.h"
#include "pg/detection.h"
#include "pg/errors.h"
#include "pg/registry.h"
#include "pg/request_schema.h"
#include "pg/timestamps.h"

#define CHECK_MEMORY ((size_t) 1024 * 1024 * 1024)

/* Failing tests that DETAIL lists beside the one in the message. */
#define MAX_LISTED 10

static const Oid text_arguments[] = {TEXTOID, TEXTOID};

static CatalogQuery current_documents = {
	"SELECT d.id, d.revision, d.document FROM llm_policy.policy_current c"
	" JOIN llm_policy.policy_documents d USING (namespace, id, revision)"
	" WHERE c.namespace = $1 AND ($2 IS NULL OR c.id = $2) ORDER BY d.id",
	2, text_arguments, NULL};

Status
authoring_check_expressions(Arena *arena, const PolicyList *list, DiagnosticList *findings)
{
	ExpressionCheck check = {.arena = arena, .findings = findings};
	Status worst = STATUS_OK;

	for (size_t i = 0; i < list->count && (worst == STATUS_OK || worst == STATUS_INVALID); i++)
	{
		Status status;

		CHECK_FOR_INTERRUPTS();
		status = llp_check_expressions(&check, list->policies[i]);
		worst = status == STATUS_OK ? worst : status;
	}
	return worst;
}

/* Holds each policy against the schema of its namespace. */
static Status
lint(Arena *arena, Oid reader, const PolicyList *list, DiagnosticList *findings)
{
	const RequestSchema *schema = NULL;
	Str ns = {NULL, 0};
	Status status = STATUS_OK;

	for (size_t i = 0; i < list->count && status == STATUS_OK; i++)
	{
		const Policy *policy = list->policies[i];

		CHECK_FOR_INTERRUPTS();
		if (i == 0 || !llp_str_equal(ns, policy->ns))
			schema = request_schema_for(arena, reader, pnstrdup(policy->ns.data, policy->ns.size));
		ns = policy->ns;
		status = llp_lint_policy(arena, policy, schema, findings);
	}
	return status;
}

DiagnosticList
authoring_validate(Oid reader, Str document)
{
	CoreArena memory = core_arena_create(CurrentMemoryContext, "a text to validate", CHECK_MEMORY);
	DiagnosticList findings;
	PolicyList list;
	Status status;

	llp_diag_init(&findings, memory.arena);
	status = llp_read_policies(memory.arena, document, llp_str(NULL), &list, &findings);
	if (status == STATUS_OK || status == STATUS_INVALID)
		status = authoring_check_expressions(memory.arena, &list, &findings);
	if (status == STATUS_OK || status == STATUS_INVALID)
		status = lint(memory.arena, reader, &list, &findings);
	if (status == STATUS_NO_MEMORY || status == STATUS_CANCELLED)
		core_check(status, &findings, ERRCODE_LLP_INVALID_DOCUMENT, "could not validate the text");
	registry_check_policies(list.policies, list.count, &findings);
	llp_diag_sort(&findings);
	return findings;
}

static PolicyTestReport
run_tests(Arena *arena, const Policy *policy)
{
	PolicyTestReport report;
	Status status = llp_run_policy_tests(
		arena, policy, timestamp_to_unix(GetCurrentStatementStartTimestamp()), detection_redactor(), &report);

	core_check(status, NULL, ERRCODE_LLP_POLICY_TEST_FAILED, "could not run a policy's tests");
	return report;
}

static char *
further_failures(const PolicyTestReport *report, size_t first)
{
	StringInfoData out;
	size_t listed = 0;

	initStringInfo(&out);
	for (size_t i = first + 1; i < report->count && listed < MAX_LISTED; i++)
	{
		const PolicyTestResult *result = &report->results[i];

		if (result->passed)
			continue;
		appendStringInfo(&out, "%sAlso \"%.*s\": %.*s.", listed > 0 ? "\n" : "", STR_ARG(result->test->name),
						 STR_ARG(result->problem));
		listed++;
	}
	if (report->failed > listed + 1)
		appendStringInfo(&out, "\nAnd %zu more tests.", report->failed - listed - 1);
	return out.len > 0 ? out.data : NULL;
}

void
authoring_require_tests(Arena *arena, const Policy *policy)
{
	PolicyTestReport report = run_tests(arena, policy);
	char *further;
	size_t first = 0;

	if (report.failed == 0)
		return;
	while (report.results[first].passed)
		first++;
	further = further_failures(&report, first);
	ereport(ERROR, (errcode(ERRCODE_LLP_POLICY_TEST_FAILED),
					errmsg("policy \"%.*s/%.*s\" fails its test \"%.*s\": %.*s", STR_ARG(policy->ns),
						   STR_ARG(policy->id), STR_ARG(report.results[first].test->name),
						   STR_ARG(report.results[first].problem)),
					further ? errdetail("%s", further) : 0,
					errhint("Correct the policy or its tests; test => false stores it all the same.")));
}

static List *
append_tested(List *tested, Arena *arena, const Policy *policy)
{
	TestedPolicy *entry = palloc(sizeof(TestedPolicy));

	CHECK_FOR_INTERRUPTS();
	entry->policy = policy;
	entry->report = run_tests(arena, policy);
	return lappend(tested, entry);
}

/* The current policies that are to be tested, read into the arena: a list of Policy in the current context.
 */
static List *
load_current(Arena *arena, const char *ns, const char *id)
{
	Datum values[] = {CStringGetTextDatum(ns), id ? CStringGetTextDatum(id) : (Datum) 0};
	MemoryContext context = CurrentMemoryContext;
	List *policies = NIL;

	SPI_connect();
	catalog_execute(&current_documents, values, id ? NULL : " n", true, 0);
	for (uint64 row = 0; row < SPI_processed; row++)
	{
		bool isnull;
		int32 revision =
			DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 2, &isnull));
		Policy *policy = catalog_read_document(arena, catalog_result_text(arena, row, 3), llp_str(ns),
											   catalog_result_text(arena, row, 1), revision, ERROR);
		MemoryContext spi_context = MemoryContextSwitchTo(context);

		policies = lappend(policies, policy);
		MemoryContextSwitchTo(spi_context);
		CHECK_FOR_INTERRUPTS();
	}
	SPI_finish();
	return policies;
}

List *
authoring_test_stored(Oid reader, const char *ns, const char *id)
{
	CoreArena memory = core_arena_create(CurrentMemoryContext, "policies to test", CHECK_MEMORY);
	List *policies;
	List *tested = NIL;
	const ListCell *cell;

	authz_require_reader(reader, ns);
	policies = load_current(memory.arena, ns, id);
	if (id && policies == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("policy \"%s/%s\" does not exist", ns, id)));
	foreach (cell, policies)
		tested = append_tested(tested, memory.arena, lfirst(cell));
	return tested;
}

List *
authoring_test_document(Oid author, Str document)
{
	CoreArena memory = core_arena_create(CurrentMemoryContext, "policies to test", CHECK_MEMORY);
	DiagnosticList findings;
	PolicyList list;
	List *tested = NIL;
	Status status;

	llp_diag_init(&findings, memory.arena);
	status = llp_read_policies(memory.arena, document, llp_str(NULL), &list, &findings);
	if (status == STATUS_OK)
		status = authoring_check_expressions(memory.arena, &list, &findings);
	core_check(status, &findings, ERRCODE_LLP_INVALID_DOCUMENT, "invalid policy");
	for (size_t i = 0; i < list.count; i++)
	{
		authz_require(author, RIGHT_AUTHOR, pnstrdup(list.policies[i]->ns.data, list.policies[i]->ns.size));
		registry_require(memory.arena, &list.policies[i], 1);
		tested = append_tested(tested, memory.arena, list.policies[i]);
	}
	return tested;
}
