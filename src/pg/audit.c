/*
 * pg/audit.c - which record a decision leaves, and what is in it.
 *
 * The row commits or rolls back with the caller's transaction; a line of the server log stays.  What is read
 * of a request for the row's own columns is read of what the audit keeps of it, so that
 * llm_policy.audit_content covers the columns too.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "base/field_path.h"
#include "base/number.h"

#include "pg/audit.h"
#include "pg/audit_context.h"
#include "pg/audit_hash.h"
#include "pg/audit_insert.h"
#include "pg/audit_row.h"
#include "pg/catalog.h"
#include "pg/compat.h"
#include "pg/errors.h"
#include "pg/jsonb_entries.h"
#include "pg/jsonb_tree.h"
#include "pg/random.h"
#include "pg/settings.h"
#include "pg/uuid.h"

/* Paths of a request that have columns of their own. */
typedef enum FixedPath
{
	PATH_REQUEST_ID,
	PATH_REQUEST_DOT_ID,
	PATH_STAGE,
	PATH_MODEL,
	PATH_USER_ID,
	PATH_TEAM_ID,
	PATH_PROJECT_ID,
	PATH_SESSION_ID,
	PATH_ESTIMATED_TOKENS,
	PATH_ESTIMATED_COST,
	PATH_COUNT
} FixedPath;

static const char *const path_texts[PATH_COUNT] = {
	[PATH_REQUEST_ID] = "requestId",
	[PATH_REQUEST_DOT_ID] = "request.id",
	[PATH_STAGE] = "stage",
	[PATH_MODEL] = "llm.model",
	[PATH_USER_ID] = "user.id",
	[PATH_TEAM_ID] = "team.id",
	[PATH_PROJECT_ID] = "project.id",
	[PATH_SESSION_ID] = "session.id",
	[PATH_ESTIMATED_TOKENS] = "llm.estimatedTokens",
	[PATH_ESTIMATED_COST] = "llm.estimatedCost",
};

/* A jsonb that columns are read of. */
typedef struct Source
{
	Value root;
	bool has_flat_keys; /* a key of its own may be the whole text of a path */
} Source;

/* The row in the making. */
typedef struct Draft
{
	const AuditEntry *entry;
	Source request; /* as it came */
	Source context; /* what the audit keeps of it */
	AuditRow row;
} Draft;

static void
set_str(Draft *draft, AuditColumn column, Str text)
{
	audit_row_set(&draft->row, column, catalog_text(text));
}

static void
set_cstring(Draft *draft, AuditColumn column, const char *text)
{
	if (text && text[0] != '\0')
		set_str(draft, column, llp_str(text));
}

/* The result's member as jsonb, when it has one. */
static void
set_result_json(Draft *draft, AuditColumn column, Str key)
{
	const TreeNode *node = llp_tree_get(draft->entry->decision->result, key);

	if (node)
		audit_row_set(&draft->row, column, JsonbPGetDatum(jsonb_from_tree(node)));
}

/* The result's member as text, when it has one that is a string. */
static void
set_result_text(Draft *draft, AuditColumn column, Str key)
{
	const TreeNode *node = llp_tree_get(draft->entry->decision->result, key);

	if (node && node->kind == VALUE_STRING)
		set_str(draft, column, node->as.string);
}

static void
set_result_text_array(Draft *draft, AuditColumn column, Str key)
{
	const TreeNode *list = llp_tree_get(draft->entry->decision->result, key);
	uint32 count = list ? list->as.list.count : 0;
	Datum *items = palloc((count + 1) * sizeof(Datum));

	for (uint32 i = 0; i < count; i++)
	{
		Str text = list->as.list.items[i]->as.string;

		items[i] = catalog_text(text);
	}
	audit_row_set(&draft->row, column,
				  PointerGetDatum(construct_array(items, (int) count, TEXTOID, -1, false, TYPALIGN_INT)));
}

