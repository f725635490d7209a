/*
 * test/unit/test_literals.c - sets of literals.
 */
#include "vm_support.h"

#include <stdlib.h>

#include "match/literals.h"

#define KELVIN "\xe2\x84\xaa"

static uint64_t random_state;

static uint32_t
random_below(uint32_t bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t) (random_state >> 16) % bound;
}

static LiteralDatabase *
place(Arena *arena, Str serialized)
{
	size_t size = llp_literals_database_size(serialized);
	char *room = llp_arena_alloc(arena, size + LLP_LITERALS_ALIGNMENT);
	size_t shift;

	if (size == 0 || room == NULL)
		abort();
	shift = LLP_LITERALS_ALIGNMENT - (uintptr_t) room % LLP_LITERALS_ALIGNMENT;
	CHECK_INT(llp_literals_place(serialized, room + shift), STATUS_OK);
	return (LiteralDatabase *) (void *) (room + shift);
}

static LiteralDatabase *
compile(Arena *arena, const Str *literals, size_t count)
{
	Str serialized;

	CHECK_INT(llp_literals_compile(arena, literals, count, &serialized), STATUS_OK);
	return place(arena, serialized);
}

static bool
is_set(const uint64_t *found, size_t i)
{
	return (found[i / 64] >> i % 64 & 1) != 0;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
}

/* Does the literal occur, as slow and plain as can be? */
static bool
occurs(Str text, Str literal)
{
	size_t size = literal.size < LLP_LITERAL_SIZE ? literal.size : LLP_LITERAL_SIZE;

	for (size_t start = 0; start + size <= text.size; start++)
	{
		size_t i = 0;

		while (i < size && lower(text.data[start + i]) == lower(literal.data[i]))
			i++;
		if (i == size)
			return true;
	}
	return false;
}

static void
check_scan(LiteralScanner *scanner, const LiteralDatabase *database, const Str *literals, Str text)
{
	size_t count = llp_literals_count(database);
	uint64_t *found = calloc(LLP_LITERALS_WORDS(count), sizeof(uint64_t));

	if (found == NULL)
		abort();
	CHECK_INT(llp_literals_scan(scanner, database, text, found), STATUS_OK);
	for (size_t i = 0; i < count; i++)
		if (is_set(found, i) != occurs(text, literals[i]))
			unit_fail(__FILE__, __LINE__, "literal %zu is %sfound", i, is_set(found, i) ? "" : "not ");
	free(found);
}

typedef struct ScanRow
{
	Str text;
	const char *found; /* a 1 for each literal that is found */
} ScanRow;

