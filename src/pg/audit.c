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

#include "base/number.h"

#include "pg/audit.h"
#include "pg/audit_context.h"
#include "pg/audit_hash.h"
#include "pg/audit_insert.h"
#include "pg/audit_paths.h"
#include "pg/audit_row.h"
#include "pg/catalog.h"
#include "pg/compat.h"
#include "pg/errors.h"
#include "pg/jsonb_entries.h"
#include "pg/jsonb_tree.h"
#include "pg/jsonb_writer.h"
#include "pg/random.h"
#include "pg/settings.h"
#include "pg/uuid.h"

/* The row in the making. */
typedef struct Draft
{
	const AuditEntry *entry;
	AuditSource request; /* as it came */
	AuditSource context; /* what the audit keeps of it */
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

/* The strings of a list. */
static Datum
text_array(const JsonbContainer *list)
{
	JsonbCursor elements = jsonb_cursor(list);
	int count = (int) JsonContainerSize(list);
	Datum *texts = palloc((size_t) (count + 1) * sizeof(Datum));

	for (int i = 0; i < count; i++)
	{
		JsonbEntry element = jsonb_cursor_next(&elements);

		texts[i] = catalog_text(jsonb_entry_str(&element));
	}
	return PointerGetDatum(construct_array(texts, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* A member of the result as a column's value; a text column takes nothing but strings. */
static void
set_result(Draft *draft, AuditColumn column, const JsonbEntry *value)
{
	if (audit_column_types[column] == JSONBOID)
		audit_row_set(&draft->row, column, JsonbPGetDatum(audit_masked(jsonb_from_entry(value))));
	else if (audit_column_types[column] == TEXTARRAYOID)
		audit_row_set(&draft->row, column, text_array(jsonb_entry_container(value)));
	else if (value->type == JENTRY_ISSTRING && (column == AUDIT_reason || column == AUDIT_code))
		audit_row_set(&draft->row, column, PointerGetDatum(audit_masked_text(jsonb_entry_str(value))));
	else if (value->type == JENTRY_ISSTRING)
		set_str(draft, column, jsonb_entry_str(value));
}

/* What the result has is copied of it as it stands there: both lists are in the order of keys of jsonb. */
static void
set_results(Draft *draft)
{
	static const struct
	{
		const char *key;
		AuditColumn column;
	} columns[] = {
		{"code", AUDIT_code},
		{"patch", AUDIT_patch},
		{"advice", AUDIT_advice},
		{"errors", AUDIT_errors},
		{"reason", AUDIT_reason},
		{"shadow", AUDIT_shadow},
		{"matches", AUDIT_matches},
		{"decidedBy", AUDIT_decided_by},
		{"policySet", AUDIT_policy_set},
		{"modifications", AUDIT_modifications},
		{"matchedPolicies", AUDIT_policies},
	};
	const JsonbContainer *result = &draft->entry->result->root;
	JsonbCursor keys = jsonb_cursor(result);
	JsonbCursor values = jsonb_cursor_at_values(result);
	size_t place = 0;

	for (uint32 i = 0; i < JsonContainerSize(result); i++)
	{
		JsonbEntry key = jsonb_cursor_next(&keys);
		JsonbEntry value = jsonb_cursor_next(&values);
		int order = -1;

		while (place < lengthof(columns) &&
			   (order = jsonb_compare_keys(llp_str(columns[place].key), jsonb_entry_str(&key))) < 0)
			place++;
		if (order == 0)
			set_result(draft, columns[place].column, &value);
	}
}

/* The scalar at a path of what the audit keeps, as text; false when there is none. */
static bool
set_context_text(Draft *draft, AuditColumn column, AuditPath path)
{
	char text[LLP_NUMBER_TEXT_SIZE];
	Value value = audit_fetch(&draft->context, path);

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

	if (set_context_text(draft, AUDIT_request_id, AUDIT_PATH_REQUEST_ID) ||
		set_context_text(draft, AUDIT_request_id, AUDIT_PATH_REQUEST_DOT_ID))
		return;
	if (audit_fetch(&draft->request, AUDIT_PATH_REQUEST_ID).kind != VALUE_MISSING ||
		audit_fetch(&draft->request, AUDIT_PATH_REQUEST_DOT_ID).kind != VALUE_MISSING)
		return;
	uuid_text(&draft->entry->id, id);
	set_cstring(draft, AUDIT_request_id, id);
}

static void
set_stage(Draft *draft)
{
	if (!set_context_text(draft, AUDIT_stage, AUDIT_PATH_STAGE) &&
		audit_fetch(&draft->request, AUDIT_PATH_STAGE).kind == VALUE_MISSING)
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
	Value parent = audit_fetch(&draft->context, AUDIT_PATH_TRACEPARENT);
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
	Value tokens = audit_fetch(&draft->request, AUDIT_PATH_ESTIMATED_TOKENS);
	Value cost = audit_fetch(&draft->request, AUDIT_PATH_ESTIMATED_COST);
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
	audit_row_set(&draft->row, AUDIT_policies, PointerGetDatum(construct_empty_array(TEXTOID)));
	set_results(draft);
}

static void
set_context(Draft *draft)
{
	uint8 salt[AUDIT_SALT_SIZE];
	Jsonb *context;

	random_bytes(salt, sizeof(salt));
	context = audit_context(draft->entry->request, salt);
	audit_source(&draft->context, context);
	audit_row_set(&draft->row, AUDIT_context, JsonbPGetDatum(context));
	audit_row_set(&draft->row, AUDIT_context_salt, audit_bytea(salt, sizeof(salt)));
}

static void
set_subjects(Draft *draft)
{
	set_request_id(draft);
	set_stage(draft);
	set_context_text(draft, AUDIT_model, AUDIT_PATH_MODEL);
	set_context_text(draft, AUDIT_user_id, AUDIT_PATH_USER_ID);
	set_context_text(draft, AUDIT_team_id, AUDIT_PATH_TEAM_ID);
	set_context_text(draft, AUDIT_project_id, AUDIT_PATH_PROJECT_ID);
	set_context_text(draft, AUDIT_session_id, AUDIT_PATH_SESSION_ID);
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
	audit_source(&draft->request, entry->request);
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
audit_outcome(const AuditEntry *entry)
{
	AuditDestination destination = (AuditDestination) setting_audit;

	if (entry->decision->fell_open && destination == AUDIT_OFF)
		destination = AUDIT_TABLE;
	else if (destination == AUDIT_OFF || (is_skipped(entry) && !entry->decision->fell_open))
		return AUDITED_NOT;
	if (destination == AUDIT_LOG)
		return AUDITED_LOG;
	if (can_write())
		return AUDITED_ROW;
	if (setting_unaudited == UNAUDITED_DENY)
		refuse_unaudited();
	return AUDITED_LOG;
}

void
audit_record(const AuditEntry *entry, AuditOutcome outcome)
{
	Draft draft;

	if (outcome == AUDITED_NOT)
		return;
	make_row(&draft, entry, outcome == AUDITED_ROW);
	if (outcome == AUDITED_LOG || (setting_audit == AUDIT_BOTH && entry->decision->verdict != VERDICT_ALLOW))
		write_log(&draft.row);
	if (outcome == AUDITED_ROW)
		audit_insert(&draft.row);
}
