/*
 * llm/injection_scan.c - the pass over one layer: finds its words, and hands on whatever else looks
 * suspicious.
 *
 * Owns how a text falls into words, also where letters stand apart ("i g n o r e"), are written with digits,
 * or hide zero-width characters.
 */
#include "llm/injection_scan.h"

#include "base/character.h"
#include "base/utf8.h"
#include "llm/injection_fold.h"

/* Letters standing apart that are kept: a longer run is looked at in pieces. */
#define MAX_APART 256
/* Letters apart that may be a word; the least letters of a word within a longer run. */
#define MIN_APART 3
#define MIN_WITHIN 4
/* Characters of a word in a script without spaces. */
#define MAX_IDEOGRAPHS 8
#define MIN_IDEOGRAPH_STEP 1
/* Letters and digits in a row that may be a code. */
#define MIN_CODE 12
/* Bytes between two escapes of one segment, and how many escapes make one. */
#define ESCAPE_GAP 48
#define MIN_ESCAPES 3

typedef enum ByteClass
{
	BYTE_PLAIN, /* divides words and is nothing more */
	BYTE_LETTER,
	BYTE_DIGIT,
	BYTE_HIGH,	 /* beyond ASCII */
	BYTE_STOP,	 /* ends a sentence */
	BYTE_SPECIAL /* may begin something */
} ByteClass;

#define HIGH_ROW                                                                                             \
	BYTE_HIGH, BYTE_HIGH, BYTE_HIGH, BYTE_HIGH, BYTE_HIGH, BYTE_HIGH, BYTE_HIGH, BYTE_HIGH, BYTE_HIGH,       \
		BYTE_HIGH, BYTE_HIGH, BYTE_HIGH, BYTE_HIGH, BYTE_HIGH, BYTE_HIGH, BYTE_HIGH

static const uint8_t classes[256] = {['\n'] = BYTE_SPECIAL,
									 ['<'] = BYTE_SPECIAL,
									 ['['] = BYTE_SPECIAL,
									 [']'] = BYTE_SPECIAL,
									 ['{'] = BYTE_SPECIAL,
									 ['#'] = BYTE_SPECIAL,
									 ['%'] = BYTE_SPECIAL,
									 ['\\'] = BYTE_SPECIAL,
									 ['&'] = BYTE_SPECIAL,
									 [':'] = BYTE_SPECIAL,
									 ['!'] = BYTE_SPECIAL,
									 ['.'] = BYTE_STOP,
									 ['?'] = BYTE_STOP,
									 ['0'] = BYTE_DIGIT,
									 BYTE_DIGIT,
									 BYTE_DIGIT,
									 BYTE_DIGIT,
									 BYTE_DIGIT,
									 BYTE_DIGIT,
									 BYTE_DIGIT,
									 BYTE_DIGIT,
									 BYTE_DIGIT,
									 BYTE_DIGIT,
									 ['A'] = BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 ['a'] = BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 BYTE_LETTER,
									 [0x80] = HIGH_ROW,
									 HIGH_ROW,
									 HIGH_ROW,
									 HIGH_ROW,
									 HIGH_ROW,
									 HIGH_ROW,
									 HIGH_ROW,
									 HIGH_ROW};

/* Letters that stand apart, with where each stood. */
typedef struct Apart
{
	size_t count;
	char letters[MAX_APART];
	size_t starts[MAX_APART];
	size_t end;
} Apart;

typedef struct Pass
{
	Scan *scan;
	const Layer *layer;
	Str text;
	PhraseMatcher *matcher;
	size_t next_poll;
	size_t word_end;	  /* of the last word */
	size_t segment_until; /* how far codes, tags and URLs have been looked at */
	size_t tag_until;
	size_t url_until;
	bool in_image;	 /* after "![", before its URL */
	Segment escapes; /* the run of escapes so far; end 0: none */
	size_t escape_count;
	Apart apart;
	Unseen unseen;
} Pass;

static unsigned char
byte_at(const Pass *pass, size_t at)
{
	return (unsigned char) pass->text.data[at];
}

static ByteClass
class_at(const Pass *pass, size_t at)
{
	return at < pass->text.size ? (ByteClass) classes[byte_at(pass, at)] : BYTE_PLAIN;
}

/* Words */

