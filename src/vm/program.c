/*
 * vm/program.c - an image opened for running in this process.
 */
#include "vm/program.h"

static void
end_regexes(void *program)
{
	llp_arena_destroy(((Program *) program)->regex_arena);
}

Program *
llp_program_open(Arena *arena, const Image *image)
{
	Program *program = llp_arena_new(arena, Program);

	if (program == NULL)
		return NULL;
	program->image = image;
	program->arena = arena;
	program->regexes = llp_arena_array(arena, image_regexes_count(image), sizeof(*program->regexes));
	program->literal_databases =
		llp_arena_array(arena, image_literal_sets_count(image), sizeof(*program->literal_databases));
	if (program->regexes == NULL || program->literal_databases == NULL ||
		!llp_arena_defer(arena, end_regexes, program))
		return NULL;
	return program;
}

void
llp_program_use_literals(Program *program, uint32_t set, const LiteralDatabase *database)
{
	bool fits =
		database != NULL && llp_literals_count(database) == image_literal_sets(program->image)[set].count;

	program->literal_databases[set] = fits ? database : NULL;
}

Str *
llp_program_literals(Arena *arena, const Image *image, uint32_t set)
{
	const ImageLiteralSet *literal_set = &image_literal_sets(image)[set];
	Str *texts = llp_arena_array(arena, literal_set->count, sizeof(Str));

	for (uint32_t i = 0; texts != NULL && i < literal_set->count; i++)
		texts[i] = image_str(image, image_literals(image)[literal_set->first + i]);
	return texts;
}

/* Room for one more compiled regex. */
static bool
reserve_regex(Program *program)
{
	if (program->regex_count >= LLP_MAX_COMPILED_REGEXES)
	{
		llp_arena_destroy(program->regex_arena);
		program->regex_arena = NULL;
		program->regex_count = 0;
		memset(program->regexes, 0, image_regexes_count(program->image) * sizeof(*program->regexes));
	}
	if (program->regex_arena == NULL)
		program->regex_arena = llp_arena_create(llp_arena_host(program->arena), 0);
	return program->regex_arena != NULL;
}

Status
llp_program_regex(Program *program, uint32_t number, const Regex **regex)
{
	Regex *compiled;
	Str problem;
	Status status;

	*regex = program->regexes[number];
	if (*regex != NULL)
		return STATUS_OK;
	if (!reserve_regex(program))
		return STATUS_NO_MEMORY;
	status = llp_regex_compile(program->regex_arena,
							   image_str(program->image, image_regexes(program->image)[number]), &compiled,
							   &problem);
	if (status != STATUS_OK)
		return status;
	*regex = program->regexes[number] = compiled;
	program->regex_count++;
	return STATUS_OK;
}

LiteralScanner *
llp_program_scanner(Program *program)
{
	if (program->scanner == NULL)
		program->scanner = llp_literal_scanner_create(program->arena);
	return program->scanner;
}

/* Memory for a database, aligned as it has to be. */
static void *
aligned_block(Arena *arena, size_t size)
{
	uintptr_t block = (uintptr_t) llp_arena_alloc(arena, size + LLP_LITERALS_ALIGNMENT);

	return block == 0
			   ? NULL
			   : (void *) ((block + LLP_LITERALS_ALIGNMENT - 1) & ~(uintptr_t) (LLP_LITERALS_ALIGNMENT - 1));
}

static Status
compile_set(Program *program, uint32_t set)
{
	const Str *literals = llp_program_literals(program->arena, program->image, set);
	Str serialized;
	void *database;
	Status status;

	if (literals == NULL)
		return STATUS_NO_MEMORY;
	status = llp_literals_compile(program->arena, literals, image_literal_sets(program->image)[set].count,
								  &serialized);
	if (status != STATUS_OK)
		return status;
	database = aligned_block(program->arena, llp_literals_database_size(serialized));
	if (database == NULL)
		return STATUS_NO_MEMORY;
	status = llp_literals_place(serialized, database);
	if (status == STATUS_OK)
		program->literal_databases[set] = database;
	return status;
}

Status
llp_program_compile_literals(Program *program)
{
	for (uint32_t i = 0; i < image_literal_sets_count(program->image); i++)
	{
		bool is_missing =
			program->literal_databases[i] == NULL && image_literal_sets(program->image)[i].count > 0;
		Status status = is_missing ? compile_set(program, i) : STATUS_OK;

		/* Without a database every literal may occur. */
		if (status == STATUS_NO_MEMORY)
			return status;
	}
	return STATUS_OK;
}
