/*
 * pg/evaluate.c - an evaluation from its arguments to its result.
 *
 * Owns the order of things: rights, request, policies, decision, record, result.  Everything it makes lives
 * in one memory context that ends with the call or with the error; what a decision is, the core decides.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "access/xact.h"
#include "common/cryptohash.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "policy/expression.h"
#include "policy/read.h"
#include "prog/set.h"
#include "vm/evaluate.h"
#include "vm/modify.h"

#include "pg/audit.h"
#include "pg/authz.h"
#include "pg/cache.h"
#include "pg/compat.h"
#include "pg/detection.h"
#include "pg/digest.h"
#include "pg/errors.h"
#include "pg/evaluate.h"
#include "pg/in_force.h"
#include "pg/jsonb_tree.h"
#include "pg/metrics.h"
#include "pg/narrow.h"
#include "pg/nesting.h"
#include "pg/registry.h"
#include "pg/settings.h"
#include "pg/timestamps.h"
#include "pg/uuid.h"

/* One call under way. */
typedef struct Evaluation
{
	const EvaluationArguments *arguments;
	MemoryContext caller_context; /* where the result goes */
	MemoryContext context;		  /* of everything else */
	CoreArena memory;			  /* of the decision, in the same context */
	Oid caller;
	const char *ns;
	InForce in_force; /* in that namespace, and the caller's rights there */
	Jsonb *request;
	Program *program;
	const bool *selected; /* policies that count; NULL: all of the program's */
	const char *set_hash;
	TimestampTz now;
	DiagnosticList findings;
	Decision decision;
} Evaluation;

/* Validity times are judged by it, and the walk knows no infinity. */
static TimestampTz
choose_time(const TimestampTz *as_of)
{
	if (as_of == NULL)
		return GetCurrentStatementStartTimestamp();
	if (TIMESTAMP_NOT_FINITE(*as_of))
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("as_of must be a finite time")));
	return *as_of;
}

static void
begin(Evaluation *evaluation, const EvaluationArguments *arguments)
{
	memset(evaluation, 0, sizeof(Evaluation));
	evaluation->arguments = arguments;
	evaluation->context = nesting_enter();
	evaluation->caller_context = MemoryContextSwitchTo(evaluation->context);
	evaluation->memory = core_arena_within(evaluation->context, (size_t) setting_evaluation_memory * 1024);
	evaluation->caller = catalog_caller();
	evaluation->now = choose_time(arguments->as_of);
	llp_diag_init(&evaluation->findings, evaluation->memory.arena);
}

static void
end(Evaluation *evaluation)
{
	MemoryContextSwitchTo(evaluation->caller_context);
	nesting_leave(evaluation->context);
}

/* Ends the evaluation; its result survives. */
static Datum
end_with_jsonb(Evaluation *evaluation, const Jsonb *jsonb)
{
	Jsonb *result = MemoryContextAlloc(evaluation->caller_context, VARSIZE(jsonb));

	memcpy(result, jsonb, VARSIZE(jsonb));
	end(evaluation);
	return JsonbPGetDatum(result);
}

static Datum
end_with_tree(Evaluation *evaluation, const TreeNode *tree)
{
	return end_with_jsonb(evaluation, jsonb_from_tree(tree));
}

static void
choose_namespace(Evaluation *evaluation)
{
	evaluation->ns = setting_namespace_or(evaluation->arguments->ns);
	if (!catalog_is_every_namespace(evaluation->ns) && !llp_namespace_valid(llp_str(evaluation->ns)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid namespace \"%s\"", evaluation->ns),
				 errhint("A namespace is segments of letters, digits, \"_\" and \"-\" joined by "
						 "\".\", at most %d bytes.",
						 LLP_MAX_NAMESPACE)));
	evaluation->in_force = in_force(evaluation->ns, evaluation->caller);
}

static bool
has_right(const Evaluation *evaluation, Right right)
{
	return authz_includes(evaluation->in_force.rights, right);
}

static void
require_right(const Evaluation *evaluation, Right right)
{
	if (!has_right(evaluation, right))
		authz_refuse(evaluation->caller, right, evaluation->ns);
}

