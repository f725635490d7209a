/*
 * match/literals.c - the one file that knows Hyperscan.
 *
 * Owns the form of a database and the scratch memory of a process.  Hyperscan takes its memory from libc; no
 * function of a Host is called while it runs.  It must not know what a literal is for.
 */
#include "match/literals.h"

#include <stdalign.h>
#include <time.h>

#include <hs/hs.h>

/*
 * The poll is asked between windows.  A window takes less than 30 us as a rule and some 25 ms for the worst
 * text in literals.h; that it is small costs next to nothing.
 */
#define WINDOW_SIZE ((size_t) 16 * 1024)

#define PLACES_FLAGS HS_FLAG_CASELESS
#define SCAN_FLAGS (HS_FLAG_CASELESS | HS_FLAG_SINGLEMATCH)

/* What precedes Hyperscan's own bytes in a serialized set. */
typedef struct SerializedHead
{
	uint32_t count;
	uint32_t longest; /* bytes of the longest literal */
} SerializedHead;

struct LiteralDatabase
{
	uint32_t count;
	uint32_t longest;
	uint64_t placed_at; /* nanoseconds of the machine's clock: tells databases apart that share an address */
	alignas(LLP_LITERALS_ALIGNMENT) char hyperscan[];
};

/*
 * Databases that the scratch is known to be large enough for, by address and time of placement.  Asking
 * Hyperscan instead makes it read the whole database.  The scratch only grows, so an entry stays true; one
 * that makes room for another costs time, not correctness.
 */
#define FITTED_BITS 8

typedef struct Fitted
{
	const LiteralDatabase *database;
	uint64_t placed_at;
} Fitted;

struct LiteralScanner
{
	const Host *host;
	hs_scratch_t *scratch;
	Fitted fitted[1 << FITTED_BITS];
};

static Status
status_of(hs_error_t error)
{
	switch (error)
	{
		case HS_SUCCESS:
			return STATUS_OK;
		case HS_NOMEM:
		case HS_BAD_ALLOC:
			return STATUS_NO_MEMORY;
		case HS_ARCH_ERROR:
			return STATUS_LIMIT;
		default:
			return STATUS_INVALID;
	}
}

bool
llp_literals_available(void)
{
	return hs_valid_platform() == HS_SUCCESS;
}

/* Compiling */

/*
 * The literals in the form of hs_compile_multi.  hs_compile_lit_multi takes them as they are, but with
 * Hyperscan 5.4.0 a scan of what it compiled fails with HS_UNKNOWN_ERROR for some texts where literals end in
 * a long run of one byte (https://github.com/intel/hyperscan/issues/303); size and speed are the same.
 */
typedef struct Expressions
{
	const char **texts;
	unsigned int *flags;
	unsigned int *numbers;
	SerializedHead head;
} Expressions;

/* A regular expression for exactly these bytes, \xHH each, NUL-terminated; NULL when exhausted. */
static const char *
escape(Arena *arena, const char *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	char *text = llp_arena_alloc(arena, 4 * size + 1);

	for (size_t i = 0; text != NULL && i < size; i++)
	{
		unsigned char byte = (unsigned char) bytes[i];

		text[4 * i] = '\\';
		text[4 * i + 1] = 'x';
		text[4 * i + 2] = digits[byte >> 4];
		text[4 * i + 3] = digits[byte & 15];
	}
	return text;
}

static Status
make_expressions(Arena *arena, const Str *literals, size_t count, unsigned int flags,
				 Expressions *expressions)
{
	expressions->texts = llp_arena_array(arena, count, sizeof(*expressions->texts));
	expressions->flags = llp_arena_array(arena, count, sizeof(*expressions->flags));
	expressions->numbers = llp_arena_array(arena, count, sizeof(*expressions->numbers));
	if (llp_arena_exhausted(arena))
		return STATUS_NO_MEMORY;
	expressions->head = (SerializedHead){.count = (uint32_t) count};
	for (size_t i = 0; i < count; i++)
	{
		size_t size = literals[i].size < LLP_LITERAL_SIZE ? literals[i].size : LLP_LITERAL_SIZE;

		if (size == 0)
			return STATUS_INVALID;
		if (size > expressions->head.longest)
			expressions->head.longest = (uint32_t) size;
		expressions->texts[i] = escape(arena, literals[i].data, size);
		expressions->flags[i] = flags;
		expressions->numbers[i] = (unsigned int) i;
	}
	return llp_arena_exhausted(arena) ? STATUS_NO_MEMORY : STATUS_OK;
}

