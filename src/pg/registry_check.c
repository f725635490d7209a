/*
 * pg/registry_check.c - looks at every registration as if it were made now, and at every policy that uses
 * one.
 *
 * What is wrong is raised where it is found; here it is caught, each in a subtransaction of its own, and
 * becomes a row.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "pg/authz.h"
#include "pg/catalog.h"
#include "pg/custom_function.h"
#include "pg/data_source.h"
#include "pg/registry.h"
#include "pg/registry_check.h"

#define CHECK_MEMORY ((size_t) 1024 * 1024 * 1024)

/* Policies that may use something: those with data, and those whose text speaks of custom functions. */
static CatalogQuery using_policies = {
	"SELECT d.namespace, d.id, d.revision, d.document FROM llm_policy.policy_current c"
	" JOIN llm_policy.policy_documents d USING (namespace, id, revision)"
	" WHERE jsonb_exists(d.normalised, 'data') OR strpos(d.document, 'custom') > 0 ORDER BY d.namespace, d.id",
	0, NULL, NULL};

typedef void Check(const char *name);

static void
check_function(const char *name)
{
	RegisteredFunction function;

	if (registry_find_function(name, &function))
		custom_function_require(&function);
}

static void
check_data(const char *name)
{
	RegisteredData data;

	if (registry_find_data(name, &data))
		data_source_require(&data);
}

static RegistryProblem *
problem_of_error(const char *kind, const char *name, const ErrorData *error)
{
	RegistryProblem *problem = palloc(sizeof(RegistryProblem));

	*problem = (RegistryProblem){kind, name, error->message, error->hint};
	return problem;
}

/* The problem that the check raises, or NULL.  A cancel is no problem of what is checked. */
static RegistryProblem *
problem_of(const char *kind, const char *name, Check *check)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	RegistryProblem *volatile problem = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		check(name);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
			PG_RE_THROW();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;
		problem = problem_of_error(kind, name, error);
	}
	PG_END_TRY();
	return problem;
}

static List *
names_in(const char *table, const char *index)
{
	CatalogScan scan = catalog_scan_begin(table, index, NULL);
	List *names = NIL;
	HeapTuple row;

	while (catalog_scan_next(&scan, &row))
		names = lappend(names, catalog_scan_text(&scan, row, 1));
	catalog_scan_end(&scan);
	return names;
}

static List *
check_each(List *problems, const char *kind, const List *names, Check *check)
{
	const ListCell *cell;

	foreach (cell, names)
	{
		RegistryProblem *problem = problem_of(kind, lfirst(cell), check);

		if (problem != NULL)
			problems = lappend(problems, problem);
	}
	return problems;
}

static List *
add_findings(List *problems, const Policy *policy, const DiagnosticList *findings)
{
	for (const Diagnostic *finding = findings->first; finding != NULL; finding = finding->next)
	{
		RegistryProblem *problem = palloc(sizeof(RegistryProblem));

		*problem = (RegistryProblem){
			"policy", psprintf("%.*s/%.*s", STR_ARG(policy->ns), STR_ARG(policy->id)),
			psprintf("%.*s (line %d, column %d)", STR_ARG(finding->message), finding->line, finding->column),
			pnstrdup(finding->hint.data, finding->hint.size)};
		problems = lappend(problems, problem);
	}
	return problems;
}

static List *
check_row(List *problems, Arena *arena, uint64 row)
{
	Str ns = catalog_result_text(arena, row, 1);
	Str id = catalog_result_text(arena, row, 2);
	bool isnull;
	int32 revision = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 3, &isnull));
	Policy *policy =
		catalog_read_document(arena, catalog_result_text(arena, row, 4), ns, id, revision, WARNING);
	DiagnosticList findings;

	if (policy == NULL)
		return problems;
	llp_diag_init(&findings, arena);
	registry_check_policies(&policy, 1, &findings);
	return add_findings(problems, policy, &findings);
}

static List *
check_policies(List *problems)
{
	CoreArena memory = core_arena_create(CurrentMemoryContext, "policies to check", CHECK_MEMORY);
	MemoryContext context = CurrentMemoryContext;

	SPI_connect();
	catalog_execute(&using_policies, NULL, NULL, true, 0);
	MemoryContextSwitchTo(context);
	for (uint64 row = 0; row < SPI_processed; row++)
		problems = check_row(problems, memory.arena, row);
	SPI_finish();
	return problems;
}

List *
registry_check_all(void)
{
	List *problems = NIL;

	authz_require(catalog_caller(), RIGHT_ADMIN, SCOPE_EVERY_NAMESPACE);
	problems = check_each(problems, "function", names_in("functions", "functions_pkey"), check_function);
	problems = check_each(problems, "data", names_in("data_sources", "data_sources_pkey"), check_data);
	return check_policies(problems);
}
