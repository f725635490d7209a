/*
 * policy/keys.h - policy/keys.def as enums and look-ups.
 *
 * An object of the format is named by the Key of its own line (KEY_RULE); its keys follow in the enum
 * (KEY_RULE_ID …) up to the next object.
 */
#ifndef LLP_POLICY_KEYS_H
#define LLP_POLICY_KEYS_H

#include "base/terms.h"

typedef enum Key
{
	KEY_NONE,
#define OBJECT(symbol, name, nature, what) KEY_##symbol,
#define KEY(object, symbol, name, type, need, what) KEY_##object##_##symbol,
#include "policy/keys.def"
	KEY_END
} Key;

typedef enum KeyType
{
	TYPE_NONE,
#define KEY_TYPE(symbol, expected) TYPE_##symbol,
#include "policy/keys.def"
	TYPE_END
} KeyType;

/* What an entry of `actions` may be. */
typedef enum ActionType
{
	ACTION_NONE,
#define ACTION_TYPE(symbol, name, object, verdict, advice) ACTION_##symbol,
#include "policy/keys.def"
	ACTION_END
} ActionType;

typedef enum ObjectNature
{
	NATURE_PLAIN,
	NATURE_OPEN,	 /* further keys are allowed; all are kept as written */
	NATURE_TEMPLATED /* strings may hold templates */
} ObjectNature;

/* Keys of one object, and one. */
#define LLP_MAX_OBJECT_KEYS 16

extern ObjectNature llp_object_nature(Key object);
extern size_t llp_object_key_count(Key object);

extern Str llp_key_name(Key key); /* camelCase */
extern KeyType llp_key_type(Key key);
extern bool llp_key_required(Key key);
extern const char *llp_key_what(Key key); /* what it is, for hints: no capital rules, no full stop */
/* The key of `object` with that spelling, camelCase or (not in an open object) snake_case; or KEY_NONE. */
extern Key llp_key_find(Key object, Str spelling);

extern const char *llp_type_expected(KeyType type); /* "a string" */
/* The n-th word, from 0, of a type that is a set of words; empty after the last and for other types. */
extern Str llp_type_word(KeyType type, size_t n);

extern ActionType llp_action_type_of(Str name);
extern Str llp_action_type_name(ActionType type);
extern Key llp_action_type_object(ActionType type);
extern Verdict llp_action_type_verdict(ActionType type);   /* VERDICT_NONE for advice */
extern AdviceType llp_action_type_advice(ActionType type); /* ADVICE_NONE for verdicts */

#endif
