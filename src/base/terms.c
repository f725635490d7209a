/*
 * base/terms.c - spellings of the words in base/terms.def, and back.
 */
#include "base/terms.h"

#define COUNT(names) (sizeof(names) / sizeof((names)[0]))

/* Each table is indexed by its enum; the first entry is NONE's. */
#define TERM(prefix, symbol, spelling) {spelling, sizeof(spelling) - 1},
static const Str operator_names[] = {
	{"", 0},
#define TERMS_OPERATOR
#include "base/terms.def"
#undef TERMS_OPERATOR
};

#define TERM(prefix, symbol, spelling) {spelling, sizeof(spelling) - 1},
static const Str verdict_names[] = {
	{"", 0},
#define TERMS_VERDICT
#include "base/terms.def"
#undef TERMS_VERDICT
};

#define TERM(prefix, symbol, spelling) {spelling, sizeof(spelling) - 1},
static const Str advice_names[] = {
	{"", 0},
#define TERMS_ADVICE
#include "base/terms.def"
#undef TERMS_ADVICE
};

#define TERM(prefix, symbol, spelling) {spelling, sizeof(spelling) - 1},
static const Str status_names[] = {
	{"", 0},
#define TERMS_STATUS
#include "base/terms.def"
#undef TERMS_STATUS
};

#define TERM(prefix, symbol, spelling) {spelling, sizeof(spelling) - 1},
static const Str reason_names[] = {
	{"", 0},
#define TERMS_REASON_CODE
#include "base/terms.def"
#undef TERMS_REASON_CODE
};

#define TERM(prefix, symbol, spelling) {spelling, sizeof(spelling) - 1},
static const Str stage_names[] = {
	{"", 0},
#define TERMS_STAGE
#include "base/terms.def"
#undef TERMS_STAGE
};

/* The index of a spelling, or 0, which is NONE. */
static int
find_term(const Str *names, size_t count, Str name)
{
	for (size_t i = 1; i < count; i++)
		if (llp_str_equal(names[i], name))
			return (int) i;
	return 0;
}

Str
llp_operator_name(Operator op)
{
	return operator_names[op];
}

Operator
llp_operator_of(Str name)
{
	return (Operator) find_term(operator_names, COUNT(operator_names), name);
}

Str
llp_verdict_name(Verdict verdict)
{
	return verdict_names[verdict];
}

Verdict
llp_verdict_of(Str name)
{
	return (Verdict) find_term(verdict_names, COUNT(verdict_names), name);
}

Str
llp_advice_name(AdviceType type)
{
	return advice_names[type];
}

Str
llp_status_name(PolicyStatus status)
{
	return status_names[status];
}

PolicyStatus
llp_status_of(Str name)
{
	return (PolicyStatus) find_term(status_names, COUNT(status_names), name);
}

Str
llp_reason_name(ReasonCode code)
{
	return reason_names[code];
}

ReasonCode
llp_reason_of(Str name)
{
	return (ReasonCode) find_term(reason_names, COUNT(reason_names), name);
}

Str
llp_stage_name(Stage stage)
{
	return stage_names[stage];
}

Stage
llp_stage_of(Str name)
{
	return (Stage) find_term(stage_names, COUNT(stage_names), name);
}
