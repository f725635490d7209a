/*
 * pg/encodings.c - finds encodings and maps their vocabularies, each once a process.
 *
 * A vocabulary is a file of the folder llm_policy in the server's share directory: only who may write there
 * decides what is read, whatever a row says.
 */
#include "postgres.h"

#include <unistd.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "pg/catalog.h"
#include "pg/compat.h"
#include "pg/encodings.h"
#include "pg/jsonb_tree.h"

#define FOLDER "llm_policy"
#define SUFFIX ".tokens"

/* ORDER: the columns of llm_policy.encodings in sql/token_counts.sql. */
enum
{
	ENCODINGS_NAME = 1,
	ENCODINGS_FILE,
	ENCODINGS_PRETOKENS,
	ENCODINGS_SPECIAL_TOKENS,
	ENCODINGS_MODELS
};

/* --- Vocabularies --------------------------------------------------------------------------------------- */

typedef struct MappedVocabulary
{
	char *file;
	const Vocabulary *vocabulary;
	struct MappedVocabulary *next;
} MappedVocabulary;

static MappedVocabulary *mapped;

static const Vocabulary *
find_mapped(Str file)
{
	for (MappedVocabulary *entry = mapped; entry; entry = entry->next)
		if (llp_str_equal(llp_str(entry->file), file))
			return entry->vocabulary;
	return NULL;
}

/* A row's own check says the same; whoever dropped it gets no other file read. */
static void
check_file_name(Str file)
{
	bool is_plain = file.size > sizeof(SUFFIX) - 1 && file.size < NAMEDATALEN && file.data[0] != '.' &&
					memchr(file.data, '/', file.size) == NULL && memchr(file.data, '\\', file.size) == NULL &&
					memcmp(file.data + file.size - (sizeof(SUFFIX) - 1), SUFFIX, sizeof(SUFFIX) - 1) == 0;

	if (!is_plain)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("invalid name of a vocabulary file: \"%.*s\"", STR_ARG(file)),
						errhint("It is a file name without a path that ends in \"%s\".", SUFFIX)));
}

static void
file_path(Str file, char *path)
{
	char share[MAXPGPATH];

	check_file_name(file);
	get_share_path(my_exec_path, share);
	snprintf(path, MAXPGPATH, "%s/" FOLDER "/%.*s", share, STR_ARG(file));
}

static bool
is_installed(Str file)
{
	char path[MAXPGPATH];

	if (find_mapped(file))
		return true;
	file_path(file, path);
	return access(path, R_OK) == 0;
}

/*
 * NULL with the problem.  The mapping outlives every transaction: nothing may fail between it and its place
 * in the list.
 */
static const Vocabulary *
find_or_map(const Encoding *encoding, const char **problem)
{
	const Vocabulary *vocabulary = find_mapped(encoding->file);
	MappedVocabulary *entry;
	char path[MAXPGPATH];

	if (vocabulary)
		return vocabulary;
	file_path(encoding->file, path);
	entry = MemoryContextAllocZero(TopMemoryContext, sizeof(*entry));
	entry->file = MemoryContextStrdup(TopMemoryContext, psprintf("%.*s", STR_ARG(encoding->file)));
	entry->vocabulary = llp_vocabulary_map(path, problem);
	if (entry->vocabulary == NULL)
	{
		pfree(entry->file);
		pfree(entry);
		return NULL;
	}
	entry->next = mapped;
	mapped = entry;
	return entry->vocabulary;
}

static const Vocabulary *
map_vocabulary(const Encoding *encoding)
{
	const char *problem;
	const Vocabulary *vocabulary = find_or_map(encoding, &problem);

	if (vocabulary == NULL)
		ereport(ERROR, (errcode(is_installed(encoding->file) ? ERRCODE_INVALID_PARAMETER_VALUE
															 : ERRCODE_UNDEFINED_FILE),
						errmsg("the vocabulary of encoding \"%.*s\" cannot be read", STR_ARG(encoding->name)),
						errdetail("File \"%s/%.*s\" in the server's share directory: %s.", FOLDER,
								  STR_ARG(encoding->file), problem),
						errhint("\"make install\" puts the vocabularies there that come with the extension; "
								"others are made with make_vocabulary.")));
	return vocabulary;
}

/* --- Rows ----------------------------------------------------------------------------------------------- */

static Datum
column(const CatalogScan *scan, HeapTuple row, AttrNumber number)
{
	bool is_null;
	Datum value = heap_getattr(row, number, RelationGetDescr(scan->table), &is_null);

	if (is_null)
		elog(ERROR, "null in column %d of llm_policy.encodings", number);
	return value;
}

static Str
text_column(const CatalogScan *scan, HeapTuple row, AttrNumber number)
{
	return llp_str(TextDatumGetCString(column(scan, row, number)));
}