static void
parse_fixed_paths(Arena *arena, FieldPath paths[PATH_COUNT])
{
	const char *problem;
	size_t offset;

	for (int i = 0; i < PATH_COUNT; i++)
		if (llp_path_parse(arena, llp_str(path_texts[i]), &paths[i], &problem, &offset) != STATUS_OK)
			ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
}

/* Parsed once a session. */
static const FieldPath *
fixed_path(FixedPath number)
{
	static FieldPath *parsed = NULL;

	if (parsed == NULL)
	{
		CoreArena memory = core_arena_create(CurrentMemoryContext, "paths of audit columns", 0);
		FieldPath *paths = MemoryContextAlloc(memory.context, PATH_COUNT * sizeof(FieldPath));

		parse_fixed_paths(memory.arena, paths);
		MemoryContextSetParent(memory.context, TopMemoryContext);
		parsed = paths;
	}
	return &parsed[number];
}

static Source
source_of(Jsonb *jsonb)
{
	Source source = {jsonb_value(jsonb), false};
	JsonbCursor keys = jsonb_cursor(&jsonb->root);

	for (uint32 i = 0; i < JB_ROOT_COUNT(jsonb) && !source.has_flat_keys; i++)
	{
		JsonbEntry key = jsonb_cursor_next(&keys);

		source.has_flat_keys = memchr(key.data, '.', key.size) != NULL;
	}
	return source;
}

/* What llp_path_fetch finds, by less searching where no key can be a path. */
static Value
fetch(const Source *source, FixedPath number)
{
	const FieldPath *path = fixed_path(number);
	Value value = source->root;

	if (source->has_flat_keys)
		return llp_path_fetch(&source->root, path);
	for (size_t i = 0; i < path->count; i++)
		value = llp_member(&value, path->steps[i].key);
	return value;
}

/* The scalar at a path of what the audit keeps, as text; false when there is none. */
static bool
set_context_text(Draft *draft, AuditColumn column, FixedPath path)
{
	char text[LLP_NUMBER_TEXT_SIZE];
	Value value = fetch(&draft->context, path);

	if (value.kind == VALUE_STRING)
		set_str(draft, column, value.as.string);
	else if (value.kind == VALUE_BOOL || value.kind == VALUE_INT || value.kind == VALUE_DOUBLE)
		set_str(draft, column, llp_scalar_text(pg_host(), &value, text));
	else
		return false;
	return true;
}

/* The caller's own correlation id, as far as the audit may keep it; the decision's id if it gave none. */
static void
set_request_id(Draft *draft)
{
	char id[UUID_TEXT_SIZE];

	if (set_context_text(draft, AUDIT_request_id, PATH_REQUEST_ID) ||
		set_context_text(draft, AUDIT_request_id, PATH_REQUEST_DOT_ID))
		return;
	if (fetch(&draft->request, PATH_REQUEST_ID).kind != VALUE_MISSING ||
		fetch(&draft->request, PATH_REQUEST_DOT_ID).kind != VALUE_MISSING)
		return;
	uuid_text(&draft->entry->id, id);
	set_cstring(draft, AUDIT_request_id, id);
}

static void
set_stage(Draft *draft)
{
	if (!set_context_text(draft, AUDIT_stage, PATH_STAGE) &&
		llp_member(&draft->request.root, STR("stage")).kind == VALUE_MISSING)
		set_str(draft, AUDIT_stage, llp_stage_name(STAGE_REQUEST));
}

static bool
is_lower_hex(Str text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!((text.data[i] >= '0' && text.data[i] <= '9') || (text.data[i] >= 'a' && text.data[i] <= 'f')))
			return false;
	return true;
}

/* The trace id of a W3C traceparent, version-traceid-parentid-flags. */
static void
set_trace_id(Draft *draft)
{
	Value parent = llp_member(&draft->context.root, STR("traceparent"));
	Str id;

	if (parent.kind != VALUE_STRING || parent.as.string.size < 55)
		return;
	id = (Str){parent.as.string.data + 3, 32};
	if (parent.as.string.data[2] == '-' && parent.as.string.data[35] == '-' && is_lower_hex(id))
		set_str(draft, AUDIT_trace_id, id);
}

