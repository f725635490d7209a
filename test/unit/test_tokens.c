/*
 * test/unit/test_tokens.c - vocabularies, pieces, merging, encodings, models, messages.
 */
#include "token_support.h"

#include <stdlib.h>

#include "doc/reader.h"
#include "llm/bpe.h"
#include "llm/messages.h"

static Arena *
new_arena(void)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);

	if (arena == NULL)
		abort();
	return arena;
}

/* A text of pieces that vocabularies have something to say about. */
static Str
random_text(Arena *arena, uint64_t *state, size_t words)
{
	static const char *const fragments[] = {
		"a",		"b",		"the", " ",	   "  ", "\n",	 "ing",
		"aaaa",		"Hello",	"'s",  "'LL",  "12", "3456", "\xe4\xbd\xa0",
		"\xcc\x81", "/",		"==",  "\r\n", "\t", "X",	 "\xf0\x9f\x98\x80",
		"\xc3\xa9", "\xc5\xbf", "ab"};
	StrBuf text;

	llp_buf_init(&text, arena);
	for (size_t i = 0; i < words; i++)
	{
		const char *fragment = fragments[random_below(state, sizeof(fragments) / sizeof(fragments[0]))];

		for (uint32_t n = random_below(state, 8) == 0 ? random_below(state, 40) : 1; n > 0; n--)
			llp_buf_append(&text, llp_str(fragment));
	}
	return llp_buf_str(&text);
}

static bool
same_tokens(const TokenSink *sink, const uint32_t *ids, size_t count)
{
	return sink->count == count && memcmp(sink->ids, ids, count * sizeof(*ids)) == 0;
}

/* Both methods make of a piece what the rule makes of it, word by word. */
static void
check_piece(Arena *arena, const Vocabulary *vocabulary, Str piece)
{
	const unsigned char *bytes = (const unsigned char *) piece.data;
	uint32_t *expected = llp_arena_array(arena, piece.size, sizeof(uint32_t));
	uint32_t *ids = llp_arena_array(arena, piece.size, sizeof(uint32_t));
	TokenSink sink = {0, ids, piece.size};
	size_t count = naive_merge(vocabulary, piece, expected);

	CHECK_INT(llp_bpe_long(vocabulary, bytes, piece.size, &llp_libc_host, &sink), STATUS_OK);
	CHECK(same_tokens(&sink, expected, count));
	if (piece.size > LLP_SHORT_PIECE)
		return;
	sink.count = 0;
	llp_bpe_short(vocabulary, bytes, piece.size, &sink);
	CHECK(same_tokens(&sink, expected, count));
}

UNIT_TEST(tokens_of_random_pieces_follow_the_rule)
{
	static const char *const names[] = {"cl100k_base", "o200k_base", "claude_legacy"};
	uint64_t state = 7;

	for (int i = 0; i < 600; i++)
	{
		Arena *arena = new_arena();
		const Encoding *encoding = shipped_encoding(names[i % 3]);
		Str text = random_text(arena, &state, 1 + random_below(&state, 40));

		check_piece(arena, encoding->vocabulary, text);
		llp_arena_destroy(arena);
	}
}

/* Any letters, in long runs of few different ones: queues fill out of order. */
UNIT_TEST(tokens_of_long_pieces_follow_the_rule)
{
	const Encoding *encoding = shipped_encoding("o200k_base");
	uint64_t state = 11;

	for (int i = 0; i < 40; i++)
	{
		char piece[700];
		Arena *arena = new_arena();
		uint32_t letters = 1 + random_below(&state, 6);

		for (size_t j = 0; j < sizeof(piece); j++)
			piece[j] = "aehtinos"[random_below(&state, letters)];
		check_piece(arena, encoding->vocabulary, (Str){piece, sizeof(piece)});
		llp_arena_destroy(arena);
	}
}