static void
take_word(Pass *pass, const WordEntry *entry, InjectionSource source, size_t start, size_t end)
{
	Word word = {entry, source, start, end};
	PhraseMatch match;

	if (llp_injection_match_word(pass->matcher, &word, &match))
		llp_injection_found(pass->scan, pass->layer, &match);
}

static void
look_up(Pass *pass, const WordKey *key, bool capitals, InjectionSource source, size_t start, size_t end)
{
	const WordEntry *entry = llp_injection_word(pass->scan->grammar, key, capitals);

	if (entry != NULL)
		take_word(pass, entry, source, start, end);
}

/* Looks into a code, once. */
static void
look_into(Pass *pass, const Segment *segment)
{
	Scan *scan = pass->scan;
	size_t depth = pass->layer->depth;
	size_t size;
	Layer inner = {.depth = depth + 1, .source = segment->code};

	if (depth >= INJECTION_DEPTH ||
		segment->end - segment->start > INJECTION_DEPTH * scan->size - scan->decoded)
		return;
	if (scan->decoding[depth] == NULL)
		scan->decoding[depth] = llp_arena_alloc(scan->arena, scan->size);
	if (scan->decoding[depth] == NULL)
	{
		scan->status = STATUS_NO_MEMORY;
		scan->is_done = true;
		return;
	}
	if (!llp_injection_decode(pass->text, segment, scan->decoding[depth], &size))
		return;
	scan->decoded += size;
	inner.text = (Str){scan->decoding[depth], size};
	inner.start = depth == 0 ? segment->start : pass->layer->start;
	inner.end = depth == 0 ? segment->end : pass->layer->end;
	llp_injection_scan_layer(scan, &inner);
}

/* A run of letters and digits from `start` to `end`: is it the beginning of a code? */
static void
try_code(Pass *pass, size_t start, size_t end)
{
	Segment segment;

	if (end - start < MIN_CODE || start < pass->segment_until)
		return;
	start = llp_injection_segment_start(pass->text, start, pass->segment_until);
	pass->segment_until = end;
	if (llp_injection_segment_at(pass->text, start, &segment))
	{
		pass->segment_until = segment.end;
		look_into(pass, &segment);
	}
}

/* Letters apart */

static WordKey
key_of_letters(const char *letters, size_t count)
{
	WordKey key = {{0}};

	memcpy(key.bytes, letters, count);
	return key;
}

/* The longest known word at a letter of the run: its letters, or 0. */
static size_t
word_in_run(Pass *pass, size_t at)
{
	const Apart *apart = &pass->apart;
	size_t longest = apart->count - at < 16 ? apart->count - at : 16;

	for (size_t count = longest; count >= MIN_APART; count--)
	{
		WordKey key;
		const WordEntry *entry;

		if (count < MIN_WITHIN && count != apart->count)
			break;
		key = key_of_letters(apart->letters + at, count);
		entry = llp_injection_word(pass->scan->grammar, &key, true);
		if (entry == NULL)
			continue;
		pass->matcher->position += WORD_STEP;
		take_word(pass, entry, INJECTION_FROM_SPACED, apart->starts[at],
				  at + count < apart->count ? apart->starts[at + count - 1] + 1 : apart->end);
		return count;
	}
	return 0;
}

/* The run of letters is over: looks for words in it. */
static void
flush_apart(Pass *pass)
{
	Apart *apart = &pass->apart;
	size_t words = 0;

	for (size_t at = 0; at + MIN_APART <= apart->count;)
	{
		size_t count = word_in_run(pass, at);

		words += count > 0 ? 1 : 0;
		at += count > 0 ? count : 1;
	}
	if (words == 0) /* one word, as far as we can tell */
		pass->matcher->position += WORD_STEP;
	apart->count = 0;
}

static void
take_letter(Pass *pass, char letter, size_t start, size_t end)
{
	Apart *apart = &pass->apart;

	if (apart->count > 0 && (start - apart->end != 1 || apart->count == MAX_APART))
		flush_apart(pass);
	apart->letters[apart->count] = letter;
	apart->starts[apart->count++] = start;
	apart->end = end;
}

/* Words of ASCII letters alone */

#define ASCII_WORD_SIZE 16

/* Its bytes from ASCII_WORD_SIZE - n on keep n bytes and clear the others. */
static const unsigned char keep[2 * ASCII_WORD_SIZE] = {255, 255, 255, 255, 255, 255, 255, 255,
														255, 255, 255, 255, 255, 255, 255, 255};

