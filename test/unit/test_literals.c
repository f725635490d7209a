/*
 * test/unit/test_literals.c - sets of literals, and the literals that a regular expression requires.
 */
#include "vm_support.h"

#include <stdlib.h>

#include "match/literals.h"
#include "match/regex.h"

#define LONG_S "\xc5\xbf"
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
	Str *required;
	size_t count;
	uint64_t found = 0;
	size_t size;
	char *room;

	(void) data;
	if (llp_regex_required(arena, STR("abc|def"), &required, &count) != STATUS_OK)
	{
		CHECK_INT(count, 0);
		return false;
	}
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
	return count == 2;
}

UNIT_TEST(literals_survive_failing_allocations)
{
	unit_every_allocation_fails(compile_place_and_scan, NULL);
}

/* Literals that a regex requires */

typedef struct RequiredRow
{
	const char *pattern;
	const char *literals; /* each followed by a bar */
} RequiredRow;

static const RequiredRow required_rows[] = {
	{"abc", "abc|"},
	{"ABC", "abc|"},
	{"ab", ""},
	{"", ""},
	{".*", ""},
	{"abc.*", "abc|"},
	{"abc|def", "abc|def|"},
	{"abc|de", ""},
	{"abc|", ""},
	{"(?:abc|)def", "def|"},
	{"(abc)?defg", "defg|"},
	{"(abc)*defg", "defg|"},
	{"(abc)+", "abc|"},
	{"abc.*defghi", "defghi|"},
	{"abcdefgh.*(klmn|opqr)", "abcdefgh|"},
	{"^gpt-4(-turbo)?$", "gpt-4|"},
	{"(?i)Kelvin", "kelvin|"},
	{"(?i)possess", "possess|"},
	{"(?i)\\b(select|insert|update)\\b.+\\bfrom\\b", "insert|select|update|"},
	{"ignore (all )?(previous|prior) instructions", "prior instructions|previous instructions|"},
	{LONG_S "ame", "same|"},
	{KELVIN "elvin", "kelvin|"},
	{"caf\xc3\xa9 noir", " noir|"},
	{"(?i)CAF\xc3\x89", "caf|"},
	{"a\xc3\xa9z\xc3\xa9", ""},
	{"\xe5\xbf\xbd\xe7\x95\xa5", ""},
	{"(?i)\xc4\xb0stanbul", "stanbul|"},
	{"abc\\Cdefg", "defg|"},
	{"abc\\bdef", "abcdef|"},
	{"abc\\b|def", "abc|def|"},
	{"(?s)abc.(?-s)def", "def|"},
	{"[abc]xyz", "axyz|bxyz|cxyz|"},
	{"[a-z]xyz", "xyz|"},
	{"[^a]xyz", "xyz|"},
	{"AKIA[0-9A-Z]{16}", "akia|"},
	{"\\Qa.b\\E", "a.b|"},
	{"[^\\x00-\\x{10ffff}]abc", ""},
	{"my (one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|red|green|blue|grey|white|black)",
	 "my |"},
	{"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|red|green|blue|grey|white|black", ""},
};