/* Text comes back from its tokens, and counting agrees with tokenizing, to the end and when stopped. */
UNIT_TEST(tokens_give_their_text_back)
{
	Encoding encoding;
	uint64_t state = 3;

	for (size_t e = 0; llp_encoding_listed(e, &encoding); e++)
	{
		const Encoding *shipped;

		if (llp_str_equal(encoding.name, STR("llama3")))
			continue;
		shipped = shipped_encoding(encoding.name.data);
		for (int i = 0; i < 60; i++)
		{
			Arena *arena = new_arena();
			Str text = random_text(arena, &state, random_below(&state, 60));
			TokenList tokens;
			StrBuf back;
			size_t count = 0;

			llp_buf_init(&back, arena);
			CHECK_INT(llp_tokenize(shipped, text, i % 2 == 0, arena, &tokens), STATUS_OK);
			for (size_t j = 0; j < tokens.count; j++)
				llp_buf_append(&back, llp_token_bytes(shipped, tokens.ids[j]));
			CHECK(llp_str_equal(llp_buf_str(&back), text));
			CHECK_INT(llp_count_tokens(shipped, text, LLP_NO_TOKEN_LIMIT, &llp_libc_host, &count), STATUS_OK);
			CHECK_INT(count, tokens.count);
			if (tokens.count > 0)
			{
				size_t some = 0;

				CHECK_INT(llp_count_tokens(shipped, text, tokens.count - 1, &llp_libc_host, &some),
						  STATUS_OK);
				CHECK_INT(some, tokens.count);
				CHECK_INT(llp_count_tokens(shipped, text, tokens.count, &llp_libc_host, &some), STATUS_OK);
				CHECK_INT(some, tokens.count);
				CHECK_INT(llp_count_tokens(shipped, text, 0, &llp_libc_host, &some), STATUS_OK);
				CHECK(some > 0 && some <= tokens.count);
			}
			llp_arena_destroy(arena);
		}
	}
}

/* The flags of pretokenize.c come from unicode_classes.tsv: each range is one piece of letters or of digits.
 */
UNIT_TEST(tokens_know_the_classes_of_characters)
{
	Str ranges = unit_read_file("src/llm/unicode_classes.tsv");
	PieceEnd piece_end = llp_pretokens_function(PRETOKENS_R50K);
	int checked = 0;

	while (ranges.size > 0)
	{
		size_t size = (size_t) llp_str_find(ranges, STR("\n")) + 1;
		char class_name[8];
		unsigned first;
		unsigned last;

		if (sscanf(ranges.data, "%7s\t%x\t%x", class_name, &first, &last) == 3 &&
			(strcmp(class_name, "L") == 0 || strcmp(class_name, "N") == 0 || strcmp(class_name, "S") == 0))
		{
			for (unsigned code = first; code <= last; code += 1 + (last - first) / 8)
			{
				/* Among signs it begins a piece of its own kind: with a letter or a digit exactly. */
				char text[16];
				size_t length = encode_utf8(code, text);
				const unsigned char *bytes = (const unsigned char *) text;

				snprintf(text + length, sizeof(text) - length, "%s",
						 class_name[0] == 'N' ? "1=" : (class_name[0] == 'L' ? "a=" : "\t\t="));
				CHECK_INT(piece_end(bytes, bytes + length + (class_name[0] == 'S' ? 3 : 2)) - bytes,
						  length + 1);
				checked++;
			}
		}
		ranges = (Str){ranges.data + size, ranges.size - size};
	}
	CHECK(checked > 1500);
}

UNIT_TEST(vocabulary_refuses_what_is_none)
{
	Arena *arena = new_arena();
	Str block = unit_read_file("build/encodings/r50k_base.tokens");
	char *copy = llp_arena_alloc(arena, block.size);
	const char *problem;
	uint64_t state = 5;

	memcpy(copy, block.data, block.size);
	CHECK(llp_vocabulary_open(copy, block.size, &problem) != NULL);
	CHECK(llp_vocabulary_open(copy, 0, &problem) == NULL);
	CHECK_STR(llp_str(problem), "it is too short for a vocabulary");
	CHECK(llp_vocabulary_open(copy, block.size - 8, &problem) == NULL);
	CHECK_STR(llp_str(problem), "it has another size than it says");
	for (int i = 0; i < 200; i++)
	{
		size_t at = random_below(&state, (uint32_t) block.size);

		copy[at] = (char) (copy[at] + 1 + (int) random_below(&state, 255));
		CHECK(llp_vocabulary_open(copy, block.size, &problem) == NULL);
		copy[at] = block.data[at];
	}
	copy[0]++;
	CHECK(llp_vocabulary_open(copy, block.size, &problem) == NULL);
	CHECK_STR(llp_str(problem), "it is not a vocabulary");
	llp_arena_destroy(arena);
}