/* The letters at `start`, in lower case; up to ASCII_WORD_SIZE. */
static WordKey
key_of_ascii(Str text, size_t start, size_t count)
{
	WordKey key = {{0}};
	uint64_t mask[2];

	if (text.size - start >= ASCII_WORD_SIZE)
		memcpy(key.bytes, text.data + start, ASCII_WORD_SIZE);
	else
		memcpy(key.bytes, text.data + start, count);
	memcpy(mask, keep + ASCII_WORD_SIZE - count, sizeof(mask));
	for (size_t i = 0; i < 2; i++)
		key.parts[i] = (key.parts[i] | UINT64_C(0x2020202020202020)) & mask[i];
	return key;
}

static bool
is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

static void
take_ascii_word(Pass *pass, size_t start, size_t end)
{
	size_t count = end - start;

	if (count == 1)
	{
		take_letter(pass, (char) (byte_at(pass, start) | 0x20), start, end);
		return;
	}
	if (pass->apart.count > 0)
		flush_apart(pass);
	pass->matcher->position += WORD_STEP;
	if (count <= ASCII_WORD_SIZE)
	{
		WordKey key = key_of_ascii(pass->text, start, count);

		look_up(pass, &key, is_capital(pass->text.data[start]) && is_capital(pass->text.data[start + 1]),
				INJECTION_FROM_TEXT, start, end);
	}
	try_code(pass, start, end);
}

/* Words of any characters */

typedef struct AnyWord
{
	uint32_t letters[WORD_SIZE];
	size_t count; /* it may be beyond what there is room for */
	size_t end;
	size_t code_size; /* bytes of its first run of ASCII letters and digits */
	bool has_latin;
	bool has_other; /* letters of another script */
	bool has_digit;
	bool is_disguised;
	bool hides; /* zero-width characters within it */
} AnyWord;

static bool
is_latin(uint32_t letter)
{
	return letter >= 'a' && letter <= 'z';
}

static void
add_letter(AnyWord *word, Character character, size_t end)
{
	if (word->count < WORD_SIZE)
		word->letters[word->count] = character.folded;
	word->count++;
	word->end = end;
	word->has_latin = word->has_latin || is_latin(character.folded);
	word->has_other = word->has_other || character.folded >= 0x370;
	word->has_digit = word->has_digit || (character.folded < 0x80 && !is_latin(character.folded));
	word->is_disguised = word->is_disguised || character.disguised;
}

/* '@' and '$' between letters, as in p@ssw0rd. */
static bool
is_leet_symbol(const Pass *pass, size_t at, const AnyWord *word)
{
	unsigned char c = byte_at(pass, at);

	return (c == '@' || c == '$') && word->count > 0 && class_at(pass, at + 1) == BYTE_LETTER;
}

static void
note_unseen(Pass *pass, uint32_t code_point, size_t at, size_t size)
{
	bool before_latin = class_at(pass, at + size) == BYTE_LETTER;

	if (at == 0 || class_at(pass, at - 1) != BYTE_HIGH)
		pass->unseen.after_latin = at > 0 && class_at(pass, at - 1) == BYTE_LETTER;
	llp_injection_unseen_note(&pass->unseen, code_point, before_latin, at, size);
}

/* Reads a word from `at`; it is empty where none begins.  Returns where to go on. */
static size_t
read_word(Pass *pass, size_t at, AnyWord *word)
{
	bool hiding = false;

	while (at < pass->text.size)
	{
		size_t size;
		uint32_t code_point = llp_injection_code_point(pass->text, at, &size);
		Character character = llp_injection_fold(code_point);

		if (is_leet_symbol(pass, at, word))
			character = (Character){CHARACTER_WORD, code_point, false};
		if (code_point >= 0x80)
			note_unseen(pass, code_point, at, size);
		else if (character.kind == CHARACTER_WORD && word->code_size == word->count)
			word->code_size++;
		if (character.kind == CHARACTER_WORD)
		{
			word->hides = word->hides || (hiding && word->count > 0);
			add_letter(word, character, at + size);
		}
		else if (character.kind != CHARACTER_UNSEEN)
			break;
		hiding = character.kind == CHARACTER_UNSEEN && code_point > 0x36F;
		at += size;
	}
	return at;
}

/* Makes plain letters of digits, and of letters of another script among Latin ones; `one` is what 1 stands
 * for. */
