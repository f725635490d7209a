/*
 * llm/injection_grammar.c - builds the table of words, and follows phrases through a text.
 *
 * A phrase is a sequence of sets of concepts with a bound on the distance from one to the next.  For each
 * phrase and slot the matcher keeps the last place where the slots up to it were filled: a later place
 * reaches whatever an earlier one would, so one place is enough, and a word costs as many steps as there are
 * slots for its concepts.
 */
#include "llm/injection_grammar.h"

#include "base/utf8.h"
#include "llm/injection_fold.h"

#define TABLE_BITS 13
#define TABLE_SIZE (1u << TABLE_BITS)
#define MAX_WORDS (TABLE_SIZE / 2)
#define STARTS_BITS 12
/* Words at most between NOT and the verb that it negates. */
#define NEGATION_GAP 3

struct InjectionGrammar
{
	/* Slots of a hash table with linear probing: number of the entry + 1, and some bits of its hash; 0:
	 * empty. */
	uint16_t numbers[TABLE_SIZE];
	uint16_t marks[TABLE_SIZE];
	uint8_t starts[(1 << STARTS_BITS) / 8]; /* first characters of words without spaces, by hash */
	uint32_t count;
	WordEntry colon;
	WordEntry words[MAX_WORDS];
};

typedef struct Phrase
{
	InjectionReason reason;
	double weight;
	int64_t gap; /* of positions */
	uint64_t slots[PHRASE_SLOTS];
} Phrase;

typedef struct WordList
{
	InjectionLanguage language;
	bool capitals;
	uint64_t concepts;
	const char *words;
} WordList;

/* The concepts as bits, under the names that the two lists below use.  A C23 enumeration, as compilers have
 * long had. */
enum
{
#define INJECTION_CONCEPT(symbol) symbol = INT64_C(1) << CONCEPT_##symbol,
#include "llm/injection.def"
};

_Static_assert(CONCEPTS <= 63, "a bit for each concept");

static const WordList word_lists[] = {
#define INJECTION_WORDS(language, concepts, words) {INJECTION_IN_##language, false, (concepts), words},
#define INJECTION_NAMES(language, concepts, words) {INJECTION_IN_##language, true, (concepts), words},
#include "llm/injection_words.def"
#undef INJECTION_WORDS
#undef INJECTION_NAMES
};

static const Phrase phrases[] = {
#define INJECTION_PHRASE(reason, weight, gap, ...)                                                           \
	{INJECTION_##reason, (weight) / 100.0, (gap) *WORD_STEP, {__VA_ARGS__}},
#include "llm/injection_phrases.def"
#undef INJECTION_PHRASE
};

#define PHRASE_COUNT (sizeof(phrases) / sizeof(phrases[0]))

_Static_assert(PHRASE_COUNT <= MAX_PHRASES, "a bit for each phrase");

/* The table */

static uint64_t
hash_key(const WordKey *key)
{
	uint64_t hash = key->parts[0] * UINT64_C(0x9E3779B97F4A7C15);

	hash ^= (key->parts[1] + (hash >> 32)) * UINT64_C(0xC2B2AE3D27D4EB4F);
	hash ^= (key->parts[2] ^ (key->parts[3] << 7)) * UINT64_C(0x165667B19E3779F9);
	return hash ^ hash >> 29;
}

static bool
same_key(const WordKey *a, const WordKey *b)
{
	return ((a->parts[0] ^ b->parts[0]) | (a->parts[1] ^ b->parts[1]) | (a->parts[2] ^ b->parts[2]) |
			(a->parts[3] ^ b->parts[3])) == 0;
}

/* The slot of a key: that of its word, or the empty one where it would stand. */
static uint32_t
find_slot(const InjectionGrammar *grammar, const WordKey *key)
{
	uint64_t hash = hash_key(key);
	uint32_t slot = (uint32_t) (hash >> (64 - TABLE_BITS));
	uint16_t mark = (uint16_t) hash;

	while (grammar->numbers[slot] != 0 &&
		   !(grammar->marks[slot] == mark && same_key(&grammar->words[grammar->numbers[slot] - 1].key, key)))
		slot = (slot + 1) % TABLE_SIZE;
	return slot;
}

const WordEntry *
llp_injection_word(const InjectionGrammar *grammar, const WordKey *key, bool capitals)
{
	uint16_t number = grammar->numbers[find_slot(grammar, key)];
	const WordEntry *entry;

	if (number == 0)
		return NULL;
	entry = &grammar->words[number - 1];
	return entry->capitals && !capitals ? NULL : entry;
}

static uint32_t
start_bit(uint32_t code_point)
{
	return code_point * UINT32_C(0x9E3779B1) >> (32 - STARTS_BITS);
}

bool
llp_injection_starts_word(const InjectionGrammar *grammar, uint32_t code_point)
{
	uint32_t bit = start_bit(code_point);

	return (grammar->starts[bit / 8] >> bit % 8 & 1) != 0;
}

const WordEntry *
llp_injection_colon(const InjectionGrammar *grammar)
{
	return &grammar->colon;
}

static uint64_t
phrases_of(uint64_t concepts)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < PHRASE_COUNT; i++)
		for (size_t slot = 0; slot < PHRASE_SLOTS; slot++)
			if ((phrases[i].slots[slot] & concepts) != 0)
				bits |= UINT64_C(1) << i;
	return bits;
}

