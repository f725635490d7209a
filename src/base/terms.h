/*
 * base/terms.h - the enumerations of the policy language, made of base/terms.def.
 *
 * Each enum starts with its NONE, which has no spelling.
 */
#ifndef LLP_BASE_TERMS_H
#define LLP_BASE_TERMS_H

#include "base/str.h"

#define TERM(prefix, symbol, spelling) prefix##_##symbol,

typedef enum Operator
{
	OPERATOR_NONE,
#define TERMS_OPERATOR
#include "base/terms.def"
#undef TERMS_OPERATOR
	OPERATOR_END
} Operator;

#define TERM(prefix, symbol, spelling) prefix##_##symbol,
/* ORDER: weak to strong, so that the strongest verdict is the largest. */
typedef enum Verdict
{
	VERDICT_NONE,
#define TERMS_VERDICT
#include "base/terms.def"
#undef TERMS_VERDICT
	VERDICT_END
} Verdict;

#define TERM(prefix, symbol, spelling) prefix##_##symbol,
typedef enum AdviceType
{
	ADVICE_NONE,
#define TERMS_ADVICE
#include "base/terms.def"
#undef TERMS_ADVICE
	ADVICE_END
} AdviceType;

#define TERM(prefix, symbol, spelling) prefix##_##symbol,
typedef enum PolicyStatus
{
	POLICY_NONE,
#define TERMS_STATUS
#include "base/terms.def"
#undef TERMS_STATUS
	POLICY_END
} PolicyStatus;

#define TERM(prefix, symbol, spelling) prefix##_##symbol,
typedef enum ReasonCode
{
	REASON_NONE,
#define TERMS_REASON_CODE
#include "base/terms.def"
#undef TERMS_REASON_CODE
	REASON_END
} ReasonCode;

#define TERM(prefix, symbol, spelling) prefix##_##symbol,
typedef enum Stage
{
	STAGE_NONE,
#define TERMS_STAGE
#include "base/terms.def"
#undef TERMS_STAGE
	STAGE_END
} Stage;

/* The spelling of a term, and the term of a spelling (NONE when there is none). */
extern Str llp_operator_name(Operator op);
extern Operator llp_operator_of(Str name);
extern Str llp_verdict_name(Verdict verdict);
extern Verdict llp_verdict_of(Str name);
extern Str llp_advice_name(AdviceType type);
extern Str llp_status_name(PolicyStatus status);
extern PolicyStatus llp_status_of(Str name);
extern Str llp_reason_name(ReasonCode code);
extern ReasonCode llp_reason_of(Str name);
extern Str llp_stage_name(Stage stage);
extern Stage llp_stage_of(Str name);

#endif