static bool
undisguise(AnyWord *word, char one)
{
	bool changed = false;

	for (size_t i = 0; i < word->count; i++)
	{
		uint32_t letter = word->letters[i];
		uint32_t plain = letter < 0x80 ? (unsigned char) llp_injection_leet((char) letter)
									   : llp_injection_look_alike(letter);

		if (letter == '1')
			plain = (unsigned char) one;
		if (plain == 0)
			continue;
		word->letters[i] = plain;
		changed = true;
	}
	return changed;
}

/* The word as a key; false where it is longer than any of ours. */
static bool
key_of_any(const AnyWord *word, WordKey *key)
{
	size_t size = 0;

	*key = (WordKey){{0}};
	for (size_t i = 0; i < word->count; i++)
	{
		if (size + 4 > WORD_SIZE)
			return false;
		size += llp_utf8_encode(word->letters[i], key->bytes + size);
	}
	return true;
}

static InjectionSource
source_of(const AnyWord *word)
{
	if (word->hides)
		return INJECTION_FROM_HIDDEN;
	return word->is_disguised ? INJECTION_FROM_LOOK_ALIKE : INJECTION_FROM_TEXT;
}

static void
look_up_any(Pass *pass, AnyWord *word, size_t start)
{
	bool in_disguise = word->has_latin && (word->has_digit || word->has_other);
	WordKey key;

	if (word->count > WORD_SIZE)
		return;
	for (size_t i = 0; i < (in_disguise ? 2 : 1); i++) /* a 1 is an i or an l */
	{
		AnyWord plain = *word;

		if (in_disguise)
			plain.is_disguised = undisguise(&plain, i == 0 ? 'i' : 'l') || plain.is_disguised;
		if (key_of_any(&plain, &key))
			look_up(pass, &key, false, source_of(&plain), start, word->end);
	}
}

/* A word that is not of ASCII letters alone begins at `at`, or something that only may be one. */
static size_t
take_any_word(Pass *pass, size_t at)
{
	AnyWord word = {.count = 0};
	size_t next = read_word(pass, at, &word);

	if (word.count == 0)
		return next;
	if (word.count == 1 && word.letters[0] < 0x80)
	{
		char plain =
			is_latin(word.letters[0]) ? (char) word.letters[0] : llp_injection_leet((char) word.letters[0]);

		if (plain != 0)
		{
			take_letter(pass, plain, at, word.end);
			return next;
		}
	}
	if (pass->apart.count > 0)
		flush_apart(pass);
	pass->matcher->position += WORD_STEP;
	look_up_any(pass, &word, at);
	if (word.code_size >= MIN_CODE)
		try_code(pass, at, at + word.code_size);
	return next;
}

/* A character of a script without spaces: the longest word that begins with it, or the character alone. */
static size_t
take_ideograph(Pass *pass, size_t at, uint32_t code_point, size_t size)
{
	size_t ends[MAX_IDEOGRAPHS];
	size_t count = 0;

	for (size_t end = at, step = size; count < MAX_IDEOGRAPHS && end < pass->text.size; ends[count++] = end)
	{
		uint32_t next = llp_injection_code_point(pass->text, end, &step);

		if (llp_injection_fold(next).kind != CHARACTER_IDEOGRAPH || end + step - at > WORD_SIZE)
			break;
		end += step;
		if (count == 0 && !llp_injection_starts_word(pass->scan->grammar, code_point))
		{
			pass->matcher->position += MIN_IDEOGRAPH_STEP;
			return end;
		}
	}
	for (size_t i = count; i > 0; i--)
	{
		WordKey key = {{0}};
		const WordEntry *entry;

		memcpy(key.bytes, pass->text.data + at, ends[i - 1] - at);
		entry = llp_injection_word(pass->scan->grammar, &key, false);
		if (entry == NULL)
			continue;
		pass->matcher->position += (int64_t) i;
		take_word(pass, entry, INJECTION_FROM_TEXT, at, ends[i - 1]);
		return ends[i - 1];
	}
	pass->matcher->position += MIN_IDEOGRAPH_STEP;
	return at + size;
}