/* Adds a word, or a meaning to one that is there. */
static void
add_word(InjectionGrammar *grammar, const WordKey *key, const WordList *list, InjectionLanguage language)
{
	const uint32_t cipher = UINT32_C(1) << INJECTION_IN_ROT13;
	uint32_t slot = find_slot(grammar, key);
	WordEntry *entry;

	if (grammar->numbers[slot] == 0)
	{
		if (grammar->count == MAX_WORDS)
			return; /* a unit test sees that this does not happen */
		grammar->words[grammar->count] = (WordEntry){.key = *key, .capitals = list->capitals};
		grammar->numbers[slot] = (uint16_t) ++grammar->count;
		grammar->marks[slot] = (uint16_t) hash_key(key);
	}
	entry = &grammar->words[grammar->numbers[slot] - 1];
	entry->concepts |= list->concepts;
	entry->phrases |= phrases_of(list->concepts);
	entry->languages |= language == INJECTION_IN_ANY ? ~cipher : UINT32_C(1) << language;
	entry->capitals = entry->capitals && list->capitals;
}

static void
add_start(InjectionGrammar *grammar, uint32_t code_point)
{
	uint32_t bit = start_bit(code_point);

	grammar->starts[bit / 8] |= (uint8_t) (1 << bit % 8);
}

static WordKey
fold_word(InjectionGrammar *grammar, Str word)
{
	WordKey key = {{0}};
	size_t size = 0;

	for (size_t at = 0, step; at < word.size && size + 4 <= WORD_SIZE; at += step)
	{
		uint32_t code_point = llp_injection_code_point(word, at, &step);
		Character character = llp_injection_fold(code_point);

		if (character.kind == CHARACTER_UNSEEN)
			continue;
		if (at == 0 && character.kind == CHARACTER_IDEOGRAPH)
			add_start(grammar, code_point);
		size += llp_utf8_encode(character.folded, key.bytes + size);
	}
	return key;
}

/* The letters of an English word, thirteen further. */
static WordKey
rotate(WordKey key)
{
	for (size_t i = 0; i < WORD_SIZE; i++)
		if (key.bytes[i] >= 'a' && key.bytes[i] <= 'z')
			key.bytes[i] = (char) ('a' + (key.bytes[i] - 'a' + 13) % 26);
	return key;
}

static void
add_words(InjectionGrammar *grammar, const WordList *list)
{
	Str words = llp_str(list->words);
	size_t start = 0;

	for (size_t at = 0; at <= words.size; at++)
	{
		WordKey key;

		if (at < words.size && words.data[at] != ' ')
			continue;
		key = fold_word(grammar, (Str){words.data + start, at - start});
		add_word(grammar, &key, list, list->language);
		start = at + 1;
		if (list->language != INJECTION_IN_EN || list->capitals)
			continue;
		key = rotate(key);
		if (grammar->numbers[find_slot(grammar, &key)] == 0) /* a real word stays what it is */
			add_word(grammar, &key, list, INJECTION_IN_ROT13);
	}
}

InjectionGrammar *
llp_injection_grammar_create(Arena *arena)
{
	InjectionGrammar *grammar = llp_arena_new(arena, InjectionGrammar);

	if (grammar == NULL)
		return NULL;
	for (size_t i = sizeof(word_lists) / sizeof(word_lists[0]);
		 i-- > 0;) /* English, which has ciphers, last */
		add_words(grammar, &word_lists[i]);
	grammar->colon = (WordEntry){.concepts = COLON, .phrases = phrases_of(COLON), .languages = UINT32_MAX};
	return grammar;
}

