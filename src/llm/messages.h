/*
 * llm/messages.h - the tokens of a conversation as chat models take it.
 */
#ifndef LLP_LLM_MESSAGES_H
#define LLP_LLM_MESSAGES_H

#include "base/request.h"
#include "llm/encoding.h"
#include "llm/model.h"

/*
 * Counts a list of messages as the OpenAI cookbook does ("How to count tokens with tiktoken"): 3 for each
 * message and the tokens of its string values, 1 more for a name, and 3 that begin the answer.  A list of
 * parts counts their texts.  Calls of tools count their names and arguments and 3 each, which is this
 * engine's own rule: OpenAI does not tell (8 more a call are uncertain).  Images and other parts are not
 * counted, and the measure says so (is_partial), as it does of calls.  STATUS_INVALID with *problem (static)
 * for what is no list of objects; else as llp_count_tokens, which explains `limit`.
 */
extern Status llp_count_message_tokens(const Encoding *encoding, const Value *messages, size_t limit,
									   const Host *host, TextMeasure *measure, const char **problem);

/* Adds the tokens of a text to a measure; stops where there are more than `limit` in it. */
extern Status
llp_measure_text(const Encoding *encoding, Str text, size_t limit, const Host *host, TextMeasure *measure);

#endif
