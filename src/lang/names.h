/*
 * lang/names.h - qualified names (CEL specification, "Name Resolution").
 */
#ifndef LLP_LANG_NAMES_H
#define LLP_LANG_NAMES_H

#include "lang/ast.h"

/* Longer names, and names of more parts, are not looked up as a whole. */
#define LLP_MAX_QUALIFIED_NAME 256
#define LLP_MAX_NAME_PARTS 16

typedef struct QualifiedName
{
	char data[LLP_MAX_QUALIFIED_NAME];
	size_t size;
	bool absolute;
	Str root; /* its first part */
} QualifiedName;

/* Is the expression a name or a chain of plain fields of one?  Then it is written to *name as "a.b.c". */
extern bool llp_qualified_name(const Expression *expr, QualifiedName *name);
/* Appends ".part"; false when it becomes too long. */
extern bool llp_qualified_name_append(QualifiedName *name, Str part);
/*
 * What a name may mean in a container, `index` 0 first: in "a.b", x means a.b.x, a.x or x.  An absolute name
 * means itself.  False when there are no more meanings, or the name is too long.
 */
extern bool llp_name_candidate(Str container, Str name, bool absolute, int index, QualifiedName *candidate);

#endif
