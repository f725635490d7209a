/*
 * pg/models.c - looking a model up in llm_policy.models.
 *
 * Owns what a name means; what is done with a row is its callers' business.  One index scan a look-up, two
 * for a name with a "/" in it, under the active snapshot and without a memory of its own: a look-up sees what
 * its statement sees.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "base/suggest.h"

#include "pg/catalog.h"
#include "pg/compat.h"
#include "pg/models.h"

#define ORIGIN_USER "user"

/* Names that a hint asks for. */
#define MAX_SIMILAR 3

/* How much a provider is meant by a model's bare name. */
typedef enum Preference
{
	PREFERENCE_NONE,
	PREFERENCE_SHIPPED,
	PREFERENCE_USER
} Preference;

static bool
text_is(Datum value, const char *expected)
{
	text *bytes = DatumGetTextPP(value);

	return VARSIZE_ANY_EXHDR(bytes) == strlen(expected) &&
		   memcmp(VARDATA_ANY(bytes), expected, strlen(expected)) == 0;
}

static char *
provider_of(const ModelRow *row)
{
	return TextDatumGetCString(row->values[MODELS_PROVIDER]);
}

static bool
is_users(const ModelRow *row)
{
	return text_is(row->values[MODELS_ORIGIN], ORIGIN_USER);
}

/* A row that outlives the scan; a DBA may have added columns. */
static ModelRow *
copy_row(const CatalogScan *scan, HeapTuple tuple)
{
	TupleDesc columns = RelationGetDescr(scan->table);
	ModelRow *row = palloc(sizeof(ModelRow));

	row->values = palloc(mul_size(sizeof(Datum), (Size) columns->natts));
	row->nulls = palloc(mul_size(sizeof(bool), (Size) columns->natts));
	heap_deform_tuple(heap_copytuple(tuple), columns, row->values, row->nulls);
	return row;
}

static bool
is_valid(const ModelRow *row, TimestampTz at)
{
	return DatumGetTimestampTz(row->values[MODELS_VALID_FROM]) <= at &&
		   at < DatumGetTimestampTz(row->values[MODELS_VALID_UNTIL]);
}

/* The valid rows of exactly this name; of one provider or, with NULL, of all. */
static List *
read_rows(const char *model, const char *provider, TimestampTz at)
{
	CatalogScan scan = catalog_scan_begin("models", "models_pkey", model);
	List *rows = NIL;
	HeapTuple tuple;

	while (catalog_scan_next(&scan, &tuple))
	{
		ModelRow *row = copy_row(&scan, tuple);

		if (is_valid(row, at) && (provider == NULL || text_is(row->values[MODELS_PROVIDER], provider)))
			rows = lappend(rows, row);
	}
	catalog_scan_end(&scan);
	return rows;
}

static Preference
preference_of(const ModelRow *row)
{
	if (!DatumGetBool(row->values[MODELS_PREFERRED]))
		return PREFERENCE_NONE;
	return is_users(row) ? PREFERENCE_USER : PREFERENCE_SHIPPED;
}

/* The providers of the rows that are most preferred, each once, in the order of the index. */
static List *
most_preferred(const List *rows)
{
	Preference most = PREFERENCE_NONE;
	List *providers = NIL;
	const ListCell *cell;

	foreach (cell, rows)
		most = Max(most, preference_of(lfirst(cell)));
	foreach (cell, rows)
	{
		char *provider = provider_of(lfirst(cell));

		if (preference_of(lfirst(cell)) == most &&
			(providers == NIL || strcmp(llast(providers), provider) != 0))
			providers = lappend(providers, provider);
	}
	return providers;
}

static void
raise_ambiguous(const char *model, const List *providers)
{
	StringInfoData names;
	const ListCell *cell;

	initStringInfo(&names);
	foreach (cell, providers)
		appendStringInfo(&names, "%s\"%s\"", names.len > 0 ? ", " : "", (char *) lfirst(cell));
	ereport(ERROR,
			(errcode(ERRCODE_AMBIGUOUS_ALIAS), errmsg("model \"%s\" is ambiguous", model),
			 errdetail("Providers %s have it, and none of them is preferred to the others.", names.data),
			 errhint("Name the provider, or set \"preferred\" in a row of your own in llm_policy.models.")));
}

/* The rows of one provider, of users where there are any. */
static List *
rows_that_count(List *rows, const char *provider)
{
	List *of_users = NIL;
	List *shipped = NIL;
	ListCell *cell;

	foreach (cell, rows)
	{
		if (!text_is(((ModelRow *) lfirst(cell))->values[MODELS_PROVIDER], provider))
			continue;
		if (is_users(lfirst(cell)))
			of_users = lappend(of_users, lfirst(cell));
		else
			shipped = lappend(shipped, lfirst(cell));
	}
	return of_users ? of_users : shipped;
}

