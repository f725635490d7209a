/*
 * vm/text_answers.h - what the surroundings know of texts for language models, each thing asked once an
 * evaluation, however many rules want to know.
 */
#ifndef LLP_VM_TEXT_ANSWERS_H
#define LLP_VM_TEXT_ANSWERS_H

#include "base/host_call.h"

#define LLP_MAX_TEXT_ARGUMENTS 4

/* An answer of this evaluation. */
typedef struct TextAnswer
{
	const struct TextAnswer *before;
	HostCallKind kind;
	uint32_t count;
	Value args[LLP_MAX_TEXT_ARGUMENTS];
	Value value;
	size_t size; /* bytes of the arena that it takes, more or less */
	Str problem; /* not empty: why there is no value; names things, never values */
} TextAnswer;

typedef struct TextAnswers
{
	const TextAnswer *last;
} TextAnswers;

/*
 * Asks for something of HostCallKind that has no name, unless `answers` knows it.  The arguments are null,
 * numbers and strings, and outlive the evaluation.  STATUS_OK: there is a value, or a problem.  STATUS_LIMIT:
 * the answer would take more than `room` bytes; STATUS_NO_MEMORY; STATUS_CANCELLED.
 */
extern Status llp_ask_text(Arena *arena, TextAnswers *answers, HostCallKind kind, const Value *args,
						   uint32_t count, Timestamp now, size_t room, const TextAnswer **answer);

#endif