UNIT_TEST(vocabulary_is_built_only_of_sound_lists)
{
	static const struct
	{
		Str ranks;
		const char *problem;
	} rows[] = {{{"\x01\x61\x02z", 4}, "the list ends within a token"},
				{{"\xff\x61", 2}, "the list ends within a token"},
				{{"\x00", 1}, "a token is empty or too long"},
				{{"\x01\x61\x01\x61", 4}, "a token is there twice"},
				{{"\x01\x61", 2}, "a single byte has no token"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		Arena *arena = new_arena();
		const char *problem = NULL;
		Str block;

		CHECK_INT(llp_vocabulary_build(arena, rows[i].ranks, (TokenNumbering){0, 0}, &block, &problem),
				  STATUS_INVALID);
		CHECK_STR(llp_str(problem), rows[i].problem);
		llp_arena_destroy(arena);
	}
}

static bool
poll_always(void *context)
{
	(void) context;
	return true;
}

UNIT_TEST(counting_stops_when_asked_to)
{
	Host host = llp_libc_host;
	const Encoding *encoding = shipped_encoding("o200k_base");
	char *run = malloc(200000);
	size_t count = 0;

	host.poll = poll_always;
	memset(run, 'a', 200000);
	CHECK_INT(llp_count_tokens(encoding, (Str){run, 200000}, LLP_NO_TOKEN_LIMIT, &host, &count),
			  STATUS_CANCELLED);
	memset(run, '=', 200000);
	for (size_t i = 0; i < 200000; i += 2)
		run[i] = 'b';
	CHECK_INT(llp_count_tokens(encoding, (Str){run, 200000}, LLP_NO_TOKEN_LIMIT, &host, &count),
			  STATUS_CANCELLED);
	free(run);
}

static bool
tokenize_with_little_memory(Arena *arena, void *data)
{
	static const char text[] =
		"one aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	TokenList tokens;
	Status status = llp_tokenize(data, llp_str(text), true, arena, &tokens);

	CHECK(status == STATUS_OK || status == STATUS_NO_MEMORY);
	return status == STATUS_OK;
}

UNIT_TEST(tokens_survive_failing_allocations)
{
	Encoding encoding = *shipped_encoding("cl100k_base");

	unit_every_allocation_fails(tokenize_with_little_memory, &encoding);
}

UNIT_TEST(models_have_their_encodings)
{
	static const struct
	{
		const char *model;
		const char *encoding;
		const char *base;
	} rows[] = {{"gpt-4o", "o200k_base", ""},
				{"gpt-4", "cl100k_base", ""},
				{"gpt-4-32k-0314", "cl100k_base", ""},
				{"gpt-4.1-nano", "o200k_base", ""},
				{"gpt-4.5-preview", "o200k_base", ""},
				{"GPT-35-Turbo-16k", "cl100k_base", ""},
				{"o3-deep-research", "o200k_base", ""},
				{"o4-mini", "o200k_base", ""},
				{"openai/gpt-oss-20b", "o200k_harmony", ""},
				{"accounts/fireworks/models/gpt-oss-120b", "o200k_harmony", ""},
				{"ft:gpt-4o-mini-2024-07-18:acme::id", "o200k_base", ""},
				{"ft:gpt-4:acme", "cl100k_base", ""},
				{"text-davinci-edit-001", "p50k_edit", ""},
				{"davinci", "r50k_base", ""},
				{"claude-instant-1.2", "claude_legacy", ""},
				{"anthropic.claude-2", "claude_legacy", ""},
				{"meta.llama3-1-70b-instruct-v1:0", "llama3", "cl100k_base"},
				{"Meta-Llama-3-8B-Instruct-Lite", "llama3", "cl100k_base"},
				{"us.meta.llama4-scout-17b-instruct-v1:0", "", "o200k_base"},
				{"mistral.mistral-large-3", "", "mistral_tekken"},
				{"gpt-image-1", "", "o200k_base"},
				{"davinci-x", "", "o200k_base"},
				{"unknown.gpt-4o", "", "o200k_base"},
				{"us.", "", "o200k_base"},
				{"/", "", "o200k_base"},
				{"", "", "o200k_base"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		ModelTokens tokens = llp_model_tokens(llp_str(rows[i].model));

		CHECK_STR(tokens.encoding, rows[i].encoding);
		CHECK_STR(tokens.base, rows[i].base);
	}
}

/* Every rule names encodings that there are, and every encoding's pretokens exist. */
UNIT_TEST(models_and_encodings_are_listed)
{
#define MODEL(name, known) CHECK(llp_encoding_named(STR(known), &encoding));
#define MODEL_PREFIX(prefix, known) MODEL(prefix, known)
#define ESTIMATE(prefix, known, by, likely, low, high, digits)                                               \
	CHECK(llp_encoding_named(STR(by), &encoding) && (low) <= (likely) && (likely) <= (high) && (high) >= 100);
	Encoding encoding;

#include "llm/models.def"
	for (size_t i = 0; llp_encoding_listed(i, &encoding); i++)
		CHECK(encoding.pretokens < PRETOKENS_COUNT);
}

UNIT_TEST(model_patterns_match)
{
	CHECK(llp_model_matches(STR("vendor/Acme-Chat"), STR("acme-chat")));
	CHECK(llp_model_matches(STR("vendor/acme"), STR("vendor/acme")));
	CHECK(llp_model_matches(STR("eu.anthropic.claude-x"), STR("claude-*")));
	CHECK(llp_model_matches(STR("anything"), STR("*")));
	CHECK(!llp_model_matches(STR("acme-chat-2"), STR("acme-chat")));
	CHECK(!llp_model_matches(STR("acme"), STR("acme-chat")));
	CHECK(!llp_model_matches(STR("acme"), STR("")));
}

UNIT_TEST(estimates_stay_within_the_text)
{
	ModelTokens model = llp_model_tokens(STR("no such model"));
	TextMeasure measure = {.tokens = 10, .bytes = 200, .digits = 4};
	TokenCount count = llp_estimate_tokens(&model, &measure);

	CHECK_INT(count.tokens, 12);
	CHECK_INT(count.low, 6);
	CHECK_INT(count.high, 34);
	measure = (TextMeasure){.tokens = 10, .bytes = 10, .digits = 10};
	count = llp_estimate_tokens(&model, &measure);
	CHECK_INT(count.high, 11);
	CHECK_INT(count.tokens, 11);
	measure = (TextMeasure){.tokens = 6, .overhead = 6};
	count = llp_estimate_tokens(&model, &measure);
	CHECK_INT(count.low, 6);
	CHECK_INT(count.high, 6);
}

static size_t
count_messages(const char *json, TextMeasure *measure, const char **problem)
{
	Arena *arena = new_arena();
	DiagnosticList findings;
	DocumentStream stream;
	StrBuf text;
	Value messages;
	Status status;

	llp_buf_init(&text, arena);
	llp_buf_append(&text, STR("{\"messages\": "));
	llp_buf_append(&text, llp_str(json));
	llp_buf_append(&text, STR("}"));
	llp_diag_init(&findings, arena);
	if (llp_read_documents(arena, llp_buf_str(&text), &stream, &findings) != STATUS_OK)
		abort();
	messages = llp_tree_value(llp_tree_get(stream.documents[0].root, STR("messages")));
	status = llp_count_message_tokens(shipped_encoding("o200k_base"), &messages, LLP_NO_TOKEN_LIMIT,
									  &llp_libc_host, measure, problem);
	llp_arena_destroy(arena);
	return status == STATUS_OK ? measure->tokens : 0;
}

UNIT_TEST(messages_have_their_overhead)
{
	static const struct
	{
		const char *messages;
		size_t tokens;
		bool is_partial;
	} rows[] = {
		{"[]", 3, false},
		{"[{\"role\": \"user\", \"content\": \"hello world\"}]", 3 + 3 + 1 + 2, false},
		{"[{\"role\": \"user\", \"content\": \"hello world\", \"name\": \"ann\"}]", 3 + 3 + 1 + 2 + 1 + 1,
		 false},
		{"[{\"role\": \"user\", \"content\": [\"hello\", {\"type\": \"text\", \"text\": \" world\"}]}]",
		 3 + 3 + 1 + 2, false},
		{"[{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}]", 3 + 3 + 1, true},
		{"[{\"role\": \"user\", \"content\": null, \"n\": 1}]", 3 + 3 + 1, false},
		{"[{\"tool_calls\": [{\"id\": \"x\", \"function\": {\"name\": \"hello\", \"arguments\": \" world\"}}]}]",
		 3 + 3 + 3 + 2, true},
		{"[{\"function_call\": {\"name\": \"hello\", \"arguments\": \" world\"}}]", 3 + 3 + 3 + 2, true},
	};
	TextMeasure measure;
	const char *problem;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
	{
		CHECK_INT(count_messages(rows[i].messages, &measure, &problem), rows[i].tokens);
		CHECK_INT(measure.is_partial, rows[i].is_partial);
	}
	CHECK_INT(count_messages("{}", &measure, &problem), 0);
	CHECK_STR(llp_str(problem), "messages are not a list");
	CHECK_INT(count_messages("[1]", &measure, &problem), 0);
	CHECK_STR(llp_str(problem), "a message is not an object");
}
