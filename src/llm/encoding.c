/*
 * llm/encoding.c - walks over the pieces of a text, between its special tokens where they count.
 */
#include "llm/encoding.h"

#include "base/character.h"
#include "llm/bpe.h"

#define BYTES_A_POLL 65536
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct ListedEncoding
{
	Str name;
	Str file;
	Str pretokens;
} ListedEncoding;

#define CONSTANT(literal)                                                                                    \
	{                                                                                                        \
		literal, sizeof(literal) - 1                                                                         \
	}

#define ENCODING(name, file, pretokens) {CONSTANT(name), CONSTANT(file), CONSTANT(pretokens)},
static const ListedEncoding listed[] = {
#include "llm/encodings.def"
};

#define VOCABULARY(name, first_id, skipped_id) {CONSTANT(name), {first_id, skipped_id}},
static const struct
{
	Str name;
	TokenNumbering numbering;
} vocabularies[] = {
#include "llm/encodings.def"
};

#define SPECIAL(encoding, text, id) {CONSTANT(encoding), {CONSTANT(text), id}},
static const struct
{
	Str encoding;
	SpecialToken token;
} listed_special[] = {
#include "llm/encodings.def"
};

#define SPECIAL_RANGE(encoding, prefix, suffix, first, last)                                                 \
	{CONSTANT(encoding), CONSTANT(prefix), CONSTANT(suffix), first, last},
static const struct
{
	Str encoding;
	Str prefix;
	Str suffix;
	uint32_t first;
	uint32_t last;
} listed_ranges[] = {
#include "llm/encodings.def"
};

bool
llp_encoding_listed(size_t index, Encoding *encoding)
{
	if (index >= COUNT(listed))
		return false;
	*encoding = (Encoding){.name = listed[index].name,
						   .pretokens = llp_pretokens_of(listed[index].pretokens),
						   .file = listed[index].file};
	return true;
}

bool
llp_encoding_named(Str name, Encoding *encoding)
{
	for (size_t i = 0; llp_encoding_listed(i, encoding); i++)
		if (llp_str_equal(encoding->name, name))
			return true;
	return false;
}

bool
llp_vocabulary_numbering(Str name, TokenNumbering *numbering)
{
	for (size_t i = 0; i < COUNT(vocabularies); i++)
		if (llp_str_equal(vocabularies[i].name, name))
		{
			*numbering = vocabularies[i].numbering;
			return true;
		}
	return false;
}

/* --- Special tokens ------------------------------------------------------------------------------------- */

/* The longer of what was found and `token`, when the text begins with that. */
static void
try_special(Str text, const SpecialToken *token, size_t *size, uint32_t *id)
{
	if (token->text.size > *size && llp_str_starts_with(text, token->text))
	{
		*size = token->text.size;
		*id = token->id;
	}
}

static void
try_range(Str text, Str prefix, Str suffix, uint32_t first, uint32_t last, size_t *size, uint32_t *id)
{
	uint32_t number = 0;
	size_t at = prefix.size;

	if (!llp_str_starts_with(text, prefix) || at == text.size || text.data[at] == '0')
		return;
	while (at < text.size && is_digit(text.data[at]) && number <= last)
		number = number * 10 + (uint32_t) (text.data[at++] - '0');
	if (number < first || number > last ||
		!llp_str_starts_with((Str){text.data + at, text.size - at}, suffix))
		return;
	*size = at + suffix.size;
	*id = number;
}

/* Bytes of the longest special token that the text begins with, and its id; 0 when there is none. */
static size_t
special_at(const Encoding *encoding, Str text, uint32_t *id)
{
	size_t size = 0;

	for (size_t i = 0; i < encoding->special_count; i++)
		try_special(text, &encoding->special[i], &size, id);
	for (size_t i = 0; i < COUNT(listed_special); i++)
		if (llp_str_equal(listed_special[i].encoding, encoding->name))
			try_special(text, &listed_special[i].token, &size, id);
	for (size_t i = 0; size == 0 && i < COUNT(listed_ranges); i++)
		if (llp_str_equal(listed_ranges[i].encoding, encoding->name))
			try_range(text, listed_ranges[i].prefix, listed_ranges[i].suffix, listed_ranges[i].first,
					  listed_ranges[i].last, &size, id);
	return size;
}

