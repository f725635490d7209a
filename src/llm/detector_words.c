/*
 * llm/detector_words.c - words and prefixes: the set, and its two searches.
 */
#include "llm/detector_words.h"

#include <stdalign.h>

#include "base/character.h"
#include "match/literals.h"

#define BUCKETS 4096

struct WordTable
{
	Arena *arena;
	Word words[LLP_MAX_WORDS];
	uint16_t count;
	LiteralDatabase *database; /* NULL: this machine has no Hyperscan */
	LiteralScanner *scanner;
	/* For the plain search: words by their first two bytes, chained. */
	uint16_t first[BUCKETS];
	uint16_t next[LLP_MAX_WORDS];
	/* Of the search that runs. */
	Str text;
	size_t start;
	size_t hit_count;
	WordHit hits[LLP_WORDS_WINDOW];
};

WordTable *
llp_words_begin(Arena *arena)
{
	WordTable *table = llp_arena_new(arena, WordTable);

	if (table != NULL)
		table->arena = arena;
	return table;
}

const Word *
llp_word(const WordTable *table, uint16_t number)
{
	return &table->words[number];
}

static Word *
find_or_add(WordTable *table, Str text)
{
	for (uint16_t i = 0; i < table->count; i++)
	{
		if (llp_str_equal(table->words[i].text, text) && (table->words[i].roles & WORD_PREFIX) == 0)
			return &table->words[i];
	}
	if (table->count == LLP_MAX_WORDS)
		return NULL;
	table->words[table->count].text = text;
	return &table->words[table->count++];
}

bool
llp_words_add(WordTable *table, const char *words, WordRole role, DetectorType type)
{
	while (*words != '\0')
	{
		size_t size = strcspn(words, "|");
		Word *word = find_or_add(table, (Str){words, size});

		if (word == NULL)
			return false;
		word->roles |= (uint8_t) role;
		if (role == WORD_CONTEXT)
			llp_type_set_add(&word->context_of, type);
		else
			word->type = type;
		words += size + (words[size] == '|');
	}
	return true;
}

bool
llp_words_add_prefix(WordTable *table, Str prefix, WordRole role, uint16_t pattern)
{
	Word *word;

	if (table->count == LLP_MAX_WORDS)
		return false;
	word = &table->words[table->count++];
	word->text = llp_str_copy(table->arena, prefix);
	word->roles = (uint8_t) role;
	word->pattern = pattern;
	return word->text.data != NULL;
}

/* Taking hits */

static bool
word_at(const WordTable *table, size_t at)
{
	char c = at < table->text.size ? table->text.data[at] : ' ';

	return continues_name(c) && c != '_';
}

/* Called from Hyperscan: raises nothing, allocates nothing. */
static void
take(void *context, uint32_t number, size_t end)
{
	WordTable *table = context;
	const Word *word = &table->words[number];
	size_t start;
	bool before;
	bool after;

	end += table->start;
	start = end - word->text.size;
	before = start > 0 && word_at(table, start - 1);
	after = word_at(table, end);
	if (word->roles & (WORD_PREFIX | WORD_PRIVATE_KEY))
	{
		if ((word->roles & WORD_PREFIX) &&
			(before || (start > 0 && strchr("_-", table->text.data[start - 1]) != NULL)))
			return;
	}
	else if (after || (before && (word->roles & WORD_KEYWORD) == 0))
		return;
	if (table->hit_count < LLP_WORDS_WINDOW)
		table->hits[table->hit_count++] = (WordHit){start, end, (uint16_t) number};
}

/* Hyperscan */

static Status
compile_database(WordTable *table)
{
	Str literals[LLP_MAX_WORDS];
	Str serialized;
	Status status;
	char *place;

	for (uint16_t i = 0; i < table->count; i++)
		literals[i] = table->words[i].text;
	status = llp_literals_compile_places(table->arena, literals, table->count, &serialized);
	if (status != STATUS_OK)
		return status;
	place = llp_arena_alloc(table->arena, llp_literals_database_size(serialized) + LLP_LITERALS_ALIGNMENT);
	table->scanner = llp_literal_scanner_create(table->arena);
	if (place == NULL || table->scanner == NULL)
		return STATUS_NO_MEMORY;
	place += LLP_LITERALS_ALIGNMENT - (uintptr_t) place % LLP_LITERALS_ALIGNMENT;
	table->database = (LiteralDatabase *) place;
	return llp_literals_place(serialized, place);
}

/* The plain search */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c | 32) : c;
}

static uint32_t
bucket(char a, char b)
{
	return ((uint32_t) (unsigned char) lower(a) * 61 + (unsigned char) lower(b)) % BUCKETS;
}

static void
chain_words(WordTable *table)
{
	for (uint16_t i = 0; i < table->count; i++)
	{
		const char *text = table->words[i].text.data;
		uint16_t *head = &table->first[bucket(text[0], text[1])];

		table->next[i] = *head;
		*head = (uint16_t) (i + 1);
	}
}

static bool
stands_at(const WordTable *table, const Word *word, size_t at, size_t end)
{
	if (end - at < word->text.size)
		return false;
	for (size_t i = 0; i < word->text.size; i++)
	{
		if (lower(table->text.data[at + i]) != lower(word->text.data[i]))
			return false;
	}
	return true;
}

static void
search_plainly(WordTable *table, size_t start, size_t end)
{
	for (size_t at = start; at + 1 < end; at++)
	{
		uint16_t number = table->first[bucket(table->text.data[at], table->text.data[at + 1])];

		for (; number > 0; number = table->next[number - 1])
		{
			if (stands_at(table, &table->words[number - 1], at, end))
				take(table, number - 1u, at - table->start + table->words[number - 1].text.size);
		}
	}
}

Status
llp_words_end(WordTable *table)
{
	Status status = compile_database(table);

	if (status != STATUS_LIMIT)
		return status;
	chain_words(table);
	return STATUS_OK;
}

Status
llp_words_find(WordTable *table, Str text, size_t start, size_t end, const WordHit **hits, size_t *count)
{
	Status status = STATUS_OK;

	table->text = text;
	table->start = start;
	table->hit_count = 0;
	if (table->database != NULL)
		status = llp_literals_find(table->scanner, table->database, (Str){text.data + start, end - start},
								   take, table);
	else
		search_plainly(table, start, end);
	*hits = table->hits;
	*count = table->hit_count;
	return status;
}