static Status
compile_expressions(const Expressions *expressions, hs_database_t **database)
{
	hs_compile_error_t *error = NULL;
	hs_error_t result = hs_compile_multi(expressions->texts, expressions->flags, expressions->numbers,
										 expressions->head.count, HS_MODE_BLOCK, NULL, database, &error);

	if (result == HS_SUCCESS)
		return STATUS_OK;
	(void) hs_free_compile_error(error);
	/* Within our bounds every literal is one of Hyperscan's; what is left is memory. */
	return result == HS_COMPILER_ERROR ? STATUS_NO_MEMORY : status_of(result);
}

static Status
serialize(Arena *arena, const SerializedHead *head, const hs_database_t *database, Str *serialized)
{
	char *bytes = NULL;
	size_t size = 0;
	Status status = status_of(hs_serialize_database(database, &bytes, &size));
	char *copy;

	if (status != STATUS_OK)
		return status;
	copy = llp_arena_alloc(arena, sizeof(*head) + size);
	if (copy != NULL)
	{
		memcpy(copy, head, sizeof(*head));
		memcpy(copy + sizeof(*head), bytes, size);
		*serialized = (Str){copy, sizeof(*head) + size};
	}
	llp_libc_host.release(llp_libc_host.context, bytes); /* Hyperscan's allocator is libc's too */
	return copy == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static Status
compile(Arena *arena, const Str *literals, size_t count, unsigned int flags, Str *serialized)
{
	Arena *working;
	Expressions expressions;
	hs_database_t *database = NULL;
	Status status;

	*serialized = (Str){NULL, 0};
	if (count == 0)
		return STATUS_INVALID;
	if (count > LLP_MAX_LITERALS || !llp_literals_available())
		return STATUS_LIMIT;
	working = llp_arena_create(llp_arena_host(arena), 0);
	if (working == NULL)
		return STATUS_NO_MEMORY;
	status = make_expressions(working, literals, count, flags, &expressions);
	if (status == STATUS_OK)
		status = compile_expressions(&expressions, &database);
	llp_arena_destroy(working);
	if (status != STATUS_OK)
		return status;
	status = serialize(arena, &expressions.head, database, serialized);
	(void) hs_free_database(database);
	return status;
}

Status
llp_literals_compile(Arena *arena, const Str *literals, size_t count, Str *serialized)
{
	return compile(arena, literals, count, SCAN_FLAGS, serialized);
}

Status
llp_literals_compile_places(Arena *arena, const Str *literals, size_t count, Str *serialized)
{
	return compile(arena, literals, count, PLACES_FLAGS, serialized);
}

/* Placing */

size_t
llp_literals_database_size(Str serialized)
{
	const size_t head = sizeof(SerializedHead);
	size_t size = 0;

	if (serialized.size <= head ||
		hs_serialized_database_size(serialized.data + head, serialized.size - head, &size) != HS_SUCCESS)
		return 0;
	return sizeof(LiteralDatabase) + size;
}

static uint64_t
nanoseconds(void)
{
	struct timespec now = {0};

	(void) clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t) now.tv_sec * UINT64_C(1000000000) + (uint64_t) now.tv_nsec;
}

Status
llp_literals_place(Str serialized, void *at)
{
	LiteralDatabase *database = at;
	SerializedHead head;

	if (serialized.size <= sizeof(head) || (uintptr_t) at % LLP_LITERALS_ALIGNMENT != 0)
		return STATUS_INVALID;
	if (!llp_literals_available())
		return STATUS_LIMIT;
	memcpy(&head, serialized.data, sizeof(head));
	database->count = head.count;
	database->longest = head.longest;
	database->placed_at = nanoseconds();
	return status_of(hs_deserialize_database_at(serialized.data + sizeof(head),
												serialized.size - sizeof(head),
												(hs_database_t *) database->hyperscan));
}