/* A character beyond ASCII. */
static size_t
take_high(Pass *pass, size_t at)
{
	size_t size;
	uint32_t code_point = llp_injection_code_point(pass->text, at, &size);
	Character character = llp_injection_fold(code_point);

	if (character.kind == CHARACTER_WORD || character.kind == CHARACTER_UNSEEN)
		return take_any_word(pass, at);
	note_unseen(pass, code_point, at, size);
	if (character.kind == CHARACTER_IDEOGRAPH)
		return take_ideograph(pass, at, code_point, size);
	if (code_point == 0x3002 || code_point == 0xFF01 ||
		code_point == 0xFF1F) /* the ends of a sentence in CJK */
		pass->matcher->position += SENTENCE_STEP;
	return at + size;
}

/* Escapes */

static void
flush_escapes(Pass *pass)
{
	if (pass->escape_count >= MIN_ESCAPES)
	{
		Segment segment = pass->escapes;

		while (segment.end < pass->text.size && !is_space(pass->text.data[segment.end]) &&
			   segment.end - pass->escapes.end < ESCAPE_GAP)
			segment.end++;
		look_into(pass, &segment);
	}
	pass->escape_count = 0;
}

/* Joins an escape to the run before it, or begins a run with the word in which it stands. */
static void
take_escape(Pass *pass, size_t at, size_t size)
{
	if (pass->escape_count > 0 && at - pass->escapes.end > ESCAPE_GAP)
		flush_escapes(pass);
	if (pass->escape_count++ == 0)
	{
		size_t floor = at > ESCAPE_GAP ? at - ESCAPE_GAP : 0;

		if (floor < pass->escapes.end)
			floor = pass->escapes.end;
		pass->escapes = (Segment){.start = at, .code = INJECTION_FROM_ESCAPES};
		while (pass->escapes.start > floor && !is_space(pass->text.data[pass->escapes.start - 1]))
			pass->escapes.start--;
	}
	pass->escapes.end = at + size;
}

/* Everything else */

/* What comes is far from what was, and is not negated by it. */
static void
end_sentence(Pass *pass)
{
	pass->matcher->position += SENTENCE_STEP;
	pass->matcher->negation = -TEXT_STEP;
}

static void
report(Pass *pass, PhraseMatch match)
{
	match.source = INJECTION_FROM_TEXT;
	llp_injection_found(pass->scan, pass->layer, &match);
}

static void
try_marker(Pass *pass, size_t at, bool line_start)
{
	PhraseMatch match;

	if (llp_injection_marker_at(pass->text, at, line_start, &match) > 0)
		report(pass, match);
}

/* Behind spaces and what lists and quotes begin with. */
static void
begin_line(Pass *pass, size_t at)
{
	size_t limit = at + 16;

	while (at < pass->text.size && at < limit && strchr(" \t#*>", pass->text.data[at]) != NULL)
		at++;
	if (at < pass->text.size)
		try_marker(pass, at, true);
}

static void
try_url(Pass *pass, size_t at)
{
	PhraseMatch match;

	if (at < pass->url_until)
		return;
	if (llp_injection_url_at(pass->text, at, pass->in_image, &pass->url_until, &match))
		report(pass, match);
	pass->in_image = false;
}

static void
try_tag(Pass *pass, size_t at)
{
	PhraseMatch match;

	if (at >= pass->tag_until && llp_injection_tag_at(pass->text, at, &pass->tag_until, &match))
		report(pass, match);
}

/* A colon right behind a word that may be the name of what follows: "new instructions:". */
static void
take_colon(Pass *pass, size_t at)
{
	pass->matcher->position += WORD_STEP;
	pass->matcher->negation = -TEXT_STEP;
	if (at == pass->word_end)
		take_word(pass, llp_injection_colon(pass->scan->grammar), INJECTION_FROM_TEXT, at, at + 1);
}

static size_t
take_special(Pass *pass, size_t at)
{
	char c = pass->text.data[at];
	size_t escape;

	switch (c)
	{
		case '\n':
			begin_line(pass, at + 1);
			break;
		case ':':
			take_colon(pass, at);
			break;
		case '!':
			end_sentence(pass);
			pass->in_image = pass->in_image || class_at(pass, at + 1) == BYTE_SPECIAL;
			break;
		case ']':
			if (at + 1 < pass->text.size && pass->text.data[at + 1] == '(')
				try_url(pass, at + 2);
			break;
		case '<':
			try_tag(pass, at);
			try_marker(pass, at, false);
			break;
		case '%':
		case '\\':
		case '&':
			escape = llp_injection_escape_at(pass->text, at);
			if (escape == 0)
				break;
			take_escape(pass, at, escape);
			return at + escape;
		default:
			try_marker(pass, at, false);
			break;
	}
	return at + 1;
}