static bool
may_see_details(const Evaluation *evaluation)
{
	return has_right(evaluation, RIGHT_AUTHOR) || has_right(evaluation, RIGHT_AUDITOR);
}

/* A trace shows what policies say and what they read of the request. */
static void
require_trace_right(const Evaluation *evaluation)
{
	if (evaluation->arguments->trace && !may_see_details(evaluation))
		authz_refuse(evaluation->caller, RIGHT_AUDITOR, evaluation->ns);
}

/* Checks the size before the request is detoasted, and detoasts it once. */
static Jsonb *
read_request(Datum datum)
{
	Size size = toast_raw_datum_size(datum);
	Jsonb *request;

	if (size > (Size) setting_max_request_size * 1024)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("the request is too large"),
						errdetail("It has %zu bytes; llm_policy.max_request_size is %d kB.", size,
								  setting_max_request_size)));
	request = DatumGetJsonbP(datum);
	if (!JB_ROOT_IS_OBJECT(request))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the request must be a JSON object"),
				 errdetail("It is %s.", JB_ROOT_IS_SCALAR(request) ? "a scalar" : "an array"),
				 errhint("For example: '{\"llm\": {\"model\": \"gpt-4o\"}, \"user\": {\"id\": \"u1\"}}'.")));
	return request;
}

static void
raise_unknown_namespace(const char *ns)
{
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("namespace \"%s\" does not exist", ns),
					errdetail("Neither it nor an ancestor below the root has policies or grants."),
					errhint("Apply a policy to it, or evaluate in \"" ROOT_NAMESPACE "\".")));
}

static void
use_current_set(Evaluation *evaluation)
{
	ScopeHead *head = &evaluation->in_force.head;

	if (!head->exists)
		raise_unknown_namespace(evaluation->ns);
	evaluation->program = cache_pin(evaluation->context, head);
	evaluation->set_hash = head->hash;
}

static void
use_set_as_of(Evaluation *evaluation, TimestampTz as_of)
{
	CoreArena memory = core_arena_create(evaluation->context, "policy set", 0);
	ScopeHead head;
	LoadedSet set = catalog_load_as_of(&memory, evaluation->ns, as_of, &head);

	if (!head.exists)
		raise_unknown_namespace(evaluation->ns);
	evaluation->program = cache_link_once(&memory, &set);
	evaluation->set_hash = pstrdup(head.hash);
}

/*
 * The right was given for a namespace: a recorded set of another one is for those who may evaluate there too.
 * The message does not say where that is, which the caller may not know.
 */
static void
require_right_on_policy(const Evaluation *evaluation, const Fragment *policy)
{
	Str ns = fragment_str(policy, policy->ns);

	if (catalog_is_every_namespace(evaluation->ns) || llp_namespace_covers(ns, llp_str(evaluation->ns)) ||
		authz_has(evaluation->caller, RIGHT_EVALUATOR, pnstrdup(ns.data, ns.size)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("policy set %s is not one of namespace \"%s\"", evaluation->set_hash, evaluation->ns),
			 errhint("Pass the namespace of the recorded decision.")));
}

static void
use_recorded_set(Evaluation *evaluation, const char *hash)
{
	CoreArena memory = core_arena_create(evaluation->context, "policy set", 0);
	LoadedSet set = catalog_load_recorded(&memory, hash);

	evaluation->set_hash = hash;
	for (uint32 i = 0; i < set.count; i++)
		require_right_on_policy(evaluation, set.inputs[i].fragment);
	evaluation->program = cache_link_once(&memory, &set);
}

static void
choose_set(Evaluation *evaluation)
{
	const EvaluationArguments *arguments = evaluation->arguments;

	if (arguments->policy_set)
		use_recorded_set(evaluation, arguments->policy_set);
	else if (arguments->as_of)
		use_set_as_of(evaluation, *arguments->as_of);
	else
		use_current_set(evaluation);
	if (arguments->policies)
		evaluation->selected = narrow_policies(evaluation->program->image, arguments->policies);
}

/* Raises what went wrong, naming the setting where it was the setting's limit. */
static void
check_evaluated(Evaluation *evaluation, Status status)
{
	if (status == STATUS_NO_MEMORY)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("the evaluation needs too much memory"),
						errdetail("llm_policy.evaluation_memory is %d kB.", setting_evaluation_memory)));
	core_check(status, &evaluation->findings, ERRCODE_INVALID_PARAMETER_VALUE,
			   "the request cannot be evaluated");
}