UNIT_TEST(literals_are_found_whatever_the_case_of_ascii_letters)
{
	static const Str literals[] = {{"abc", 3},
								   {"ABC", 3},
								   {"a\0b\xff", 4},
								   {"\xc3\xa9t\xc3\xa9", 5},
								   {"x", 1},
								   {"k[.*", 4},
								   {"0123456789abcdefghijklmnopqrstuvwxyz", 36}};
	static const ScanRow rows[] = {
		{{NULL, 0}, "0000000"},
		{{"-aBc-", 5}, "1100000"},
		{{"a\0b", 3}, "0000000"},
		{{"A\0B\xff", 4}, "0010000"},
		{{"\xc3\xa9T\xc3\xa9", 5}, "0001000"},
		{{"\xc3\x89T\xc3\xa9", 5}, "0000000"},
		{{"X", 1}, "0000100"},
		{{"kKK[.*", 6}, "0000010"},
		{{KELVIN "[.*", 6}, "0000000"},
		{{"0123456789ABCDEFGHIJKLMNOPQRSTUV", 32}, "1100001"},
		{{"0123456789abcdefghijklmnopqrstu", 31}, "1100000"},
	};
	Arena *arena = vm_arena();
	LiteralDatabase *database = compile(arena, literals, 7);
	LiteralScanner *scanner = llp_literal_scanner_create(arena);

	CHECK_INT(llp_literals_count(database), 7);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		uint64_t found = 0;

		CHECK_INT(llp_literals_scan(scanner, database, rows[i].text, &found), STATUS_OK);
		for (size_t j = 0; j < 7; j++)
			if (is_set(&found, j) != (rows[i].found[j] == '1'))
				unit_fail(__FILE__, __LINE__, "text %zu, literal %zu", i, j);
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(literals_scan_sets_bits_and_clears_none)
{
	static const Str literals[] = {{"abc", 3}, {"def", 3}};
	Arena *arena = vm_arena();
	LiteralScanner *scanner = llp_literal_scanner_create(arena);
	uint64_t found = UINT64_C(1) << 63;

	CHECK_INT(llp_literals_scan(scanner, compile(arena, literals, 2), STR("def"), &found), STATUS_OK);
	CHECK(found == (UINT64_C(1) << 63 | 2));
	llp_arena_destroy(arena);
}

/* Random bytes over an alphabet of `letters`, with runs of one byte. */
static Str
random_text(Arena *arena, size_t size, uint32_t letters)
{
	char *text = llp_arena_alloc(arena, size);
	bool runs = random_below(2) == 0;
	char c = 'a';

	if (text == NULL)
		abort();
	for (size_t i = 0; i < size; i++)
	{
		if (!runs || random_below(12) == 0)
			c = (char) (letters > 200 ? random_below(256) : 'a' + random_below(letters));
		text[i] = random_below(4) == 0 && c >= 'a' && c <= 'z' ? (char) (c - ('a' - 'A')) : c;
	}
	return (Str){text, size};
}

static void
check_random_set(uint32_t letters)
{
	Arena *arena = vm_arena();
	LiteralScanner *scanner = llp_literal_scanner_create(arena);
	Str literals[40];
	size_t count = 1 + random_below(40);
	LiteralDatabase *database;

	for (size_t i = 0; i < count; i++)
		literals[i] = random_text(arena, 1 + random_below(random_below(2) ? 5 : 50), letters);
	database = compile(arena, literals, count);
	for (int i = 0; i < 20; i++)
	{
		StrBuf text;

		llp_buf_init(&text, arena);
		for (uint32_t parts = random_below(6); parts > 0; parts--)
		{
			llp_buf_append(&text, literals[random_below((uint32_t) count)]);
			llp_buf_append(&text, random_text(arena, random_below(10), letters));
		}
		check_scan(scanner, database, literals, llp_buf_str(&text));
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(literals_random_sets_find_what_a_plain_search_finds)
{
	static const uint32_t letters[] = {1, 2, 4, 26, 256};

	random_state = UINT64_C(88172645463325252);
	for (int i = 0; i < 100; i++)
		check_random_set(letters[i % 5]);
}

UNIT_TEST(literals_are_found_across_the_borders_of_windows)
{
	static const Str literals[] = {{"0123456789abcdefghijklmnopqrstuv", 32}, {"xyz", 3}};
	Arena *arena = vm_arena();
	LiteralDatabase *database = compile(arena, literals, 2);
	LiteralScanner *scanner = llp_literal_scanner_create(arena);
	size_t size = 100000;
	char *text = malloc(size);

	if (text == NULL)
		abort();
	memset(text, '-', size);
	for (size_t border = 4096; border < size; border += 4096)
		for (size_t before = 0; before <= 32; before++)
		{
			uint64_t found = 0;

			memcpy(text + border - before, literals[0].data, 32);
			CHECK_INT(llp_literals_scan(scanner, database, (Str){text, size}, &found), STATUS_OK);
			CHECK_INT(found, 1);
			memset(text + border - before, '-', 32);
		}
	memcpy(text + size - 3, "xyz", 3);
	check_scan(scanner, database, literals, (Str){text, size});
	free(text);
	llp_arena_destroy(arena);
}

UNIT_TEST(literals_ten_thousand_in_one_scan)
{
	Arena *arena = vm_arena();
	LiteralScanner *scanner = llp_literal_scanner_create(arena);
	size_t count = 10000;
	Str *literals = llp_arena_array(arena, count, sizeof(Str));
	LiteralDatabase *database;

	random_state = 1;
	for (size_t i = 0; i < count; i++)
		literals[i] = random_text(arena, 3 + random_below(18), 26);
	database = compile(arena, literals, count);
	CHECK_INT(llp_literals_count(database), count);
	for (int i = 0; i < 3; i++)
	{
		StrBuf text;

		llp_buf_init(&text, arena);
		for (int j = 0; j < 20; j++)
			llp_buf_append(&text, literals[random_below((uint32_t) count)]);
		check_scan(scanner, database, literals, llp_buf_str(&text));
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(literals_of_one_scanner_in_databases_that_replace_each_other)
{
	Arena *arena = vm_arena();
	LiteralScanner *scanner = llp_literal_scanner_create(arena);
	static const Str small[] = {{"abc", 3}, {"bcd", 3}};
	Str large[2000];
	Str serialized[2];
	char *room;
	size_t size;

	random_state = 2;
	for (size_t i = 0; i < 2000; i++)
		large[i] = random_text(arena, 3 + random_below(30), 26);
	CHECK_INT(llp_literals_compile(arena, small, 2, &serialized[0]), STATUS_OK);
	CHECK_INT(llp_literals_compile(arena, large, 2000, &serialized[1]), STATUS_OK);
	size = llp_literals_database_size(serialized[1]);
	room = llp_arena_alloc(arena, size + LLP_LITERALS_ALIGNMENT);
	room += LLP_LITERALS_ALIGNMENT - (uintptr_t) room % LLP_LITERALS_ALIGNMENT;
	for (int i = 0; i < 4; i++)
	{
		CHECK_INT(llp_literals_place(serialized[i % 2], room), STATUS_OK);
		check_scan(scanner, (LiteralDatabase *) (void *) room, i % 2 ? large : small, large[7]);
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(literals_equal_sets_give_equal_bytes)
{
	Arena *arena = vm_arena();
	Str literals[1000];
	Str first;
	Str second;

	random_state = 3;
	for (size_t i = 0; i < 1000; i++)
		literals[i] = random_text(arena, 3 + random_below(30), 26);
	CHECK_INT(llp_literals_compile(arena, literals, 1000, &first), STATUS_OK);
	CHECK_INT(llp_literals_compile(arena, literals, 1000, &second), STATUS_OK);
	CHECK(llp_str_equal(first, second));
	llp_arena_destroy(arena);
}

UNIT_TEST(literals_refuse_what_is_no_set)
{
	Arena *arena = vm_arena();
	Str literals[] = {STR("abc"), STR("")};
	Str *many = llp_arena_array(arena, LLP_MAX_LITERALS + 1, sizeof(Str));
	Str serialized;
	char *room;

	CHECK(llp_literals_available());
	CHECK_INT(llp_literals_compile(arena, literals, 0, &serialized), STATUS_INVALID);
	CHECK_INT(llp_literals_compile(arena, literals, 2, &serialized), STATUS_INVALID);
	CHECK_INT(llp_literals_compile(arena, many, LLP_MAX_LITERALS + 1, &serialized), STATUS_LIMIT);
	CHECK_INT(serialized.size, 0);
	CHECK_INT(llp_literals_compile(arena, literals, 1, &serialized), STATUS_OK);
	room = llp_arena_alloc(arena, llp_literals_database_size(serialized) + 2 * LLP_LITERALS_ALIGNMENT);
	room += LLP_LITERALS_ALIGNMENT - (uintptr_t) room % LLP_LITERALS_ALIGNMENT;
	CHECK_INT(llp_literals_place(serialized, room + 8), STATUS_INVALID);
	CHECK_INT(llp_literals_database_size((Str){serialized.data, 20}), 0);
	CHECK_INT(llp_literals_database_size((Str){NULL, 0}), 0);
	CHECK_INT(llp_literals_place((Str){serialized.data, 20}, room), STATUS_INVALID);
	((char *) (uintptr_t) serialized.data)[serialized.size / 2] ^= 1;
	CHECK_INT(llp_literals_place(serialized, room), STATUS_INVALID);
	llp_arena_destroy(arena);
}

static bool
poll_true(void *context)
{
	(void) context;
	return true;
}

UNIT_TEST(literals_scan_stops_when_the_host_asks)
{
	static const Str literal = {"abc", 3};
	Host host = llp_libc_host;
	Arena *arena;
	LiteralScanner *scanner;
	LiteralDatabase *database;
	char *text = calloc(1, 1000000);
	uint64_t found = 0;

	if (text == NULL)
		abort();
	host.poll = poll_true;
	arena = llp_arena_create(&host, 0);
	scanner = llp_literal_scanner_create(arena);
	database = compile(arena, &literal, 1);
	CHECK_INT(llp_literals_scan(scanner, database, (Str){text, 1000000}, &found), STATUS_CANCELLED);
	CHECK_INT(llp_literals_scan(scanner, database, (Str){text, 1000}, &found), STATUS_OK);
	free(text);
	llp_arena_destroy(arena);
}

static bool
compile_place_and_scan(Arena *arena, void *data)
{
	static const Str literals[] = {{"abc", 3}, {"def", 3}};
	Str serialized;
	LiteralScanner *scanner;
	uint64_t found = 0;
	size_t size;
	char *room;

	(void) data;
	if (llp_literals_compile(arena, literals, 2, &serialized) != STATUS_OK)
		return false;
	size = llp_literals_database_size(serialized);
	room = llp_arena_alloc(arena, size + LLP_LITERALS_ALIGNMENT);
	scanner = llp_literal_scanner_create(arena);
	if (room == NULL || scanner == NULL)
		return false;
	room += LLP_LITERALS_ALIGNMENT - (uintptr_t) room % LLP_LITERALS_ALIGNMENT;
	CHECK_INT(llp_literals_place(serialized, room), STATUS_OK);
	CHECK_INT(llp_literals_scan(scanner, (LiteralDatabase *) (void *) room, STR("xdef"), &found), STATUS_OK);
	CHECK_INT(found, 2);
	return true;
}

UNIT_TEST(literals_survive_failing_allocations)
{
	unit_every_allocation_fails(compile_place_and_scan, NULL);
}
