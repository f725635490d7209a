/*
 * vm/program.h - an image opened for running in this process.
 *
 * The image itself is shared and never changes.  What a process has to have of its own - compiled regexes, a
 * scanner for literals - is here, is made at first use, and ends with the program's arena.
 */
#ifndef LLP_VM_PROGRAM_H
#define LLP_VM_PROGRAM_H

#include "base/status.h"
#include "match/literals.h"
#include "match/regex.h"
#include "prog/image.h"

typedef struct Program
{
	const Image *image;
	Arena *arena;
	Arena *regex_arena;						   /* of the regexes that are compiled */
	const Regex **regexes;					   /* by number; NULL until needed */
	uint32_t regex_count;					   /* compiled */
	const LiteralDatabase **literal_databases; /* by number of set; NULL: every literal may occur */
	LiteralScanner *scanner;				   /* NULL until needed */
} Program;

/*
 * Opens an image that prog/link.c made or prog/verify.c accepted and that outlives the program.  NULL when
 * the arena is exhausted.  Its literal sets have no databases yet: evaluations are right without them, but
 * judge every rule that looks for a literal.
 */
extern Program *llp_program_open(Arena *arena, const Image *image);
/* Gives a literal set the database (match/literals.h) of its literals, which outlives the program; or NULL.
 */
extern void llp_program_use_literals(Program *program, uint32_t set, const LiteralDatabase *database);
/* The literals of a set in their order, in the arena; NULL when that is exhausted. */
extern Str *llp_program_literals(Arena *arena, const Image *image, uint32_t set);
/* Compiles a database for each set that has none, for this process alone. */
extern Status llp_program_compile_literals(Program *program);
/*
 * Regexes that a process keeps compiled for a program; with more than that in use it begins anew.  Ordinary
 * ones take some ten kilobytes, and up to LLP_REGEX_MEMORY after hostile texts.
 */
#define LLP_MAX_COMPILED_REGEXES 2048
/* The compiled regex of that number, valid until the next call.  STATUS_OK, STATUS_NO_MEMORY, or what
 * llp_regex_compile says. */
extern Status llp_program_regex(Program *program, uint32_t number, const Regex **regex);
/* The process's scanner; NULL when memory is out. */
extern LiteralScanner *llp_program_scanner(Program *program);

#endif