/*
 * Expressions get half of the memory: one that takes all of it errs, and the rest of the evaluation, which
 * may not fail for that, still has its own half.
 */
static ExpressionLimits
expression_limits(void)
{
	return (ExpressionLimits){.rule_steps = (uint64_t) setting_max_rule_steps,
							  .evaluation_steps = (uint64_t) setting_max_evaluation_steps,
							  .memory = (uint64_t) setting_evaluation_memory * 1024 / 2};
}

static void
decide(Evaluation *evaluation, const char *decision_id)
{
	Value request = jsonb_value(evaluation->request);
	ExpressionLimits limits = expression_limits();
	EvaluationOptions options = {
		.now = timestamp_to_unix(evaluation->now),
		.default_decision = (Verdict) setting_default_decision,
		.verdict_only = evaluation->arguments->verdict_only,
		.trace = evaluation->arguments->trace,
		.return_request = evaluation->arguments->return_request,
		.decision_id = llp_str(decision_id),
		.policy_set = llp_str(evaluation->set_hash),
		.selected = evaluation->selected,
		.limits = &limits,
		.redactor = detection_redactor(),
	};

	check_evaluated(evaluation, llp_evaluate(evaluation->memory.arena, evaluation->program, &request,
											 &options, &evaluation->decision, &evaluation->findings));
}

/* Adds a member to the decision's result, which has none of that name. */
static void
set_result(Evaluation *evaluation, Str key, TreeNode *value)
{
	if (!llp_tree_add(evaluation->memory.arena, evaluation->decision.result, key, value))
		check_evaluated(evaluation, STATUS_NO_MEMORY);
}

static void
add_warning(Evaluation *evaluation, Str text)
{
	Arena *arena = evaluation->memory.arena;
	TreeNode *warnings = llp_tree_get(evaluation->decision.result, STR("warnings"));

	if (warnings == NULL)
	{
		warnings = llp_tree_list(arena);
		set_result(evaluation, STR("warnings"), warnings);
	}
	if (!llp_tree_append(arena, warnings, llp_tree_string(arena, text)))
		check_evaluated(evaluation, STATUS_NO_MEMORY);
}

/* Messages of errors speak of what policies say: those who may only evaluate get the rules' ids.  True when
 * there were any. */
static bool
hide_error_messages(Evaluation *evaluation)
{
	TreeNode *errors = llp_tree_get(evaluation->decision.result, STR("errors"));

	if (errors == NULL || may_see_details(evaluation))
		return false;
	for (uint32 i = 0; i < errors->as.list.count; i++)
		llp_tree_unset(errors->as.list.items[i], STR("message"));
	return true;
}

/* Whoever may read the policies may also see what they would decide. */
static void
require_simulation_right(const Evaluation *evaluation)
{
	if (!may_see_details(evaluation))
		require_right(evaluation, RIGHT_EVALUATOR);
}

static void
simulate(Evaluation *evaluation, const EvaluationArguments *arguments)
{
	begin(evaluation, arguments);
	choose_namespace(evaluation);
	require_simulation_right(evaluation);
	require_trace_right(evaluation);
	evaluation->request = read_request(arguments->request);
	choose_set(evaluation);
	decide(evaluation, NULL);
	metrics_count_simulation(&evaluation->decision);
}

bool
evaluate_allowed(const EvaluationArguments *arguments)
{
	Evaluation evaluation;
	Verdict verdict;

	simulate(&evaluation, arguments);
	verdict = evaluation.decision.verdict;
	end(&evaluation);
	return verdict == VERDICT_ALLOW || verdict == VERDICT_WARN;
}

Datum
evaluate_only(const EvaluationArguments *arguments)
{
	Evaluation evaluation;

	simulate(&evaluation, arguments);
	(void) hide_error_messages(&evaluation);
	if (arguments->as_of && arguments->policy_set == NULL)
		add_warning(&evaluation, STR("as_of goes by the time of each change: exact but for transactions that "
									 "committed in another order than they began"));
	return end_with_tree(&evaluation, evaluation.decision.result);
}

