/*
 * pg/explain.c - the program of a namespace, as prog/disassemble.h shows it.
 */
#include "postgres.h"

#include "prog/verify.h"

#include "pg/authz.h"
#include "pg/cache.h"
#include "pg/catalog.h"
#include "pg/core_host.h"
#include "pg/errors.h"
#include "pg/explain.h"
#include "pg/in_force.h"
#include "pg/settings.h"

static bool
has_policy(const Image *image, Str ns, Str id)
{
	for (uint32 i = 0; i < image_policies_count(image); i++)
	{
		const Fragment *fragment = image_fragment(image, i);

		if (llp_str_equal(fragment_str(fragment, fragment->id), id) &&
			(ns.size == 0 || llp_str_equal(fragment_str(fragment, fragment->ns), ns)))
			return true;
	}
	return false;
}

/* Takes "namespace/id" apart; a bare id leaves the namespace empty. */
static void
split_name(const char *name, Str *ns, Str *id)
{
	ptrdiff_t slash = llp_str_find(llp_str(name), STR("/"));

	*ns = (Str){name, slash < 0 ? 0 : (size_t) slash};
	*id = llp_str(slash < 0 ? name : name + slash + 1);
}

/* What is shown has been proved to be what the engine may run. */
static void
check_image(Arena *scratch, const Image *image)
{
	const char *problem = "out of memory";

	if (llp_image_verify(scratch, image, (size_t) image->size, &problem) != STATUS_OK)
		ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("the program is damaged: %s", problem),
						errhint("Restart the server: it will be made anew.")));
}

Disassembly
explain_program(Oid reader, const char *ns, const char *policy)
{
	const char *scope = setting_namespace_or(ns);
	CoreArena memory = core_arena_create(CurrentMemoryContext, "program as text", 0);
	Str policy_ns = STR("");
	Str policy_id = STR("");
	Disassembly result;
	Program *program;
	InForce current;

	authz_require_reader(reader, scope);
	current = in_force(scope, reader);
	if (!current.head.exists)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("namespace \"%s\" does not exist", scope)));
	program = cache_pin(memory.context, &current.head);
	check_image(memory.arena, program->image);
	if (policy)
	{
		split_name(policy, &policy_ns, &policy_id);
		if (!has_policy(program->image, policy_ns, policy_id))
			ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
							errmsg("policy \"%s\" is not among those of namespace \"%s\"", policy, scope),
							errhint("Name it by its id, or as \"namespace/id\".")));
	}
	core_check(llp_image_disassemble(memory.arena, program->image, policy_ns, policy_id, &result), NULL,
			   ERRCODE_INTERNAL_ERROR, "the program cannot be shown");
	return result;
}