UNIT_TEST(regex_required_literals_are_the_best_clause)
{
	Arena *arena = vm_arena();

	for (size_t i = 0; i < sizeof(required_rows) / sizeof(required_rows[0]); i++)
	{
		const RequiredRow *row = &required_rows[i];
		Str *literals;
		size_t count;
		StrBuf list;

		CHECK_INT(llp_regex_required(arena, llp_str(row->pattern), &literals, &count), STATUS_OK);
		llp_buf_init(&list, arena);
		for (size_t j = 0; j < count; j++)
		{
			llp_buf_append(&list, literals[j]);
			llp_buf_append_char(&list, '|');
		}
		if (!llp_str_equal(llp_buf_str(&list), llp_str(row->literals)))
			unit_fail(__FILE__, __LINE__, "/%s/ requires %.*s not %s", row->pattern,
					  STR_ARG(llp_buf_str(&list)), row->literals);
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(regex_required_has_the_limits_of_compile_and_its_own)
{
	Arena *arena = vm_arena();
	StrBuf pattern;
	Str *literals;
	size_t count;

	CHECK_INT(llp_regex_required(arena, STR("abc("), &literals, &count), STATUS_INVALID);
	CHECK_INT(count, 0);
	CHECK_INT(llp_regex_required(arena, STR("abc(\\pL{1,30}\\s){20}"), &literals, &count), STATUS_LIMIT);
	llp_buf_init(&pattern, arena);
	for (size_t i = 0; i < LLP_MAX_REQUIRING_SIZE; i++)
		llp_buf_append_char(&pattern, 'a');
	CHECK_INT(llp_regex_required(arena, llp_buf_str(&pattern), &literals, &count), STATUS_OK);
	CHECK_INT(count, 1);
	llp_buf_append_char(&pattern, 'a');
	CHECK_INT(llp_regex_required(arena, llp_buf_str(&pattern), &literals, &count), STATUS_OK);
	CHECK_INT(count, 0);
	while (pattern.size <= LLP_MAX_REGEX_SIZE)
		llp_buf_append_char(&pattern, 'a');
	CHECK_INT(llp_regex_required(arena, llp_buf_str(&pattern), &literals, &count), STATUS_LIMIT);
	llp_arena_destroy(arena);
}

static Str
encode(char *buffer, uint32_t character)
{
	size_t size = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;

	for (size_t i = size - 1; i > 0; i--, character >>= 6)
		buffer[i] = (char) (0x80 | (character & 0x3F));
	buffer[0] = (char) (character | (0xF00U >> size & 0xF0U));
	return (Str){buffer, size};
}

/* Whatever RE2 lower-cases to ASCII joins "aa" on both sides to a literal of at least three bytes. */
UNIT_TEST(regex_required_every_character_that_folds_to_ascii_is_known)
{
	Arena *arena = vm_arena();
	int folding = 0;
	uint32_t character = 0x80;

	while (character < 0x1F000)
	{
		StrBuf pattern;
		Str *literals;
		size_t count;
		bool folds;

		llp_buf_init(&pattern, arena);
		for (int i = 0; i < 60; i++, character++)
		{
			char buffer[4];

			if (character == 0xD800)
				character = 0xE000;
			llp_buf_append(&pattern, STR("aa"));
			llp_buf_append(&pattern, encode(buffer, character));
		}
		llp_buf_append(&pattern, STR("aa"));
		CHECK_INT(llp_regex_required(arena, llp_buf_str(&pattern), &literals, &count), STATUS_OK);
		folds = llp_text_folds_to_ascii(llp_buf_str(&pattern));
		if ((count > 0) != folds)
			unit_fail(__FILE__, __LINE__, "characters before U+%04X", character);
		folding += folds;
	}
	CHECK_INT(folding, 2);
	llp_arena_destroy(arena);
}

UNIT_TEST(text_folds_to_ascii)
{
	CHECK(!llp_text_folds_to_ascii((Str){NULL, 0}));
	CHECK(
		!llp_text_folds_to_ascii(STR("kelvin \xc5\xbe \xc5\xb7\xbf \xe2\x84\xa9 \xe2\x84\xab \xe2\x80\xaa")));
	CHECK(!llp_text_folds_to_ascii(STR("x\xc5")));
	CHECK(!llp_text_folds_to_ascii(STR("x\xe2\x84")));
	CHECK(!llp_text_folds_to_ascii((Str){"x" KELVIN, 3}));
	CHECK(llp_text_folds_to_ascii(STR("x" KELVIN)));
	CHECK(llp_text_folds_to_ascii(STR(LONG_S)));
	CHECK(llp_text_folds_to_ascii(STR("\xc5\xbe\xc5\xbf.")));
	CHECK(llp_text_folds_to_ascii(STR("\xe2\x84\xa9 \xe2\x84\xaa.")));
}

/*
 * Random patterns, each with a text that was made along with it and often matches.
 */
typedef struct Pair
{
	StrBuf pattern;
	StrBuf text;
	bool ignore_case;
} Pair;

/* The character as a text that matches when case is ignored may have it. */
static void
append_folded(StrBuf *text, const char **at)
{
	static const char *const sets[][3] = {{"k", "K", KELVIN},
										  {"s", "S", LONG_S},
										  {"\xc3\xa9", "\xc3\x89", "\xc3\x89"},
										  {LONG_S, "s", "S"},
										  {KELVIN, "k", "K"}};
	char c;

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
	{
		size_t size = strlen(sets[i][0]);

		if (strncmp(*at, sets[i][0], size) != 0)
			continue;
		*at += size;
		/* The characters outside of ASCII are seldom, or every text would fold. */
		llp_buf_append(text, llp_str(sets[i][random_below(12) == 0 ? 2 : random_below(2)]));
		return;
	}
	c = *(*at)++;
	llp_buf_append_char(text, c >= 'a' && c <= 'z' && random_below(2) ? (char) (c - ('a' - 'A')) : c);
}

static void
append_word(Pair *pair)
{
	static const char *const words[] = {"kelvin",
										"Sesame",
										"mask",
										"caf\xc3\xa9",
										LONG_S "ame",
										"task",
										"no",
										"x",
										"key",
										"stra\xc3\x9f"
										"e",
										"secret",
										KELVIN "ey",
										"ass",
										"ks",
										"foo",
										"\xc4\xb0sk",
										" ",
										"\xc3\xa9"
										"abc"
										"\xc3\xa9"};
	const char *word = words[random_below(sizeof(words) / sizeof(words[0]))];
	bool fold = pair->ignore_case || random_below(8) == 0;

	llp_buf_append(&pair->pattern, llp_str(word));
	if (!fold)
		llp_buf_append(&pair->text, llp_str(word));
	while (fold && *word != '\0')
		append_folded(&pair->text, &word);
}

static void
append_class(Pair *pair)
{
	static const char *const classes[][2] = {
		{"[ks]", "s"}, {"[a-m]", "k"},		 {".", "z"},	   {"\\w", "S"}, {"[a\xc3\xa9]", "\xc3\xa9"},
		{"\\C", "q"},  {"[^x]", "\xc3\x89"}, {"\\pL", KELVIN}, {"\\b", ""},	 {"[KX]", "K"},
		{"(?:)", ""},  {"[[:alpha:]]", "k"}};
	size_t i = random_below(sizeof(classes) / sizeof(classes[0]));

	llp_buf_append(&pair->pattern, llp_str(classes[i][0]));
	llp_buf_append(&pair->text, llp_str(classes[i][1]));
}

static void append_sequence(Pair *pair, int depth);

/* Of the alternatives one goes to the text. */
static void
append_group(Pair *pair, int depth)
{
	uint32_t count = 1 + random_below(4);
	uint32_t chosen = random_below(count);
	bool ignore_case = pair->ignore_case;

	if (random_below(4) == 0)
		pair->ignore_case = true;
	llp_buf_append(&pair->pattern, pair->ignore_case ? STR("(?i:") : STR("(?:"));
	for (uint32_t i = 0; i < count; i++)
	{
		size_t text = pair->text.size;

		if (i > 0)
			llp_buf_append_char(&pair->pattern, '|');
		if (random_below(10) != 0)
			append_sequence(pair, depth - 1);
		if (i != chosen)
			pair->text.size = text;
	}
	llp_buf_append_char(&pair->pattern, ')');
	pair->ignore_case = ignore_case;
}

static void
append_repeated(Pair *pair, int depth)
{
	static const struct
	{
		const char *operator;
		uint32_t least;
		uint32_t most;
	} repetitions[] = {{"*", 0, 3}, {"+", 1, 3}, {"?", 0, 1}, {"{2}", 2, 2}, {"{1,3}", 1, 3}, {"*?", 0, 2}};
	size_t i = random_below(sizeof(repetitions) / sizeof(repetitions[0]));
	uint32_t times = repetitions[i].least + random_below(repetitions[i].most - repetitions[i].least + 1);
	size_t start = pair->text.size;
	Str once;

	append_group(pair, depth);
	llp_buf_append(&pair->pattern, llp_str(repetitions[i].operator));
	once = llp_str_copy(pair->text.arena, (Str){pair->text.data + start, pair->text.size - start});
	pair->text.size = start;
	for (; times > 0; times--)
		llp_buf_append(&pair->text, once);
}

static void
append_sequence(Pair *pair, int depth)
{
	for (uint32_t count = 1 + random_below(3); count > 0; count--)
	{
		uint32_t kind = random_below(depth > 0 ? 8 : 5);

		if (kind < 4)
			append_word(pair);
		else if (kind < 5)
			append_class(pair);
		else if (kind < 7)
			append_group(pair, depth);
		else
			append_repeated(pair, depth);
	}
}

static Pair
random_pair(Arena *arena)
{
	Pair pair = {.ignore_case = random_below(3) == 0};

	llp_buf_init(&pair.pattern, arena);
	llp_buf_init(&pair.text, arena);
	llp_buf_append(&pair.text, random_below(2) ? STR("") : STR("so: "));
	if (pair.ignore_case)
		llp_buf_append(&pair.pattern, STR("(?i)"));
	append_sequence(&pair, 2);
	return pair;
}

#define BATCH 200 /* patterns whose literals make one set */
#define BATCHES 8
#define TEXTS 20 /* for each pattern its own text and others' */

typedef struct Tally
{
	int pairs;
	int matched;
	int filtered; /* not matched, and no literal found */
	int folding;
} Tally;

typedef struct Batch
{
	Pair pairs[BATCH];
	Regex *regexes[BATCH];
	size_t first[BATCH + 1]; /* of the literals of each */
	Str literals[BATCH * LLP_MAX_REGEX_LITERALS];
} Batch;

static void
make_batch(Arena *arena, Batch *batch)
{
	batch->first[0] = 0;
	for (size_t i = 0; i < BATCH; i++)
	{
		Str pattern;
		Str problem;
		Str *literals;
		size_t count;

		batch->pairs[i] = random_pair(arena);
		pattern = llp_buf_str(&batch->pairs[i].pattern);
		CHECK_INT(llp_regex_compile(arena, pattern, &batch->regexes[i], &problem), STATUS_OK);
		CHECK_INT(llp_regex_required(arena, pattern, &literals, &count), STATUS_OK);
		if (count > 0)
			memcpy(batch->literals + batch->first[i], literals, count * sizeof(Str));
		batch->first[i + 1] = batch->first[i] + count;
	}
}

static void
check_pair(const Batch *batch, size_t i, Str text, const uint64_t *found, Tally *tally)
{
	bool folds = llp_text_folds_to_ascii(text);
	bool possible = folds || batch->first[i] == batch->first[i + 1];
	bool matched;

	for (size_t j = batch->first[i]; j < batch->first[i + 1]; j++)
		possible = possible || is_set(found, j);
	CHECK_INT(llp_regex_matches(batch->regexes[i], text, &matched), STATUS_OK);
	if (matched && !possible)
		unit_fail(__FILE__, __LINE__, "/%.*s/ matches \"%.*s\" without its literals",
				  STR_ARG(llp_buf_str(&batch->pairs[i].pattern)), STR_ARG(text));
	tally->pairs++;
	tally->matched += matched;
	tally->filtered += !possible;
	tally->folding += folds;
}

static void
check_batch(Tally *tally)
{
	Arena *arena = vm_arena();
	LiteralScanner *scanner = llp_literal_scanner_create(arena);
	Batch *batch = llp_arena_new(arena, Batch);
	LiteralDatabase *database;

	make_batch(arena, batch);
	database = compile(arena, batch->literals, batch->first[BATCH]);
	for (size_t i = 0; i < BATCH; i++)
	{
		uint64_t found[LLP_LITERALS_WORDS(BATCH * LLP_MAX_REGEX_LITERALS)] = {0};
		Str text = llp_buf_str(&batch->pairs[i].text);

		CHECK_INT(llp_literals_scan(scanner, database, text, found), STATUS_OK);
		for (size_t j = 0; j < TEXTS; j++)
			check_pair(batch, (i + j * j) % BATCH, text, found, tally);
	}
	llp_arena_destroy(arena);
}

UNIT_TEST(regex_required_literals_are_in_every_text_that_matches)
{
	Tally tally = {0};

	random_state = UINT64_C(0x123456789ABCDEF);
	for (int i = 0; i < BATCHES; i++)
		check_batch(&tally);
	CHECK_INT(tally.pairs, BATCHES * BATCH * TEXTS);
	/* The test means something only when all cases come up. */
	CHECK(tally.matched > tally.pairs / 20);
	CHECK(tally.filtered > tally.pairs / 10);
	CHECK(tally.folding > tally.pairs / 50 && tally.folding < tally.pairs / 2);
}