/* What evaluate asks beyond simulate: rights for what could widen access. */
static void
require_evaluation_rights(const Evaluation *evaluation)
{
	if (catalog_is_every_namespace(evaluation->ns))
		require_right(evaluation, RIGHT_ADMIN);
	require_right(evaluation, RIGHT_EVALUATOR);
	if (evaluation->arguments->policies)
		require_right(evaluation, RIGHT_AUTHOR);
	require_trace_right(evaluation);
}

static TreeNode *
outcome_node(Arena *arena, AuditOutcome outcome)
{
	if (outcome == AUDITED_LOG)
		return llp_tree_string(arena, STR("log"));
	return llp_tree_bool(arena, outcome == AUDITED_ROW);
}

/* As a number that jsonb copies: the shortest decimal, which has three digits behind the point at most. */
static TreeNode *
milliseconds_node(Arena *arena, int64 microseconds)
{
	TreeNode *node = llp_tree_double(arena, (double) microseconds / 1000.0);
	int scale = 3;

	if (node == NULL || node->kind != VALUE_DOUBLE)
		return node;
	for (; microseconds % 10 == 0; scale--)
		microseconds /= 10;
	node->as.exact = int64_div_fast_to_numeric(microseconds, scale);
	return node;
}

/* Completes the result and records the decision with it. */
static const Jsonb *
record(Evaluation *evaluation, AuditEntry *entry)
{
	Arena *arena = evaluation->memory.arena;
	AuditOutcome outcome;

	entry->request = evaluation->request;
	entry->ns = evaluation->ns;
	entry->narrowed_to = evaluation->arguments->policies;
	entry->decision = &evaluation->decision;
	entry->caller = evaluation->caller;
	entry->decision_time = evaluation->now;
	entry->may_skip = evaluation->arguments->unaudited;
	outcome = audit_outcome(entry);
	set_result(evaluation, STR("audited"), outcome_node(arena, outcome));
	set_result(evaluation, STR("evaluationTimeMs"), milliseconds_node(arena, entry->duration_us));
	entry->result = jsonb_from_tree(evaluation->decision.result);
	audit_record(entry, outcome);
	metrics_count_evaluation(&evaluation->decision, outcome, entry->duration_us);
	return entry->result;
}

Datum
evaluate_and_record(const EvaluationArguments *arguments)
{
	Evaluation evaluation;
	AuditEntry entry;
	char id[UUID_TEXT_SIZE];
	instr_time started;
	instr_time elapsed;
	const Jsonb *result;

	INSTR_TIME_SET_CURRENT(started);
	begin(&evaluation, arguments);
	choose_namespace(&evaluation);
	require_evaluation_rights(&evaluation);
	evaluation.request = read_request(arguments->request);
	choose_set(&evaluation);
	entry.evaluated_at = GetCurrentTimestamp();
	entry.id = uuid_v7(entry.evaluated_at);
	uuid_text(&entry.id, id);
	decide(&evaluation, id);
	INSTR_TIME_SET_CURRENT(elapsed);
	INSTR_TIME_SUBTRACT(elapsed, started);
	entry.duration_us = (int64) INSTR_TIME_GET_MICROSEC(elapsed);
	result = record(&evaluation, &entry);
	if (hide_error_messages(&evaluation))
		result = jsonb_from_tree(evaluation.decision.result);
	return end_with_jsonb(&evaluation, result);
}

