/*
 * pg/jsonb_tree.h - jsonb as the core sees it, and back.
 */
#ifndef LLP_PG_JSONB_TREE_H
#define LLP_PG_JSONB_TREE_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "base/tree.h"
#include "pg/jsonb_entries.h"

/* A detoasted jsonb through the Request interface (pg/jsonb_request.c); valid as long as the jsonb. */
extern Value jsonb_value(Jsonb *jsonb);
/* The same of an entry of one. */
extern Value jsonb_entry_value(const JsonbEntry *entry);
/* A tree as jsonb in the current memory context (pg/jsonb_build.c); raises 54000 when it is too large. */
extern Jsonb *jsonb_from_tree(const TreeNode *node);

#endif
