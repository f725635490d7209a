/*
 * pg/injection.c - the core's search for prompt injections inside the server.
 *
 * Owns the grammar, which a backend makes once, and the errors of canaries.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "storage/shmem.h"
#include "utils/memutils.h"

#include "pg/core_host.h"
#include "pg/errors.h"
#include "pg/injection.h"
#include "pg/settings.h"

static const InjectionGrammar *
the_grammar(void)
{
	static const InjectionGrammar *grammar = NULL;

	if (grammar == NULL)
	{
		CoreArena home = core_arena_create(CurrentMemoryContext, "injection grammar", 0);

		grammar = llp_injection_grammar_create(home.arena);
		if (grammar == NULL)
			core_check(STATUS_NO_MEMORY, NULL, 0, "could not look for prompt injections");
		MemoryContextSetParent(home.context, TopMemoryContext);
	}
	return grammar;
}

static Str *
read_canaries(ArrayType *array, size_t *count)
{
	Datum *items;
	bool *nulls;
	int items_count;
	Str *canaries;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &items_count);
	canaries = palloc(mul_size((size_t) Max(items_count, 1), sizeof(Str)));
	for (int i = 0; i < items_count; i++)
	{
		text *item;

		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("argument \"canaries\" must not contain nulls")));
		item = DatumGetTextPP(items[i]);
		canaries[i] = (Str){VARDATA_ANY(item), VARSIZE_ANY_EXHDR(item)};
	}
	*count = (size_t) items_count;
	return canaries;
}

/* What a status other than that of memory or a cancel means here. */
static void
check_canaries(Status status)
{
	if (status == STATUS_INVALID)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a canary is too short"),
						errdetail("A canary needs %d letters and digits.", LLP_MIN_CANARY_LETTERS)));
	if (status == STATUS_LIMIT)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("too many canaries, or one that is too long"),
						errdetail("At most %d canaries of %d bytes each can be looked for.", LLP_MAX_CANARIES,
								  LLP_MAX_CANARY_SIZE)));
}

InjectionResult
injection_scan(Str text, ArrayType *canaries, double stop_at)
{
	const InjectionGrammar *grammar = the_grammar();
	InjectionOptions options = {.stop_at = stop_at};
	CoreArena scratch = core_arena_create(CurrentMemoryContext, "injection scan", 0);
	InjectionResult result;
	InjectionFinding *findings;
	Status status;

	options.canaries = read_canaries(canaries, &options.canary_count);
	status = llp_injection_scan(scratch.arena, grammar, text, &options, &result);
	check_canaries(status);
	core_check(status, NULL, ERRCODE_INVALID_PARAMETER_VALUE, "could not look for prompt injections");
	findings = palloc(Max(result.count, 1) * sizeof(*findings));
	memcpy(findings, result.findings, result.count * sizeof(*findings));
	result.findings = findings;
	MemoryContextDelete(scratch.context);
	return result;
}

bool
injection_suspected(Str text)
{
	CoreArena scratch = core_arena_create(CurrentMemoryContext, "injection scan", 0);
	InjectionOptions options = {.stop_at = setting_injection_threshold};
	InjectionResult result;
	double score;

	core_check(llp_injection_scan(scratch.arena, the_grammar(), text, &options, &result), NULL,
			   ERRCODE_INTERNAL_ERROR, "could not look for prompt injections");
	score = result.score;
	MemoryContextDelete(scratch.context);
	return score >= setting_injection_threshold;
}
