/*
 * pg/sql/tokens.c - SQL entry points of sql/token_counts.sql.  All of them are strict.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "pg/catalog.h"
#include "pg/function.h"
#include "pg/sql/arguments.h"
#include "pg/tokens.h"

LLM_POLICY_FUNCTION(llm_policy_count_tokens);
LLM_POLICY_FUNCTION(llm_policy_token_count);
LLM_POLICY_FUNCTION(llm_policy_has_more_tokens);
LLM_POLICY_FUNCTION(llm_policy_count_message_tokens);
LLM_POLICY_FUNCTION(llm_policy_message_token_count);
LLM_POLICY_FUNCTION(llm_policy_tokenize);

#define COUNT_COLUMNS 5

/* ORDER: the columns of llm_policy_token_count and llm_policy_message_token_count. */
static Datum
answer_row(FunctionCallInfo fcinfo, const TokenAnswer *answer)
{
	TupleDesc descriptor;
	Datum values[COUNT_COLUMNS];
	bool nulls[COUNT_COLUMNS] = {false};

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = Int64GetDatum((int64) answer->count.tokens);
	values[1] = Int64GetDatum((int64) answer->count.low);
	values[2] = Int64GetDatum((int64) answer->count.high);
	values[3] = CStringGetTextDatum(answer->is_exact ? "exact" : "estimate");
	values[4] = catalog_text(answer->encoding);
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values, nulls));
}

static TokenAnswer
text_answer(FunctionCallInfo fcinfo, size_t limit)
{
	return tokens_of_text(argument_required_str(fcinfo, 0, "content"),
						  argument_required_str(fcinfo, 1, "model"), limit);
}

static TokenAnswer
message_answer(FunctionCallInfo fcinfo)
{
	return tokens_of_messages(PG_GETARG_JSONB_P(0), argument_required_str(fcinfo, 1, "model"),
							  LLP_NO_TOKEN_LIMIT);
}

Datum
llm_policy_count_tokens(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) text_answer(fcinfo, LLP_NO_TOKEN_LIMIT).count.tokens);
}

Datum
llm_policy_token_count(PG_FUNCTION_ARGS)
{
	TokenAnswer answer = text_answer(fcinfo, LLP_NO_TOKEN_LIMIT);

	PG_RETURN_DATUM(answer_row(fcinfo, &answer));
}

Datum
llm_policy_has_more_tokens(PG_FUNCTION_ARGS)
{
	int64 tokens = PG_GETARG_INT64(2);

	if (tokens < 0)
		PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(text_answer(fcinfo, (size_t) tokens).count.high > (size_t) tokens);
}

Datum
llm_policy_count_message_tokens(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) message_answer(fcinfo).count.tokens);
}

Datum
llm_policy_message_token_count(PG_FUNCTION_ARGS)
{
	TokenAnswer answer = message_answer(fcinfo);

	PG_RETURN_DATUM(answer_row(fcinfo, &answer));
}

Datum
llm_policy_tokenize(PG_FUNCTION_ARGS)
{
	PG_RETURN_ARRAYTYPE_P(tokens_as_array(argument_required_str(fcinfo, 0, "content"),
										  argument_required_str(fcinfo, 1, "encoding"), PG_GETARG_BOOL(2)));
}
