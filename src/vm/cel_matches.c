/*
 * vm/cel_matches.c - patterns that are known only when an expression runs.
 *
 * Constant patterns are compiled once a process (vm/program.h), and charged for nothing but what they match;
 * each of the others is compiled once an evaluation and charged by what RE2 makes of it.
 */
#include "vm/cel_functions.h"

struct CelPattern
{
	CelPattern *next;
	Str pattern;
	Regex *regex; /* NULL: it was refused */
	CelValue refusal;
};

/*
 * Steps of one compilation: RE2 parses and simplifies, which grows with the square of the size, and gives up
 * beyond a bound that it may take milliseconds to reach (match/regex.h has figures).
 */
#define COMPILE_STEPS 200
#define REFUSED_STEPS 80000
/* RE2 keeps that many times the program: the parsed pattern, states of the automaton. */
#define MEMORY_OF_PROGRAM 3
/* A step is worth so many bytes of a compiled pattern, or of a text that it runs over. */
#define PROGRAM_BYTES_PER_STEP 2
#define TEXT_BYTES_PER_STEP LLP_MATCHED_BYTES_PER_STEP

static CelPattern *
known_pattern(const CelContext *context, Str text)
{
	for (CelPattern *pattern = context->patterns; pattern != NULL; pattern = pattern->next)
		if (llp_str_equal(pattern->pattern, text))
			return pattern;
	return NULL;
}

/* What it cost is charged when it is known; the next charge stops the evaluation if that was too much. */
static bool
compile(CelContext *context, CelPattern *pattern)
{
	Str problem;
	Status status = llp_regex_compile(context->arena, pattern->pattern, &pattern->regex, &problem);
	size_t size;

	if (status == STATUS_OK)
	{
		size = llp_regex_size(pattern->regex);
		return llp_cel_charge(context, size / PROGRAM_BYTES_PER_STEP) &&
			   llp_cel_charge_memory(context, size * MEMORY_OF_PROGRAM);
	}
	pattern->regex = NULL;
	pattern->refusal =
		llp_cel_error(status == STATUS_LIMIT ? "regular expression too large" : "invalid regular expression");
	if (status != STATUS_INVALID && status != STATUS_LIMIT)
		llp_cel_stop(context, status, NULL);
	return context->status == STATUS_OK &&
		   (status == STATUS_INVALID || llp_cel_charge(context, REFUSED_STEPS));
}

static CelPattern *
new_pattern(CelContext *context, Str text)
{
	CelPattern *pattern = llp_cel_alloc(context, 1, sizeof(CelPattern));

	if (pattern == NULL || !llp_cel_charge(context, COMPILE_STEPS + text.size * text.size / 64))
		return NULL;
	pattern->pattern = text;
	if (!compile(context, pattern))
		return NULL;
	pattern->next = context->patterns;
	context->patterns = pattern;
	return pattern;
}

CelValue
llp_cel_matches_regex(CelContext *context, const Regex *regex, Str text)
{
	Status status;
	bool matched;

	if (!llp_cel_charge(context, 1 + text.size / TEXT_BYTES_PER_STEP))
		return llp_cel_stopped;
	status = llp_regex_matches(regex, text, &matched);
	return status == STATUS_OK ? llp_cel_bool(matched) : llp_cel_stop(context, status, NULL);
}

CelValue
llp_cel_matches(CEL_ARGS)
{
	CelPattern *pattern = known_pattern(context, args[1].as.string);

	if (args[1].as.string.size > LLP_MAX_REGEX_SIZE)
		return llp_cel_error("regular expression too large");
	if (pattern == NULL)
		pattern = new_pattern(context, args[1].as.string);
	if (pattern == NULL)
		return llp_cel_stopped;
	if (pattern->regex == NULL)
		return pattern->refusal;
	return llp_cel_matches_regex(context, pattern->regex, args[0].as.string);
}
