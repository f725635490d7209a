/*
 * pg/encodings.h - encodings by name and by model: those of the engine, and the rows of llm_policy.encodings.
 */
#ifndef LLP_PG_ENCODINGS_H
#define LLP_PG_ENCODINGS_H

#include "postgres.h"

#include "llm/encoding.h"
#include "llm/model.h"

/*
 * The encoding of that name with its vocabulary, which stays mapped as long as the process; special tokens of
 * a row are in the current memory context.  Raises 42704 for a name that there is not, 58P01 where the
 * vocabulary is not installed, 22023 where it is not one.
 */
extern Encoding encoding_named(Str name);

/* What a model's tokens are counted by. */
typedef struct ModelEncoding
{
	Encoding encoding;
	bool is_exact;
	ModelTokens estimate; /* otherwise: what they are likely to be */
} ModelEncoding;

/*
 * By the models of llm_policy.encodings, else by name of an encoding, else as llm/models.def says; every name
 * has an answer.
 */
extern ModelEncoding encoding_of_model(Str model);
/* The same; false where its vocabulary is not installed or is not one. */
extern bool encoding_usable_for_model(Str model, ModelEncoding *result);

#endif
