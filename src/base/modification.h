/*
 * base/modification.h - what a rule may do to a request.
 */
#ifndef LLP_BASE_MODIFICATION_H
#define LLP_BASE_MODIFICATION_H

#include "base/field_path.h"
#include "base/tree.h"

typedef enum ModificationKind
{
	MODIFICATION_SET,
	MODIFICATION_REMOVE,
	MODIFICATION_APPEND,
	MODIFICATION_CAP,
	MODIFICATION_REDACT
} ModificationKind;

typedef struct Modification
{
	ModificationKind kind;
	FieldPath path;
	const TreeNode *value; /* NULL for remove; a number for cap; for redact {mode, types}, types if not all */
} Modification;

#endif
