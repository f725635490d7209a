/*
 * vm/cel_context.h - one evaluation of expressions: its arena, its meter, its now, and why it stopped.
 *
 * Steps and memory are counted where work is done.  A function that does work in proportion to the size of
 * something charges for it before it does it; what it allocates is charged by llp_cel_alloc.
 */
#ifndef LLP_VM_CEL_CONTEXT_H
#define LLP_VM_CEL_CONTEXT_H

#include "base/status.h"
#include "vm/text_answers.h"
#include "vm/value.h"

/*
 * What an evaluation may still use.  A step is worth some 50 ns at most: an instruction, an element looked
 * at, or CEL_BYTES_PER_STEP bytes read or written.  The interpreter puts in what is left of the rule and of
 * the evaluation, whichever is less.
 */
typedef struct CelMeter
{
	uint64_t steps;	   /* left */
	uint64_t memory;   /* bytes left */
	uint32_t unpolled; /* steps since the host was asked whether to stop */
} CelMeter;

#define CEL_BYTES_PER_STEP 32
/* Values nested deeper are not compared or written out; the evaluation stops. */
#define CEL_MAX_DEPTH 256

typedef struct CelPattern CelPattern;

struct CelContext
{
	Arena *arena;
	CelMeter meter;
	CelValue now; /* a timestamp */
	/*
	 * STATUS_OK; else why CEL_STOPPED was returned: STATUS_LIMIT (steps, memory or depth, as `excess` says),
	 * STATUS_NO_MEMORY, STATUS_CANCELLED.  Stays until the interpreter resets it, for another rule.
	 */
	Status status;
	const char *excess;
	CelPattern *patterns; /* compiled while this evaluation ran */
	TextAnswers texts;	  /* what the surroundings said of texts and models */
};

/* `now` must be a timestamp. */
extern void llp_cel_context_init(CelContext *context, Arena *arena, CelMeter meter, CelValue now);
/* Stops the evaluation, unless it has stopped already. */
extern CelValue llp_cel_stop(CelContext *context, Status status, const char *excess);
/* Uses up steps; false when the evaluation has to stop. */
extern bool llp_cel_charge(CelContext *context, uint64_t steps);
/* The steps that bytes are worth. */
extern bool llp_cel_charge_bytes(CelContext *context, uint64_t bytes);
/* Uses up memory that is not taken from the arena. */
extern bool llp_cel_charge_memory(CelContext *context, uint64_t bytes);
/* `count` zeroed objects, charged as steps and as memory; NULL when the evaluation has to stop. */
extern void *llp_cel_alloc(CelContext *context, size_t count, size_t size);

/* printf to a message of at most some hundred bytes, for numbers and names; never for values of a request. */
extern CelValue
llp_cel_error_format(CelContext *context, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A string or list that is being written.  Like llp_buf_*, a failure shows at the end. */
typedef struct CelText
{
	CelContext *context;
	char *data;
	size_t size;
	size_t capacity;
	bool stopped;
} CelText;

extern void llp_cel_text_init(CelText *text, CelContext *context);
/* Room for that many bytes in all, to be filled without growing. */
extern void llp_cel_text_reserve(CelText *text, size_t size);
extern void llp_cel_text_append(CelText *text, Str piece);
/* The string, or CEL_STOPPED. */
extern CelValue llp_cel_text_value(const CelText *text);
extern CelValue llp_cel_text_bytes(const CelText *text);

typedef struct CelItems
{
	CelContext *context;
	CelValue *items;
	size_t count;
	size_t capacity;
	CelValue failure; /* null, or the first value that was none */
} CelItems;

extern void llp_cel_items_init(CelItems *items, CelContext *context);
extern void llp_cel_items_reserve(CelItems *items, size_t count);
extern void llp_cel_items_append(CelItems *items, CelValue value);
extern void llp_cel_items_append_all(CelItems *items, CelValue list);
/* The list, or the first error that was appended, or CEL_STOPPED. */
extern CelValue llp_cel_items_value(const CelItems *items);

#endif