static size_t
skip_letters(const Pass *pass, size_t at)
{
	while (at < pass->text.size && classes[byte_at(pass, at)] == BYTE_LETTER)
		at++;
	return at;
}

static size_t
take_letters(Pass *pass, size_t at)
{
	size_t end = skip_letters(pass, at);
	ByteClass next = class_at(pass, end);

	if (next == BYTE_DIGIT || next == BYTE_HIGH ||
		(end < pass->text.size && (pass->text.data[end] == '@' || pass->text.data[end] == '$')))
		return take_any_word(pass, at);
	take_ascii_word(pass, at, end);
	pass->word_end = end;
	return end;
}

/* A number is a word that is none of ours. */
static size_t
take_digits(Pass *pass, size_t at)
{
	size_t end = at;

	while (class_at(pass, end) == BYTE_DIGIT)
		end++;
	if (end - at == 1 || end - at >= MIN_CODE || class_at(pass, end) == BYTE_LETTER ||
		class_at(pass, end) == BYTE_HIGH)
		return take_any_word(pass, at);
	pass->matcher->position += WORD_STEP;
	return end;
}

static size_t
take_next(Pass *pass, size_t at)
{
	switch (class_at(pass, at))
	{
		case BYTE_LETTER:
			return take_letters(pass, at);
		case BYTE_DIGIT:
			return take_digits(pass, at);
		case BYTE_HIGH:
			return take_high(pass, at);
		case BYTE_SPECIAL:
			return take_special(pass, at);
		case BYTE_STOP:
			end_sentence(pass);
			return at + 1;
		case BYTE_PLAIN:
			break;
	}
	return at + 1;
}

/* The matcher of a depth goes on from layer to layer, far behind the words of the last one. */
static PhraseMatcher *
matcher_of(Scan *scan, size_t depth)
{
	if (scan->matchers[depth] == NULL)
	{
		scan->matchers[depth] = llp_arena_new(scan->arena, PhraseMatcher);
		if (scan->matchers[depth] == NULL)
			return NULL;
		llp_injection_matcher_init(scan->matchers[depth]);
	}
	scan->matchers[depth]->position += TEXT_STEP;
	return scan->matchers[depth];
}

/* Text in invisible characters is a layer of its own. */
static void
look_at_hidden(Pass *pass)
{
	Unseen *unseen = &pass->unseen;
	size_t depth = pass->layer->depth;
	Layer inner = {.text = {unseen->hidden, unseen->hidden_size},
				   .depth = depth + 1,
				   .source = INJECTION_FROM_HIDDEN,
				   .start = depth == 0 ? unseen->hidden_start : pass->layer->start,
				   .end = depth == 0 ? unseen->hidden_end : pass->layer->end};

	if (unseen->hidden_size > 0 && depth < INJECTION_DEPTH)
		llp_injection_scan_layer(pass->scan, &inner);
}

void
llp_injection_scan_layer(Scan *scan, const Layer *layer)
{
	Pass pass;

	pass.scan = scan;
	pass.layer = layer;
	pass.text = layer->text;
	pass.matcher = matcher_of(scan, layer->depth);
	pass.next_poll = POLL_STEP;
	pass.word_end = pass.segment_until = pass.tag_until = pass.url_until = 0;
	pass.in_image = false;
	pass.escapes = (Segment){0, 0, INJECTION_FROM_ESCAPES};
	pass.escape_count = pass.apart.count = 0;
	llp_injection_unseen_init(&pass.unseen);
	if (pass.matcher == NULL)
	{
		scan->status = STATUS_NO_MEMORY;
		scan->is_done = true;
		return;
	}
	if (scan->canaries != NULL)
		llp_injection_canaries_find(scan, layer);
	begin_line(&pass, 0);
	for (size_t at = 0; at < layer->text.size && !scan->is_done;)
	{
		at = take_next(&pass, at);
		if (at >= pass.next_poll)
		{
			pass.next_poll = at + POLL_STEP;
			(void) llp_injection_poll(scan);
		}
	}
	if (!scan->is_done)
		flush_apart(&pass);
	if (!scan->is_done)
		flush_escapes(&pass);
	if (!scan->is_done)
		llp_injection_unseen_report(&pass.unseen, scan, layer);
	if (!scan->is_done)
		look_at_hidden(&pass);
}
