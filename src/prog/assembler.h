/*
 * prog/assembler.h - a fragment in the making: sections that grow, and what is put into them once.
 *
 * Names begin with asm_; only the compiler (prog/compile.c, condition.c, access.c) uses them.  Failure is
 * kept in `status`, after which nothing counts any more: callers look once, at the end.
 */
#ifndef LLP_PROG_ASSEMBLER_H
#define LLP_PROG_ASSEMBLER_H

#include "base/status.h"
#include "base/tree.h"
#include "policy/model.h"
#include "prog/fragment.h"
#include "prog/intern.h"

/* The texts of one section. */
typedef struct TextPool
{
	FragmentSection section;
	Interner texts;
	FragmentText *places; /* by number of texts */
	uint32_t capacity;
} TextPool;

/* A template of the action in hand. */
typedef struct CompiledTemplate
{
	const Template *source;
	uint32_t entry; /* NO_ENTRY: it is not compiled yet */
} CompiledTemplate;

typedef struct Assembler
{
	Arena *arena;
	Status status; /* STATUS_NO_MEMORY or STATUS_LIMIT */
	StrBuf sections[SECTION_COUNT];
	Interner slots;
	Interner keys;
	Interner regexes;
	Interner matches; /* prog/condition.c's */
	Interner constants;
	Interner variables;			 /* their names, by number; prog/compile.c's */
	TextPool bytes;				 /* section bytes */
	TextPool texts;				 /* section text */
	TextPool name_text;			 /* section name_text */
	CompiledTemplate *templates; /* prog/template.c's, in the order of the addresses of their nodes */
	size_t template_count;
} Assembler;

extern void llp_asm_init(Assembler *assembler, Arena *arena);
extern void llp_asm_fail(Assembler *assembler, Status status);
extern uint32_t llp_asm_count(const Assembler *assembler, FragmentSection section);
/* Appends `count` zeroed elements and returns the index of the first. */
extern uint32_t llp_asm_reserve(Assembler *assembler, FragmentSection section, uint32_t count);
/* An element that has been reserved; NULL after a failure.  Valid until the section grows. */
extern void *llp_asm_at(Assembler *assembler, FragmentSection section, uint32_t index);
/* Appends one element and returns its index. */
extern uint32_t llp_asm_add(Assembler *assembler, FragmentSection section, const void *element);

/* The text, stored once however often it comes; data NULL gives no text. */
extern FragmentText llp_asm_text(Assembler *assembler, Str text);
/* The template that the string is, or NULL. */
extern CompiledTemplate *llp_asm_template(const Assembler *assembler, const TreeNode *node);
/* A copy of the value in section values, with templates that are compiled; NULL gives NO_VALUE. */
extern uint32_t llp_asm_value(Assembler *assembler, const TreeNode *node);
/* The number of a scalar of an expression; `text` is what a string or bytes hold. */
extern uint32_t llp_asm_constant(Assembler *assembler, FragmentConstant constant, Str text);
/* The number of a path; STATUS_LIMIT beyond UINT16_MAX of them. */
extern uint16_t llp_asm_slot(Assembler *assembler, Str path);
/* The number of the text form of a scalar. */
extern uint32_t llp_asm_key(Assembler *assembler, const Value *scalar);
extern uint32_t llp_asm_regex(Assembler *assembler, Str pattern);
/* Appends a literal that is looked for in the slot's text, in lower case, and returns its index. */
extern uint32_t llp_asm_literal(Assembler *assembler, uint16_t slot, Str literal);

/* The finished fragment, sealed, from the header's own fields and the sections; NULL after a failure. */
extern Fragment *llp_asm_finish(Assembler *assembler, const Fragment *header);

#endif
