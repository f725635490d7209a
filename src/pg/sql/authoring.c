/*
 * pg/sql/authoring.c - SQL entry points of sql/authoring.sql: unpack, call, pack.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "pg/authoring.h"
#include "pg/catalog.h"
#include "pg/compat.h"
#include "pg/function.h"
#include "pg/sql/arguments.h"

LLM_POLICY_FUNCTION(llm_policy_apply);
LLM_POLICY_FUNCTION(llm_policy_create);
LLM_POLICY_FUNCTION(llm_policy_update);
LLM_POLICY_FUNCTION(llm_policy_delete);
LLM_POLICY_FUNCTION(llm_policy_set_status);
LLM_POLICY_FUNCTION(llm_policy_rollback);
LLM_POLICY_FUNCTION(llm_policy_get);
LLM_POLICY_FUNCTION(llm_policy_diff);
LLM_POLICY_FUNCTION(llm_policy_validate);
LLM_POLICY_FUNCTION(llm_policy_test);

/* note and changed_by, which stand side by side at the end of the arguments. */
static Author
author_of(FunctionCallInfo fcinfo, int note_number)
{
	return (Author){.role = catalog_caller(),
					.note = argument_text(fcinfo, note_number),
					.changed_by = argument_text(fcinfo, note_number + 1)};
}

/* A null namespace is the root. */
static char *
namespace_argument(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? pstrdup(ROOT_NAMESPACE) : argument_text(fcinfo, number);
}

static void
put_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* ORDER: the columns of llm_policy.policy_change. */
static void
change_columns(const PolicyChange *change, Datum *values)
{
	values[0] = catalog_text(change->ns);
	values[1] = catalog_text(change->id);
	values[2] = Int32GetDatum(change->revision);
	values[3] = CStringGetTextDatum(authoring_action_name(change->action));
}

static Datum
change_datum(FunctionCallInfo fcinfo, PolicyChange change)
{
	TupleDesc descriptor;
	Datum values[4];
	bool nulls[4] = {false};

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	change_columns(&change, values);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}

Datum
llm_policy_apply(PG_FUNCTION_ARGS)
{
	ApplyRequest request = {.document = argument_required_str(fcinfo, 0, "document"),
							.ns = argument_text(fcinfo, 1),
							.mode = APPLY_ANY,
							.prune = argument_bool(fcinfo, 2, false),
							.run_tests = argument_bool(fcinfo, 3, true),
							.author = author_of(fcinfo, 4)};
	PolicyChanges result = authoring_apply(&request);

	InitMaterializedSRF(fcinfo, 0);
	for (size_t i = 0; i < result.count; i++)
	{
		Datum values[4];
		bool nulls[4] = {false};

		change_columns(&result.changes[i], values);
		put_row(fcinfo, values, nulls);
	}
	return (Datum) 0;
}

Datum
llm_policy_create(PG_FUNCTION_ARGS)
{
	ApplyRequest request = {.document = argument_required_str(fcinfo, 0, "document"),
							.ns = argument_text(fcinfo, 1),
							.mode = APPLY_CREATE,
							.run_tests = argument_bool(fcinfo, 2, true),
							.author = author_of(fcinfo, 3)};

	return change_datum(fcinfo, authoring_apply(&request).changes[0]);
}

Datum
llm_policy_update(PG_FUNCTION_ARGS)
{
	ApplyRequest request = {.document = argument_required_str(fcinfo, 0, "document"),
							.has_expected_revision = !PG_ARGISNULL(1),
							.expected_revision = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1),
							.ns = argument_text(fcinfo, 2),
							.mode = APPLY_UPDATE,
							.run_tests = argument_bool(fcinfo, 3, true),
							.author = author_of(fcinfo, 4)};

	return change_datum(fcinfo, authoring_apply(&request).changes[0]);
}

Datum
llm_policy_delete(PG_FUNCTION_ARGS)
{
	char *id = argument_required_text(fcinfo, 0, "id");
	Author author = author_of(fcinfo, 2);

	return change_datum(fcinfo, authoring_delete(namespace_argument(fcinfo, 1), id, &author));
}

Datum
llm_policy_set_status(PG_FUNCTION_ARGS)
{
	char *id = argument_required_text(fcinfo, 0, "id");
	char *status = argument_required_text(fcinfo, 1, "status");
	Author author = author_of(fcinfo, 3);

	return change_datum(fcinfo, authoring_set_status(namespace_argument(fcinfo, 2), id, status, &author));
}

Datum
llm_policy_rollback(PG_FUNCTION_ARGS)
{
	char *id = argument_required_text(fcinfo, 0, "id");
	int32 revision = argument_required_int(fcinfo, 1, "revision");
	Author author = author_of(fcinfo, 3);

	return change_datum(fcinfo, authoring_rollback(namespace_argument(fcinfo, 2), id, revision, &author));
}

/* A revision number, 0 for a null: the current one. */
static int32
revision_argument(FunctionCallInfo fcinfo, int number)
{
	if (PG_ARGISNULL(number))
		return 0;
	if (PG_GETARG_INT32(number) <= 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("there is no revision %d", PG_GETARG_INT32(number)),
						errhint("Revisions count from 1.")));
	return PG_GETARG_INT32(number);
}