/* Estimates as the request states them. */
static void
set_estimates(Draft *draft)
{
	Value tokens = fetch(&draft->request, PATH_ESTIMATED_TOKENS);
	Value cost = fetch(&draft->request, PATH_ESTIMATED_COST);
	char text[LLP_NUMBER_TEXT_SIZE];

	if (tokens.kind == VALUE_INT)
		audit_row_set(&draft->row, AUDIT_estimated_tokens, Int64GetDatum(tokens.as.integer));
	if (cost.kind != VALUE_INT && cost.kind != VALUE_DOUBLE)
		return;
	llp_scalar_text(pg_host(), &cost, text);
	audit_row_set(&draft->row, AUDIT_estimated_cost,
				  DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid),
									  Int32GetDatum(-1)));
}

static void
set_decision(Draft *draft)
{
	const Decision *decision = draft->entry->decision;

	set_str(draft, AUDIT_decision, llp_verdict_name(decision->verdict));
	audit_row_set(&draft->row, AUDIT_allowed, BoolGetDatum(decision->verdict != VERDICT_DENY));
	set_str(draft, AUDIT_reason_code, llp_reason_name(decision->reason_code));
	set_result_text(draft, AUDIT_reason, STR("reason"));
	set_result_text(draft, AUDIT_code, STR("code"));
	set_result_text(draft, AUDIT_policy_set, STR("policySet"));
	set_result_text_array(draft, AUDIT_policies, STR("matchedPolicies"));
	set_result_json(draft, AUDIT_decided_by, STR("decidedBy"));
	set_result_json(draft, AUDIT_matches, STR("matches"));
	set_result_json(draft, AUDIT_modifications, STR("modifications"));
	set_result_json(draft, AUDIT_patch, STR("patch"));
	set_result_json(draft, AUDIT_advice, STR("advice"));
	set_result_json(draft, AUDIT_errors, STR("errors"));
	set_result_json(draft, AUDIT_shadow, STR("shadow"));
}

static void
set_context(Draft *draft)
{
	uint8 salt[AUDIT_SALT_SIZE];
	Jsonb *context;

	random_bytes(salt, sizeof(salt));
	context = audit_context(draft->entry->request, salt);
	draft->context = source_of(context);
	audit_row_set(&draft->row, AUDIT_context, JsonbPGetDatum(context));
	audit_row_set(&draft->row, AUDIT_context_salt, audit_bytea(salt, sizeof(salt)));
}

static void
set_subjects(Draft *draft)
{
	set_request_id(draft);
	set_stage(draft);
	set_context_text(draft, AUDIT_model, PATH_MODEL);
	set_context_text(draft, AUDIT_user_id, PATH_USER_ID);
	set_context_text(draft, AUDIT_team_id, PATH_TEAM_ID);
	set_context_text(draft, AUDIT_project_id, PATH_PROJECT_ID);
	set_context_text(draft, AUDIT_session_id, PATH_SESSION_ID);
	set_trace_id(draft);
	set_estimates(draft);
}

/* The client's address, as an inet that lives as long as the session; false when it came by a socket file. */
static bool
client_address(Datum *address)
{
	static bool known = false;
	static Datum kept = (Datum) 0;

	if (!known)
	{
		LOCAL_FCINFO(fcinfo, 0);
		MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);

		InitFunctionCallInfoData(*fcinfo, NULL, 0, InvalidOid, NULL, NULL);
		kept = inet_client_addr(fcinfo);
		MemoryContextSwitchTo(caller);
		known = true;
	}
	*address = kept;
	return kept != (Datum) 0;
}

