/*
 * pg/evaluate.h - an evaluation from its arguments to its result.
 */
#ifndef LLP_PG_EVALUATE_H
#define LLP_PG_EVALUATE_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/array.h"

#include "base/str.h"

/* What a caller asks; left zero where the SQL function has no such argument. */
typedef struct EvaluationArguments
{
	Datum request;		 /* jsonb, perhaps toasted */
	const char *ns;		 /* NULL: the setting */
	ArrayType *policies; /* NULL: all of the scope */
	bool trace;
	bool return_request;
	bool verdict_only;		  /* no result is asked for */
	bool unaudited;			  /* no row for a plain allow of stage response */
	const TimestampTz *as_of; /* NULL: now */
	const char *policy_set;	  /* hash of a recorded set; NULL: the current one */
} EvaluationArguments;

/* Decides and records; the result as jsonb in the current memory context. */
extern Datum evaluate_and_record(const EvaluationArguments *arguments);
/* Decides and leaves nothing behind. */
extern Datum evaluate_only(const EvaluationArguments *arguments);
/* Is the decision allow or warn? */
extern bool evaluate_allowed(const EvaluationArguments *arguments);
/* Decides by the policies of a text alone; drafts among them count as active. */
extern Datum evaluate_document(Str document, const EvaluationArguments *arguments);
/* The value of an expression over a request, as jsonb. */
extern Datum evaluate_expression(Str expression, Datum request);
/* The request as a decision's modifications make it. */
extern Datum evaluate_modifications(Datum request, Datum decision);

#endif
