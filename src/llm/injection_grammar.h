/*
 * llm/injection_grammar.h - the words and phrases of an injection, ready for look-ups.
 *
 * Owns the table of words and the sequences of concepts; what has been seen of a text so far is in a
 * PhraseMatcher.
 */
#ifndef LLP_LLM_INJECTION_GRAMMAR_H
#define LLP_LLM_INJECTION_GRAMMAR_H

#include "llm/injection.h"

/* Bytes of a folded word: longer ones are none of ours. */
#define WORD_SIZE 32
#define PHRASE_SLOTS 4
/* A position is counted in halves of a word, because a character of a script without spaces is about half a
 * word. */
#define WORD_STEP 2
/* How far apart the end of a sentence, and another text, put two words. */
#define SENTENCE_STEP (3 * WORD_STEP)
#define TEXT_STEP 1000

typedef enum ConceptNumber
{
#define INJECTION_CONCEPT(symbol) CONCEPT_##symbol,
#include "llm/injection.def"
	CONCEPTS
} ConceptNumber;

/* A folded word, padded with zeros. */
typedef union WordKey
{
	char bytes[WORD_SIZE];
	uint64_t parts[WORD_SIZE / sizeof(uint64_t)];
} WordKey;

typedef struct WordEntry
{
	WordKey key;
	uint64_t concepts; /* bits by ConceptNumber */
	uint64_t phrases;  /* the phrases that have one of them, bits by number */
	uint32_t languages;
	bool capitals; /* it counts in capitals only */
} WordEntry;

/* A word of a text that the grammar knows. */
typedef struct Word
{
	const WordEntry *entry;
	InjectionSource source;
	size_t start; /* bytes of the text */
	size_t end;
} Word;

/* How far a phrase has come. */
typedef struct PhraseStage
{
	int64_t position; /* of its last word */
	size_t start;	  /* of its first */
	uint32_t languages;
	InjectionSource source;
	bool negated;
} PhraseStage;

#define MAX_PHRASES 64

/* What has been seen of a text: for each phrase and slot the last place where the sequence had come to it. */
typedef struct PhraseMatcher
{
	int64_t position;
	int64_t negation; /* where the last NOT stood */
	PhraseStage stages[MAX_PHRASES][PHRASE_SLOTS];
} PhraseMatcher;

/* A phrase that is complete. */
typedef struct PhraseMatch
{
	InjectionReason reason;
	InjectionSource source;
	InjectionLanguage language;
	double weight;
	size_t start;
	size_t end;
} PhraseMatch;

/* The word of a key, or NULL; `capitals`: the text has it in capitals. */
extern const WordEntry *
llp_injection_word(const InjectionGrammar *grammar, const WordKey *key, bool capitals);
/* May a word that is written without spaces begin with this code point? */
extern bool llp_injection_starts_word(const InjectionGrammar *grammar, uint32_t code_point);
/* The word ':' . */
extern const WordEntry *llp_injection_colon(const InjectionGrammar *grammar);

extern void llp_injection_matcher_init(PhraseMatcher *matcher);
/* Takes the next word; true when it completes phrases, of which `match` is the weightiest. */
extern bool llp_injection_match_word(PhraseMatcher *matcher, const Word *word, PhraseMatch *match);

#endif
