/*
 * llm/detector_list.c - the names of the types, and what is told of them.
 */
#include "llm/detector.h"

#include "base/suggest.h"
#include "llm/validate.h"

/* Bytes of a part of a name that may stand for all of it: "email". */
#define MEANT_PART 3

#define KIND_PII "pii"
#define KIND_SECRET "secret"
#define KIND_PHI "phi"

const DetectorTypeInfo llp_detector_types[DETECTOR_TYPES] = {
#define TYPE(symbol, name, kind, description) [DETECT_##symbol] = {name, KIND_##kind, description},
#include "llm/detector_types.def"
};

TypeSet
llp_all_detector_types(void)
{
	TypeSet set = {{0}};

	for (int type = 0; type < DETECTOR_TYPES; type++)
		llp_type_set_add(&set, (DetectorType) type);
	return set;
}

void
llp_type_set_add(TypeSet *set, DetectorType type)
{
	set->word[type / 64] |= UINT64_C(1) << type % 64;
}

bool
llp_type_set_has(const TypeSet *set, DetectorType type)
{
	return (set->word[type / 64] >> type % 64 & 1) != 0;
}

/* The type that a name may have been meant for; empty: none. */
static Str
nearest_type(Str name)
{
	Nearest guess = {.spelling = name};
	Str part = {NULL, 0};

	for (int type = 0; type < DETECTOR_TYPES; type++)
	{
		Str known = llp_str(llp_detector_types[type].name);

		llp_nearest_consider(&guess, known);
		if (part.size == 0 && name.size >= MEANT_PART && llp_str_find(known, name) >= 0)
			part = known;
	}
	return guess.candidate.size > 0 ? guess.candidate : part;
}

/* Names for all types of a kind. */
static const struct
{
	const char *name;
	const char *kind;
} groups[] = {
	{"pii", KIND_PII},
	{"phi", KIND_PHI},
	{"secret", KIND_SECRET},
	{"secrets", KIND_SECRET},
	{"credentials", KIND_SECRET},
};

static bool
equal_but_for_case(Str a, Str lower)
{
	for (size_t i = 0; i < a.size && a.size == lower.size; i++)
		if ((a.data[i] >= 'A' && a.data[i] <= 'Z' ? a.data[i] + 32 : a.data[i]) != lower.data[i])
			return false;
	return a.size == lower.size;
}

static void
add_kind(TypeSet *set, const char *kind)
{
	for (int type = 0; type < DETECTOR_TYPES; type++)
		if (strcmp(llp_detector_types[type].kind, kind) == 0)
			llp_type_set_add(set, (DetectorType) type);
}

bool
llp_type_set_add_named(TypeSet *set, Str name, Str *nearest)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
	{
		if (!equal_but_for_case(name, llp_str(groups[i].name)))
			continue;
		add_kind(set, groups[i].kind);
		return true;
	}
	for (int type = 0; type < DETECTOR_TYPES; type++)
	{
		if (!equal_but_for_case(name, llp_str(llp_detector_types[type].name)))
			continue;
		llp_type_set_add(set, (DetectorType) type);
		return true;
	}
	*nearest = nearest_type(name);
	return false;
}

/* What is checked, row by row of the list. */
typedef struct Check
{
	DetectorType type;
	const char *text;
} Check;

enum
{
#define VALIDATOR(name, description) CHECK_##name,
#include "llm/validators.def"
	CHECKS
};

static const char *const check_texts[CHECKS] = {
#define VALIDATOR(name, description) [CHECK_##name] = description,
#include "llm/validators.def"
};

#define CHECK_EMAIL "form of RFC 5321, top level of letters"
#define CHECK_PHONE "country code and length, E.164"
#define CHECK_IBAN "country, length and modulo 97"
#define CHECK_BIC "country, and a word before it"
#define CHECK_IP "form of RFC 4291"
#define CHECK_URL "password that is no placeholder"
#define CHECK_PRIVATE_KEY "form of RFC 7468"
#define CHECK_KEYWORD "value that is no placeholder, word or reference"
#define CHECK_TERM "whole word"

typedef struct CheckRow
{
	DetectorType type;
	int check; /* or -1: then text */
	const char *text;
} CheckRow;

static const CheckRow check_rows[] = {
#define PATTERN(symbol, expression, validator, score, with_context, separators)                              \
	{DETECT_##symbol, CHECK_##validator, NULL},
#define TOKEN(symbol, expression, validator, score) {DETECT_##symbol, CHECK_##validator, NULL},
#define FINDER(symbol, finder, expression, score, with_context) {DETECT_##symbol, -1, CHECK_##finder},
#include "llm/detector_types.def"
};

void
llp_detector_describe_checks(StrBuf *out, DetectorType type)
{
	const char *last[8] = {NULL};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(check_rows) / sizeof(*check_rows); i++)
	{
		const CheckRow *row = &check_rows[i];
		const char *text = row->check < 0 ? row->text : check_texts[row->check];
		bool told = row->type != type || count == sizeof(last) / sizeof(*last);

		for (size_t j = 0; j < count; j++)
			told = told || last[j] == text;
		if (told)
			continue;
		if (count > 0)
			llp_buf_append(out, STR("; "));
		llp_buf_append(out, llp_str(text));
		last[count++] = text;
	}
}
