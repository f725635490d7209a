/*
 * llm/injection_fold.h - characters as the matcher of injections compares them.
 *
 * A small part of what NFKC, case folding and the removal of accents do (Unicode 15), chosen for the
 * disguises that are seen in attacks: full-width, circled, squared and mathematical letters become plain
 * ones.
 */
#ifndef LLP_LLM_INJECTION_FOLD_H
#define LLP_LLM_INJECTION_FOLD_H

#include <stdint.h>

#include "base/str.h"

/* What stands where a byte is no UTF-8. */
#define NO_CODE_POINT 0xFFFD

typedef enum CharacterKind
{
	CHARACTER_SEPARATOR,
	CHARACTER_WORD,
	CHARACTER_IDEOGRAPH, /* of a script that puts no spaces between words */
	CHARACTER_UNSEEN	 /* takes no room, or sits on the character before it */
} CharacterKind;

typedef struct Character
{
	CharacterKind kind;
	uint32_t folded; /* of a word's character: without case and accent */
	bool disguised;	 /* it is a letter of another shape */
} Character;

/* The code point at an offset within the text, and its size in bytes, at least 1. */
extern uint32_t llp_injection_code_point(Str text, size_t at, size_t *size);
extern Character llp_injection_fold(uint32_t code_point);
/* The Latin letter that a folded Greek or Cyrillic one looks like, or 0. */
extern uint32_t llp_injection_look_alike(uint32_t folded);
/* The letter that a digit or symbol of ASCII stands for in leetspeak, or 0. */
extern char llp_injection_leet(char c);

#endif