/* May a special token of the encoding begin with this byte? */
static void
mark_first_bytes(const Encoding *encoding, bool *starts)
{
	memset(starts, 0, 256 * sizeof(*starts));
	for (size_t i = 0; i < encoding->special_count; i++)
		if (encoding->special[i].text.size > 0)
			starts[(unsigned char) encoding->special[i].text.data[0]] = true;
	for (size_t i = 0; i < COUNT(listed_special); i++)
		if (llp_str_equal(listed_special[i].encoding, encoding->name))
			starts[(unsigned char) listed_special[i].token.text.data[0]] = true;
}

/* --- Texts ---------------------------------------------------------------------------------------------- */

/* A piece of more bytes than `limit` tokens can have is beyond it without being looked at. */
static bool
is_beyond(const Encoding *encoding, size_t size, size_t limit, const TokenSink *sink)
{
	return limit != LLP_NO_TOKEN_LIMIT &&
		   size / llp_vocabulary_longest(encoding->vocabulary) > limit - sink->count;
}

/* The tokens of a text without special ones. */
static Status
walk(const Encoding *encoding, Str text, size_t limit, const Host *host, TokenSink *sink)
{
	PieceEnd piece_end = llp_pretokens_function(encoding->pretokens);
	const unsigned char *at = (const unsigned char *) text.data;
	const unsigned char *end = at + text.size;
	const unsigned char *poll = at + (text.size < BYTES_A_POLL ? text.size : BYTES_A_POLL);

	while (at < end)
	{
		const unsigned char *stop = piece_end(at, end);
		size_t size = (size_t) (stop - at);
		Status status;

		if (is_beyond(encoding, size, limit, sink))
		{
			sink->count += size / llp_vocabulary_longest(encoding->vocabulary);
			return STATUS_OK;
		}
		status = llp_bpe_piece(encoding->vocabulary, at, size, host, sink);
		if (status != STATUS_OK || sink->count > limit)
			return status;
		at = stop;
		if (at < poll)
			continue;
		if (host->poll(host->context))
			return STATUS_CANCELLED;
		poll = at + ((size_t) (end - at) < BYTES_A_POLL ? (size_t) (end - at) : BYTES_A_POLL);
	}
	return STATUS_OK;
}

Status
llp_count_tokens(const Encoding *encoding, Str text, size_t limit, const Host *host, size_t *count)
{
	TokenSink sink = {0};
	Status status = walk(encoding, text, limit, host, &sink);

	*count = sink.count;
	return status;
}

static Status
walk_special(const Encoding *encoding, Str text, const Host *host, TokenSink *sink)
{
	bool starts[256];
	size_t from = 0;
	size_t at = 0;

	mark_first_bytes(encoding, starts);
	while (at < text.size)
	{
		uint32_t id = 0;
		size_t size = 0;
		Status status;

		if (starts[(unsigned char) text.data[at]])
			size = special_at(encoding, (Str){text.data + at, text.size - at}, &id);
		if (size == 0)
		{
			at++;
			continue;
		}
		status = walk(encoding, (Str){text.data + from, at - from}, LLP_NO_TOKEN_LIMIT, host, sink);
		if (status != STATUS_OK)
			return status;
		sink->ids[sink->count++] = id;
		at += size;
		from = at;
	}
	return walk(encoding, (Str){text.data + from, text.size - from}, LLP_NO_TOKEN_LIMIT, host, sink);
}

Status
llp_tokenize(const Encoding *encoding, Str text, bool special, Arena *arena, TokenList *tokens)
{
	TokenSink sink = {.ids = llp_arena_array(arena, text.size, sizeof(uint32_t)), .capacity = text.size};
	const Host *host = llp_arena_host(arena);
	Status status;

	if (sink.ids == NULL)
		return STATUS_NO_MEMORY;
	status = special ? walk_special(encoding, text, host, &sink)
					 : walk(encoding, text, LLP_NO_TOKEN_LIMIT, host, &sink);
	*tokens = (TokenList){sink.ids, sink.count};
	return status;
}

Str
llp_token_bytes(const Encoding *encoding, uint32_t id)
{
	Str bytes = llp_vocabulary_bytes(encoding->vocabulary, id);

	for (size_t i = 0; bytes.size == 0 && i < encoding->special_count; i++)
		if (encoding->special[i].id == id)
			bytes = encoding->special[i].text;
	for (size_t i = 0; bytes.size == 0 && i < COUNT(listed_special); i++)
		if (listed_special[i].token.id == id && llp_str_equal(listed_special[i].encoding, encoding->name))
			bytes = listed_special[i].token.text;
	return bytes;
}