/* Reads the text's policies; they need the right of an author, each for its namespace. */
static void
use_document(Evaluation *evaluation, Str document)
{
	CoreArena memory = core_arena_create(evaluation->context, "policy document", 0);
	DiagnosticList findings;
	PolicyList list;
	PolicySet set;
	const Image *image;
	char *hash = palloc(DIGEST_TEXT_SIZE);

	llp_diag_init(&findings, memory.arena);
	core_check(llp_read_policies(memory.arena, document, STR(""), &list, &findings), &findings,
			   ERRCODE_LLP_INVALID_DOCUMENT, "invalid policy document");
	for (size_t i = 0; i < list.count; i++)
	{
		authz_require(evaluation->caller, RIGHT_AUTHOR,
					  pnstrdup(list.policies[i]->ns.data, list.policies[i]->ns.size));
		if (list.policies[i]->status == POLICY_DRAFT)
			list.policies[i]->status = POLICY_ACTIVE;
	}
	registry_require(memory.arena, list.policies, list.count);
	digest_text(document.data, document.size, hash);
	set = llp_policy_set(list.policies, list.count);
	core_check(llp_compile_set(memory.arena, &set, &image), NULL, ERRCODE_LLP_INVALID_DOCUMENT,
			   "the policies cannot be compiled");
	evaluation->program = llp_program_open(memory.arena, image);
	if (evaluation->program == NULL)
		check_evaluated(evaluation, STATUS_NO_MEMORY);
	evaluation->set_hash = hash;
}

Datum
evaluate_document(Str document, const EvaluationArguments *arguments)
{
	Evaluation evaluation;

	begin(&evaluation, arguments);
	evaluation.request = read_request(arguments->request);
	use_document(&evaluation, document);
	decide(&evaluation, NULL);
	metrics_count_simulation(&evaluation.decision);
	return end_with_tree(&evaluation, evaluation.decision.result);
}

/* Raises what went wrong: that an expression is or needs too much has a code of its own. */
static void
check_expression(Evaluation *evaluation, Status status, int sqlstate, const char *what)
{
	if (status == STATUS_LIMIT && evaluation->findings.errors == 0)
		llp_diag_add(&evaluation->findings, SEVERITY_ERROR, 0, 0, STR(""), NULL,
					 "it holds too many values at once");
	if (status == STATUS_LIMIT)
		core_check(STATUS_INVALID, &evaluation->findings, ERRCODE_LLP_EXPRESSION_LIMIT,
				   "the expression exceeds a limit");
	if (status == STATUS_INVALID)
		core_check(status, &evaluation->findings, sqlstate, what);
	check_evaluated(evaluation, status);
}

/* The expression's program, opened. */
static Program *
compile_expression(Evaluation *evaluation, Str text)
{
	Arena *arena = evaluation->memory.arena;
	const Expression *expression;
	const Image *image;
	Program *program;

	check_expression(evaluation, llp_read_single_expression(arena, text, &evaluation->findings, &expression),
					 ERRCODE_LLP_INVALID_EXPRESSION, "invalid expression");
	check_expression(evaluation, llp_compile_expression_set(arena, expression, &image),
					 ERRCODE_LLP_INVALID_EXPRESSION, "the expression is too complex");
	program = llp_program_open(arena, image);
	if (program == NULL)
		check_evaluated(evaluation, STATUS_NO_MEMORY);
	return program;
}

Datum
evaluate_expression(Str expression, Datum request)
{
	EvaluationArguments arguments = {.request = request};
	ExpressionLimits limits = expression_limits();
	Evaluation evaluation;
	Program *program;
	TreeNode *result = NULL;
	Value value;

	begin(&evaluation, &arguments);
	evaluation.request = read_request(request);
	program = compile_expression(&evaluation, expression);
	value = jsonb_value(evaluation.request);
	check_evaluated(&evaluation, llp_check_request(&value, &evaluation.findings));
	check_expression(&evaluation,
					 llp_evaluate_expression(evaluation.memory.arena, program, &value,
											 timestamp_to_unix(evaluation.now), &limits, &result,
											 &evaluation.findings),
					 ERRCODE_LLP_EXPRESSION_ERROR, "the expression has no value");
	return end_with_tree(&evaluation, result);
}

Datum
evaluate_modifications(Datum request, Datum decision)
{
	EvaluationArguments arguments = {.request = request};
	Evaluation evaluation;
	TreeNode *modified = NULL;
	Value original;
	Value changes;

	begin(&evaluation, &arguments);
	evaluation.request = read_request(request);
	original = jsonb_value(evaluation.request);
	changes = jsonb_value(DatumGetJsonbP(decision));
	core_check(llp_apply_modifications(evaluation.memory.arena, &original, &changes, &modified,
									   &evaluation.findings),
			   &evaluation.findings, ERRCODE_LLP_INVALID_DECISION, "the modifications cannot be applied");
	return end_with_tree(&evaluation, modified);
}