/* Matching */

void
llp_injection_matcher_init(PhraseMatcher *matcher)
{
	for (size_t i = 0; i < MAX_PHRASES; i++)
		for (size_t slot = 0; slot < PHRASE_SLOTS; slot++)
			matcher->stages[i][slot].position = -TEXT_STEP;
	matcher->position = 0;
	matcher->negation = -TEXT_STEP;
}

/* The first language of a set; of none where it is that of a cipher or of several that have no word of their
 * own. */
static InjectionLanguage
first_language(uint32_t languages)
{
	for (uint32_t i = INJECTION_NO_LANGUAGE + 1; i < INJECTION_IN_ROT13; i++)
		if ((languages >> i & 1) != 0)
			return (InjectionLanguage) i;
	return INJECTION_IN_EN;
}

static PhraseMatch
complete(const Phrase *phrase, const PhraseStage *last, size_t end)
{
	bool ciphered = last->languages == UINT32_C(1) << INJECTION_IN_ROT13;

	return (PhraseMatch){.reason = phrase->reason,
						 .source = ciphered ? INJECTION_FROM_ROT13 : last->source,
						 .language = first_language(last->languages),
						 .weight = last->negated ? phrase->weight / 2 : phrase->weight,
						 .start = last->start,
						 .end = end};
}

static bool
keep_weightier(PhraseMatch candidate, bool found, PhraseMatch *match)
{
	if (!found || candidate.weight > match->weight)
		*match = candidate;
	return true;
}

static size_t
last_slot(const Phrase *phrase)
{
	size_t slot = PHRASE_SLOTS - 1;

	while (phrase->slots[slot] == 0)
		slot--;
	return slot;
}

/* Fills a slot of a phrase with the word, where what comes before it allows; false where not. */
static bool
fill_slot(PhraseMatcher *matcher, const Phrase *phrase, PhraseStage *stages, size_t slot, const Word *word,
		  bool negated)
{
	const PhraseStage *before = slot == 0 ? NULL : &stages[slot - 1];
	uint32_t languages = word->entry->languages;

	if (before != NULL &&
		(matcher->position - before->position > phrase->gap || (languages & before->languages) == 0))
		return false;
	stages[slot] = (PhraseStage){.position = matcher->position,
								 .start = before == NULL ? word->start : before->start,
								 .languages = before == NULL ? languages : languages & before->languages,
								 .source = word->source,
								 .negated = negated};
	if (before != NULL)
	{
		if (before->source > word->source)
			stages[slot].source = before->source;
		stages[slot].negated = negated || before->negated;
	}
	return true;
}

/* What the word means here: to follow, negated, is to ignore; to ignore, negated, counts half. */
static uint64_t
meaning(PhraseMatcher *matcher, const WordEntry *entry, bool *negated)
{
	uint64_t concepts = entry->concepts;
	bool after_not = matcher->position - matcher->negation <= NEGATION_GAP * WORD_STEP;

	*negated = after_not && (concepts & (IGNORE | IGNORED)) != 0;
	if (after_not && (concepts & FOLLOW) != 0)
		concepts |= IGNORE;
	if ((concepts & NOT) != 0)
		matcher->negation = matcher->position;
	return concepts;
}

bool
llp_injection_match_word(PhraseMatcher *matcher, const Word *word, PhraseMatch *match)
{
	bool negated;
	uint64_t concepts = meaning(matcher, word->entry, &negated);
	uint64_t bits = word->entry->phrases;
	bool found = false;

	if ((concepts & ~word->entry->concepts) != 0)
		bits |= phrases_of(IGNORE);
	for (; bits != 0; bits &= bits - 1)
	{
		size_t number = (size_t) __builtin_ctzll(bits);
		const Phrase *phrase = &phrases[number];
		PhraseStage *stages = matcher->stages[number];
		size_t last = last_slot(phrase);

		for (size_t slot = last + 1; slot-- > 0;) /* backwards: a word fills one slot of a sequence */
		{
			if ((phrase->slots[slot] & concepts) == 0 ||
				!fill_slot(matcher, phrase, stages, slot, word, negated))
				continue;
			if (slot == last)
				found = keep_weightier(complete(phrase, &stages[slot], word->end), found, match);
		}
	}
	return found;
}
