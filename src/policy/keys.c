/*
 * policy/keys.c - the tables made of policy/keys.def.
 *
 * Looks things up; what is wrong with a document is policy/schema.c's to say.
 */
#include "policy/keys.h"

typedef struct KeyInfo
{
	Str name;
	KeyType type;
	bool required;
	bool is_object;
	ObjectNature nature; /* of an object */
	const char *what;
} KeyInfo;

#define NEED_REQUIRED true
#define NEED_OPTIONAL false

static const KeyInfo keys[KEY_END] = {
#define OBJECT(symbol, text, kind, about)                                                                    \
	[KEY_##symbol] = {                                                                                       \
		.name = {text, sizeof(text) - 1}, .is_object = true, .nature = NATURE_##kind, .what = about},
#define KEY(object, symbol, text, kind, need, about)                                                         \
	[KEY_##object##_##symbol] = {                                                                            \
		.name = {text, sizeof(text) - 1}, .type = TYPE_##kind, .required = NEED_##need, .what = about},
#include "policy/keys.def"
};

#define KEY(object, symbol, name, type, need, what)                                                          \
	_Static_assert(KEY_##object##_##symbol - KEY_##object < LLP_MAX_OBJECT_KEYS, "too many keys: " name);
#include "policy/keys.def"

static const char *const expectations[TYPE_END] = {
#define KEY_TYPE(symbol, expected) [TYPE_##symbol] = expected,
#include "policy/keys.def"
};

typedef struct TypeWord
{
	KeyType type;
	Str word;
} TypeWord;

static const TypeWord type_words[] = {
#define WORD(type, spelling) {TYPE_##type, {spelling, sizeof(spelling) - 1}},
#include "policy/keys.def"
};

typedef struct ActionTypeInfo
{
	Str name;
	Key object;
	Verdict verdict;
	AdviceType advice;
} ActionTypeInfo;

static const ActionTypeInfo action_types[ACTION_END] = {
#define ACTION_TYPE(symbol, text, object, verdict, advice)                                                   \
	[ACTION_##symbol] = {{text, sizeof(text) - 1}, KEY_##object, verdict, advice},
#include "policy/keys.def"
};

ObjectNature
llp_object_nature(Key object)
{
	return keys[object].nature;
}

size_t
llp_object_key_count(Key object)
{
	size_t count = 0;

	while (object + count + 1 < KEY_END && !keys[object + count + 1].is_object)
		count++;
	return count;
}

Str
llp_key_name(Key key)
{
	return keys[key].name;
}

KeyType
llp_key_type(Key key)
{
	return keys[key].type;
}

bool
llp_key_required(Key key)
{
	return keys[key].required;
}

const char *
llp_key_what(Key key)
{
	return keys[key].what;
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Is `spelling` the snake_case twin of `name`: each capital an underscore and its small letter? */
static bool
is_twin(Str name, Str spelling)
{
	size_t at = 0;

	for (size_t i = 0; i < name.size; i++)
	{
		char c = name.data[i];

		if (is_upper(c))
		{
			if (at == spelling.size || spelling.data[at++] != '_')
				return false;
			c = (char) (c - 'A' + 'a');
		}
		if (at == spelling.size || spelling.data[at++] != c)
			return false;
	}
	return at == spelling.size;
}

Key
llp_key_find(Key object, Str spelling)
{
	bool twins = keys[object].nature != NATURE_OPEN;
	size_t count = llp_object_key_count(object);

	for (size_t i = 1; i <= count; i++)
	{
		Str name = keys[object + i].name;

		if (llp_str_equal(name, spelling) || (twins && is_twin(name, spelling)))
			return (Key) (object + i);
	}
	return KEY_NONE;
}

const char *
llp_type_expected(KeyType type)
{
	return expectations[type];
}

static Str
listed_word(KeyType type, size_t n)
{
	for (size_t i = 0; i < sizeof(type_words) / sizeof(type_words[0]); i++)
	{
		if (type_words[i].type == type && n-- == 0)
			return type_words[i].word;
	}
	return (Str){NULL, 0};
}

Str
llp_type_word(KeyType type, size_t n)
{
	static const Str none = {NULL, 0};

	switch (type)
	{
		case TYPE_STATUS:
			return n + 1 < POLICY_END ? llp_status_name((PolicyStatus) (n + 1)) : none;
		case TYPE_DECISION:
			return n + 1 < VERDICT_END ? llp_verdict_name((Verdict) (n + 1)) : none;
		case TYPE_REASON_CODE:
			return n + 1 < REASON_END ? llp_reason_name((ReasonCode) (n + 1)) : none;
		case TYPE_OPERATOR:
			return n + 1 < OPERATOR_END ? llp_operator_name((Operator) (n + 1)) : none;
		case TYPE_ACTION_TYPE:
			return n + 1 < ACTION_END ? llp_action_type_name((ActionType) (n + 1)) : none;
		default:
			return listed_word(type, n);
	}
}

ActionType
llp_action_type_of(Str name)
{
	for (int type = ACTION_NONE + 1; type < ACTION_END; type++)
	{
		if (llp_str_equal(action_types[type].name, name))
			return (ActionType) type;
	}
	return ACTION_NONE;
}

Str
llp_action_type_name(ActionType type)
{
	return action_types[type].name;
}

Key
llp_action_type_object(ActionType type)
{
	return action_types[type].object;
}

Verdict
llp_action_type_verdict(ActionType type)
{
	return action_types[type].verdict;
}

AdviceType
llp_action_type_advice(ActionType type)
{
	return action_types[type].advice;
}