Datum
llm_policy_get(PG_FUNCTION_ARGS)
{
	char *id = argument_required_text(fcinfo, 0, "id");
	char *ns = namespace_argument(fcinfo, 1);
	int32 revision = revision_argument(fcinfo, 2);
	char *format = PG_ARGISNULL(3) ? pstrdup("yaml") : argument_text(fcinfo, 3);

	PG_RETURN_TEXT_P(authoring_get(catalog_caller(), ns, id, revision, format));
}

static Datum
jsonb_or_null(Jsonb *value, bool *isnull)
{
	*isnull = value == NULL;
	return value ? JsonbPGetDatum(value) : (Datum) 0;
}

Datum
llm_policy_diff(PG_FUNCTION_ARGS)
{
	char *id = argument_required_text(fcinfo, 0, "id");
	char *ns = namespace_argument(fcinfo, 3);
	Jsonb *old_document, *new_document;
	const ListCell *cell;

	argument_require(fcinfo, 1, "from_revision");
	old_document = authoring_normalised(catalog_caller(), ns, id, revision_argument(fcinfo, 1));
	new_document = authoring_normalised(catalog_caller(), ns, id, revision_argument(fcinfo, 2));
	InitMaterializedSRF(fcinfo, 0);
	foreach (cell, authoring_diff(old_document, new_document))
	{
		const Difference *difference = lfirst(cell);
		Datum values[3];
		bool nulls[3] = {false};

		values[0] = CStringGetTextDatum(difference->path);
		values[1] = jsonb_or_null(difference->old_value, &nulls[1]);
		values[2] = jsonb_or_null(difference->new_value, &nulls[2]);
		put_row(fcinfo, values, nulls);
	}
	return (Datum) 0;
}

static void
put_finding(FunctionCallInfo fcinfo, const Diagnostic *finding)
{
	Datum values[] = {CStringGetTextDatum(llp_severity_name(finding->severity)),
					  Int32GetDatum(finding->line),
					  Int32GetDatum(finding->column),
					  catalog_text(finding->path),
					  catalog_text(finding->message),
					  catalog_text(finding->hint)};
	bool nulls[] = {false, finding->line == 0, finding->line == 0, false, false, finding->hint.size == 0};

	put_row(fcinfo, values, nulls);
}

/* Says that there is more than was kept. */
static void
put_remainder(FunctionCallInfo fcinfo, const DiagnosticList *findings)
{
	char message[100];
	Diagnostic remainder = {.severity = findings->errors > 0 ? SEVERITY_ERROR : SEVERITY_WARNING};

	snprintf(message, sizeof(message), "only the first %zu of %zu errors and %zu warnings are listed",
			 findings->kept, findings->errors, findings->warnings);
	remainder.message = llp_str(message);
	put_finding(fcinfo, &remainder);
}

Datum
llm_policy_validate(PG_FUNCTION_ARGS)
{
	DiagnosticList findings =
		authoring_validate(catalog_caller(), argument_required_str(fcinfo, 0, "document"));

	InitMaterializedSRF(fcinfo, 0);
	for (const Diagnostic *finding = findings.first; finding; finding = finding->next)
		put_finding(fcinfo, finding);
	if (findings.errors + findings.warnings > findings.kept)
		put_remainder(fcinfo, &findings);
	return (Datum) 0;
}

static Datum
uncovered_datum(const PolicyTestReport *report)
{
	List *ids = NIL;

	for (size_t i = 0; i < report->uncovered_count; i++)
		ids = lappend(ids, pnstrdup(report->uncovered[i].data, report->uncovered[i].size));
	return PointerGetDatum(catalog_text_array(ids));
}

/* ORDER: the columns of llm_policy.policy_test_result.  `result` is NULL for a policy without tests. */
static void
put_test(FunctionCallInfo fcinfo, const TestedPolicy *tested, const PolicyTestResult *result)
{
	Datum values[6] = {catalog_text(tested->policy->ns), catalog_text(tested->policy->id)};
	bool nulls[6] = {false};

	if (result)
	{
		values[2] = catalog_text(result->test->name);
		values[3] = BoolGetDatum(result->passed);
		values[4] = catalog_text(result->problem);
	}
	nulls[2] = nulls[3] = result == NULL;
	nulls[4] = result == NULL || result->problem.size == 0;
	values[5] = uncovered_datum(&tested->report);
	put_row(fcinfo, values, nulls);
}

Datum
llm_policy_test(PG_FUNCTION_ARGS)
{
	char *id = argument_text(fcinfo, 0);
	List *all;
	const ListCell *cell;

	if (id && !PG_ARGISNULL(2))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("give the id of a stored policy or a document, not both")));
	all = PG_ARGISNULL(2)
			  ? authoring_test_stored(catalog_caller(), namespace_argument(fcinfo, 1), id)
			  : authoring_test_document(catalog_caller(), argument_required_str(fcinfo, 2, "document"));
	InitMaterializedSRF(fcinfo, 0);
	foreach (cell, all)
	{
		const TestedPolicy *tested = lfirst(cell);

		for (size_t i = 0; i < tested->report.count; i++)
			put_test(fcinfo, tested, &tested->report.results[i]);
		if (tested->report.count == 0)
			put_test(fcinfo, tested, NULL);
	}
	return (Datum) 0;
}