static void
set_session(Draft *draft, bool writable)
{
	const AuditEntry *entry = draft->entry;
	Datum address;
	FullTransactionId xid = writable ? GetTopFullTransactionId() : GetTopFullTransactionIdIfAny();

	if (FullTransactionIdIsValid(xid))
		audit_row_set(&draft->row, AUDIT_xid, FullTransactionIdGetDatum(xid));
	set_cstring(draft, AUDIT_caller_role, GetUserNameFromId(entry->caller, false));
	set_cstring(draft, AUDIT_login_role, GetUserNameFromId(GetSessionUserId(), false));
	set_cstring(draft, AUDIT_application_name, application_name);
	if (client_address(&address))
		audit_row_set(&draft->row, AUDIT_client_addr, address);
}

static void
make_row(Draft *draft, const AuditEntry *entry, bool writable)
{
	draft->entry = entry;
	draft->request = source_of(entry->request);
	audit_row_init(&draft->row);
	audit_row_set(&draft->row, AUDIT_id, UUIDPGetDatum(&entry->id));
	audit_row_set(&draft->row, AUDIT_evaluated_at, TimestampTzGetDatum(entry->evaluated_at));
	audit_row_set(&draft->row, AUDIT_decision_time, TimestampTzGetDatum(entry->decision_time));
	audit_row_set(&draft->row, AUDIT_duration_us, Int64GetDatum(entry->duration_us));
	set_cstring(draft, AUDIT_namespace, entry->ns);
	if (entry->narrowed_to)
		audit_row_set(&draft->row, AUDIT_narrowed_to, PointerGetDatum(entry->narrowed_to));
	set_decision(draft);
	set_context(draft);
	set_subjects(draft);
	set_session(draft, writable);
	audit_row_seal(&draft->row);
}

/* For the log's readers, never for the client, whatever client_min_messages says. */
static void
write_log(const AuditRow *row)
{
	StringInfoData line;

	initStringInfo(&line);
	audit_row_json(row, &line);
	ereport(LOG_SERVER_ONLY,
			(errmsg_internal("llm_policy decision: %s", line.data), errhidestmt(true), errhidecontext(true)));
	pfree(line.data);
}

static bool
can_write(void)
{
	return !XactReadOnly && !RecoveryInProgress() && !IsInParallelMode();
}

static void
refuse_unaudited(void)
{
	ereport(ERROR, (errcode(ERRCODE_LLP_UNAUDITED), errmsg("the decision cannot be recorded here"),
					errdetail("The transaction is read-only or parallel, or the server is a standby, and "
							  "llm_policy.unaudited is deny."),
					errhint("Evaluate in a transaction that may write, or use llm_policy_simulate.")));
}

/* Chunks of a stream may go without a row, as long as they pass. */
static bool
is_skipped(const AuditEntry *entry)
{
	Value request;
	Value stage;

	if (!entry->may_skip || entry->decision->verdict != VERDICT_ALLOW)
		return false;
	request = jsonb_value(entry->request);
	stage = llp_member(&request, STR("stage"));
	return stage.kind == VALUE_STRING && llp_stage_of(stage.as.string) == STAGE_RESPONSE;
}

AuditOutcome
audit_record(const AuditEntry *entry)
{
	AuditDestination destination = (AuditDestination) setting_audit;
	bool writable = can_write();
	Draft draft;

	if (entry->decision->fell_open && destination == AUDIT_OFF)
		destination = AUDIT_TABLE;
	else if (destination == AUDIT_OFF || (is_skipped(entry) && !entry->decision->fell_open))
		return AUDITED_NOT;
	if (!writable && destination != AUDIT_LOG && setting_unaudited == UNAUDITED_DENY)
		refuse_unaudited();

	make_row(&draft, entry, writable && destination != AUDIT_LOG);
	if (!writable || destination == AUDIT_LOG)
	{
		write_log(&draft.row);
		return AUDITED_LOG;
	}
	if (destination == AUDIT_BOTH && entry->decision->verdict != VERDICT_ALLOW)
		write_log(&draft.row);
	audit_insert(&draft.row);
	return AUDITED_ROW;
}
