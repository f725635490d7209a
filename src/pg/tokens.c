/*
 * pg/tokens.c - counting in the server: encodings found, memory and cancels of the server, errors raised.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "llm/bpe.h"
#include "pg/compat.h"
#include "pg/core_host.h"
#include "pg/encodings.h"
#include "pg/errors.h"
#include "pg/jsonb_tree.h"
#include "pg/tokens.h"

static void
check_counted(Status status)
{
	if (status == STATUS_LIMIT)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("cannot count tokens"),
						errdetail("The text has more than %d bytes in one piece, as a run of letters.",
								  LLP_MAX_PIECE)));
	core_check(status, NULL, ERRCODE_INVALID_PARAMETER_VALUE, "cannot count tokens");
}

static TokenAnswer
answer(const ModelEncoding *model, const TextMeasure *measure)
{
	TokenAnswer result = {.is_exact = model->is_exact && !measure->is_partial,
						  .encoding = model->encoding.name};

	if (model->is_exact)
		result.count = (TokenCount){measure->tokens, measure->tokens, measure->tokens};
	else
		result.count = llp_estimate_tokens(&model->estimate, measure);
	result.count.high += measure->uncertain;
	return result;
}

TokenAnswer
tokens_of_text(Str content, Str model, size_t limit)
{
	ModelEncoding found = encoding_of_model(model);
	TextMeasure measure = {0};

	check_counted(llp_measure_text(&found.encoding, content, limit, pg_host(), &measure));
	return answer(&found, &measure);
}

const char *
tokens_or_problem(Str content, Str model, TokenAnswer *counted)
{
	ModelEncoding found;
	TextMeasure measure = {0};
	Status status;

	if (!encoding_usable_for_model(model, &found))
		return "the vocabulary of the model's encoding is not installed";
	status = llp_measure_text(&found.encoding, content, LLP_NO_TOKEN_LIMIT, pg_host(), &measure);
	if (status == STATUS_LIMIT)
		return "the text has too many bytes in one piece for its tokens to be counted";
	check_counted(status);
	*counted = answer(&found, &measure);
	return NULL;
}

TokenAnswer
tokens_of_messages(Jsonb *messages, Str model, size_t limit)
{
	ModelEncoding found = encoding_of_model(model);
	Value value = jsonb_value(messages);
	TextMeasure measure;
	const char *problem;
	Status status = llp_count_message_tokens(&found.encoding, &value, limit, pg_host(), &measure, &problem);

	if (status == STATUS_INVALID)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("cannot count tokens: %s", problem),
						errhint("Messages are a JSON array of objects with \"role\" and \"content\".")));
	check_counted(status);
	return answer(&found, &measure);
}

ArrayType *
tokens_as_array(Str content, Str encoding_name, bool special)
{
	Encoding encoding = encoding_named(encoding_name);
	CoreArena memory = core_arena_create(CurrentMemoryContext, "tokens", 0);
	ArrayType *array;
	TokenList tokens;
	Size size;

	check_counted(llp_tokenize(&encoding, content, special, memory.arena, &tokens));
	if (tokens.count == 0)
	{
		MemoryContextDelete(memory.context);
		return construct_empty_array(INT4OID);
	}
	size = ARR_OVERHEAD_NONULLS(1) + tokens.count * sizeof(int32);
	if (!AllocSizeIsValid(size))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("an array cannot hold all tokens"),
						errdetail("The text has %zu tokens.", tokens.count)));
	array = palloc0(size);
	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->elemtype = INT4OID;
	ARR_DIMS(array)[0] = (int) tokens.count;
	ARR_LBOUND(array)[0] = 1;
	memcpy(ARR_DATA_PTR(array), tokens.ids, tokens.count * sizeof(int32));
	MemoryContextDelete(memory.context);
	return array;
}