static void
read_special_tokens(Jsonb *tokens, Encoding *encoding)
{
	Value object = jsonb_value(tokens);
	SpecialToken *special;

	if (object.kind != VALUE_MAP)
		return;
	special = palloc(sizeof(SpecialToken) * Max(object.as.container.count, 1));
	for (uint32 i = 0; i < object.as.container.count; i++)
	{
		Value id = llp_entry(&object, i, &special[i].text);

		if (id.kind != VALUE_INT || id.as.integer < 0 || id.as.integer > INT32_MAX)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("special token \"%.*s\" of encoding \"%.*s\" has no valid id",
								   STR_ARG(special[i].text), STR_ARG(encoding->name)),
							errhint("Ids are whole numbers from 0 on.")));
		special[i].id = (uint32) id.as.integer;
	}
	encoding->special = special;
	encoding->special_count = object.as.container.count;
}

static Encoding
read_row(const CatalogScan *scan, HeapTuple row)
{
	Encoding encoding = {.name = text_column(scan, row, ENCODINGS_NAME),
						 .file = text_column(scan, row, ENCODINGS_FILE),
						 .pretokens = llp_pretokens_of(text_column(scan, row, ENCODINGS_PRETOKENS))};

	if (encoding.pretokens == PRETOKENS_COUNT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("encoding \"%.*s\" has unknown pretokens", STR_ARG(encoding.name)),
				 errhint("There are %.*s, %.*s, %.*s and %.*s.", STR_ARG(llp_pretokens_name(PRETOKENS_R50K)),
						 STR_ARG(llp_pretokens_name(PRETOKENS_CL100K)),
						 STR_ARG(llp_pretokens_name(PRETOKENS_O200K)),
						 STR_ARG(llp_pretokens_name(PRETOKENS_TEKKEN)))));
	read_special_tokens(DatumGetJsonbPCopy(column(scan, row, ENCODINGS_SPECIAL_TOKENS)), &encoding);
	return encoding;
}

static bool
row_has_model(const CatalogScan *scan, HeapTuple row, Str model)
{
	Datum *patterns;
	bool *nulls;
	int count;
	bool found = false;

	deconstruct_array(DatumGetArrayTypeP(column(scan, row, ENCODINGS_MODELS)), TEXTOID, -1, false,
					  TYPALIGN_INT, &patterns, &nulls, &count);
	for (int i = 0; !found && i < count; i++)
		found = !nulls[i] && llp_model_matches(model, llp_str(TextDatumGetCString(patterns[i])));
	return found;
}

/* The row of that name, else, with a null name, the first by name that has the model. */
static bool
find_row(const char *name, Str model, Encoding *encoding)
{
	CatalogScan scan = catalog_scan_begin("encodings", "encodings_pkey", name);
	HeapTuple row;
	bool found = false;

	while (!found && catalog_scan_next(&scan, &row))
	{
		found = name != NULL || row_has_model(&scan, row, model);
		if (found)
			*encoding = read_row(&scan, row);
	}
	catalog_scan_end(&scan);
	return found;
}

/* --- Encodings ------------------------------------------------------------------------------------------ */

static char *
known_names(void)
{
	CatalogScan scan = catalog_scan_begin("encodings", "encodings_pkey", NULL);
	StringInfoData names;
	HeapTuple row;
	Encoding encoding;

	initStringInfo(&names);
	for (size_t i = 0; llp_encoding_listed(i, &encoding); i++)
		appendStringInfo(&names, "%s%.*s", i > 0 ? ", " : "", STR_ARG(encoding.name));
	while (catalog_scan_next(&scan, &row))
		appendStringInfo(&names, ", %s", catalog_scan_text(&scan, row, ENCODINGS_NAME));
	catalog_scan_end(&scan);
	return names.data;
}

static bool
find_encoding(Str name, Encoding *encoding)
{
	return llp_encoding_named(name, encoding) || find_row(pnstrdup(name.data, name.size), STR(""), encoding);
}

Encoding
encoding_named(Str name)
{
	Encoding encoding;

	if (!find_encoding(name, &encoding))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("encoding \"%.*s\" does not exist", STR_ARG(name)),
				 errhint("There are %s.", known_names())));
	encoding.vocabulary = map_vocabulary(&encoding);
	return encoding;
}

/* Without its vocabulary. */
static ModelEncoding
choose_encoding(Str model)
{
	ModelEncoding result = {.is_exact = true};

	if (!find_row(NULL, model, &result.encoding) && !find_encoding(model, &result.encoding))
	{
		result.estimate = llp_model_tokens(model);
		result.is_exact = result.estimate.encoding.size > 0 &&
						  llp_encoding_named(result.estimate.encoding, &result.encoding) &&
						  (result.estimate.base.size == 0 || is_installed(result.encoding.file));
		if (!result.is_exact)
			(void) llp_encoding_named(result.estimate.base, &result.encoding);
	}
	return result;
}

ModelEncoding
encoding_of_model(Str model)
{
	ModelEncoding result = choose_encoding(model);

	result.encoding.vocabulary = map_vocabulary(&result.encoding);
	return result;
}

bool
encoding_usable_for_model(Str model, ModelEncoding *result)
{
	const char *problem;

	*result = choose_encoding(model);
	result->encoding.vocabulary = find_or_map(&result->encoding, &problem);
	return result->encoding.vocabulary != NULL;
}
