/*
 * pg/authoring.c - what the authoring verbs share: what they report.
 */
#include "postgres.h"

#include "pg/authoring.h"
#include "pg/revisions.h"

const char *
authoring_action_name(ChangeAction action)
{
	/* ORDER: enum ChangeAction. */
	static const char *const names[] = {"created", "updated", "unchanged", "deleted"};

	return names[action];
}

PolicyChange
authoring_change(const Stored *stored, int32 revision, ChangeAction action)
{
	return (PolicyChange){.ns = stored->ns, .id = stored->id, .revision = revision, .action = action};
}