size_t
llp_literals_count(const LiteralDatabase *database)
{
	return database->count;
}

/* Scanning */

static void
release_scanner(void *object)
{
	(void) hs_free_scratch(((LiteralScanner *) object)->scratch);
}

LiteralScanner *
llp_literal_scanner_create(Arena *arena)
{
	LiteralScanner *scanner = llp_arena_new(arena, LiteralScanner);

	if (scanner == NULL || !llp_arena_defer(arena, release_scanner, scanner))
		return NULL;
	scanner->host = llp_arena_host(arena);
	return scanner;
}

static const hs_database_t *
hyperscan_of(const LiteralDatabase *database)
{
	return (const hs_database_t *) database->hyperscan;
}

static Fitted *
fitted_entry(LiteralScanner *scanner, const LiteralDatabase *database)
{
	uint64_t hash = ((uintptr_t) database / LLP_LITERALS_ALIGNMENT) * UINT64_C(0x9E3779B97F4A7C15);

	return &scanner->fitted[hash >> (64 - FITTED_BITS)];
}

/* Makes the scratch large enough for the database. */
static Status
fit(LiteralScanner *scanner, const LiteralDatabase *database)
{
	Fitted *entry = fitted_entry(scanner, database);
	Status status;

	if (entry->database == database && entry->placed_at == database->placed_at)
		return STATUS_OK;
	status = status_of(hs_alloc_scratch(hyperscan_of(database), &scanner->scratch));
	if (status == STATUS_OK)
		*entry = (Fitted){database, database->placed_at};
	else
		memset(scanner->fitted, 0, sizeof(scanner->fitted)); /* a failure may have taken the old scratch */
	return status;
}

/* Called by Hyperscan: allocates nothing, raises nothing. */
static int
note_found(unsigned int number, unsigned long long from, unsigned long long to, unsigned int flags,
		   void *context)
{
	uint64_t *found = context;

	(void) from;
	(void) to;
	(void) flags;
	found[number / 64] |= UINT64_C(1) << number % 64;
	return 0;
}

Status
llp_literals_scan(LiteralScanner *scanner, const LiteralDatabase *database, Str text, uint64_t *found)
{
	const Host *host = scanner->host;
	const size_t overlap = database->longest - 1;
	Status status = fit(scanner, database);

	for (size_t start = 0; status == STATUS_OK && start < text.size; start += WINDOW_SIZE)
	{
		size_t left = text.size - start;
		size_t size = left < WINDOW_SIZE + overlap ? left : WINDOW_SIZE + overlap;

		if (start > 0 && host->poll(host->context))
			return STATUS_CANCELLED;
		status = status_of(hs_scan(hyperscan_of(database), text.data + start, (unsigned int) size, 0,
								   scanner->scratch, note_found, found));
	}
	return status;
}

typedef struct PlaceSink
{
	LiteralFound found;
	void *context;
} PlaceSink;

/* Called by Hyperscan: allocates nothing, raises nothing. */
static int
note_place(unsigned int number, unsigned long long from, unsigned long long to, unsigned int flags,
		   void *context)
{
	const PlaceSink *sink = context;

	(void) from;
	(void) flags;
	sink->found(sink->context, number, (size_t) to);
	return 0;
}

Status
llp_literals_find(LiteralScanner *scanner, const LiteralDatabase *database, Str text, LiteralFound found,
				  void *context)
{
	PlaceSink sink = {found, context};
	Status status = fit(scanner, database);

	if (text.size > LLP_MAX_PLACES_TEXT)
		return STATUS_LIMIT;
	if (status != STATUS_OK || text.size == 0)
		return status;
	return status_of(hs_scan(hyperscan_of(database), text.data, (unsigned int) text.size, 0, scanner->scratch,
							 note_place, &sink));
}