static List *
find_of_provider(const char *model, const char *provider, TimestampTz at)
{
	List *rows = read_rows(model, provider, at);
	size_t size = strlen(provider);

	if (rows == NIL && strncmp(model, provider, size) == 0 && model[size] == '/')
		rows = read_rows(model + size + 1, provider, at);
	return rows_that_count(rows, provider);
}

List *
models_find_or_list(const char *model, const char *provider, TimestampTz at, List **providers)
{
	const char *slash = strchr(model, '/');
	List *rows = NIL;

	*providers = NIL;
	if (provider)
		return find_of_provider(model, provider, at);
	if (slash)
		rows = find_of_provider(slash + 1, pnstrdup(model, slash - model), at);
	if (rows)
		return rows;

	rows = read_rows(model, NULL, at);
	if (rows == NIL)
		return NIL;
	*providers = most_preferred(rows);
	return list_length(*providers) > 1 ? NIL : rows_that_count(rows, linitial(*providers));
}

List *
models_find(const char *model, const char *provider, TimestampTz at)
{
	List *providers;
	List *rows = models_find_or_list(model, provider, at, &providers);

	if (list_length(providers) > 1)
		raise_ambiguous(model, providers);
	return rows;
}

const ModelRow *
models_tier(const List *rows, int64 prompt_tokens)
{
	const ModelRow *tier = NULL;
	int64 threshold = -1;
	const ListCell *cell;

	foreach (cell, rows)
	{
		const ModelRow *row = lfirst(cell);
		int64 above = DatumGetInt64(row->values[MODELS_PROMPT_ABOVE]);

		/* What is for prompts of more than none is for all, the empty one too. */
		if (above > threshold && (above == 0 || prompt_tokens > above))
		{
			tier = row;
			threshold = above;
		}
	}
	return tier;
}

/* The names of the catalogue, each once, with their providers if asked for. */
static List *
read_names(bool qualified)
{
	CatalogScan scan = catalog_scan_begin("models", "models_pkey", NULL);
	List *names = NIL;
	HeapTuple tuple;

	while (catalog_scan_next(&scan, &tuple))
	{
		char *name = catalog_scan_text(&scan, tuple, MODELS_MODEL + 1);

		if (qualified)
			name = psprintf("%s/%s", catalog_scan_text(&scan, tuple, MODELS_PROVIDER + 1), name);
		if (names == NIL || strcmp(llast(names), name) != 0)
			names = lappend(names, name);
	}
	catalog_scan_end(&scan);
	return names;
}

/* Takes the name that looks most like this one out of the list; NULL when none looks enough like it. */
static char *
take_most_similar(List **names, const char *model)
{
	Nearest nearest = {.spelling = llp_str(model)};
	ListCell *cell;
	char *found;

	foreach (cell, *names)
	{
		CHECK_FOR_INTERRUPTS();
		llp_nearest_consider(&nearest, llp_str(lfirst(cell)));
	}
	if (nearest.candidate.size == 0)
		return NULL;
	found = pnstrdup(nearest.candidate.data, nearest.candidate.size);
	foreach (cell, *names)
	{
		if (lfirst(cell) == nearest.candidate.data)
			*names = foreach_delete_current(*names, cell);
	}
	return found;
}

/* "Did you mean "a" or "b"?", or what else can be done about a name. */
static char *
hint_about(const char *model)
{
	List *names = read_names(strchr(model, '/') != NULL);
	StringInfoData question;
	char *similar;

	initStringInfo(&question);
	for (int i = 0; i < MAX_SIMILAR && (similar = take_most_similar(&names, model)) != NULL; i++)
	{
		if (strcmp(similar, model) == 0)
			return pstrdup(
				"It is known at other times: see valid_from and valid_until in llm_policy.models.");
		appendStringInfo(&question, "%s\"%s\"", i > 0 ? " or " : "Did you mean ", similar);
	}
	if (question.len == 0)
		return pstrdup("Models are rows of llm_policy.models; insert one of your own.");
	appendStringInfoChar(&question, '?');
	return question.data;
}

void
models_raise_unknown(const char *model, const char *provider)
{
	char *hint = hint_about(provider ? psprintf("%s/%s", provider, model) : model);

	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
					provider ? errmsg("model \"%s\" of provider \"%s\" is not known", model, provider)
							 : errmsg("model \"%s\" is not known", model),
					errhint("%s", hint)));
}
