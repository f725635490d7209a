/*
 * pg/path_list.h - a setting's list of request paths, separated by commas.
 */
#ifndef LLP_PG_PATH_LIST_H
#define LLP_PG_PATH_LIST_H

#include "postgres.h"

#include "base/field_path.h"

typedef struct PathList
{
	FieldPath *paths;
	size_t count;
} PathList;

/*
 * Parses "a.b, c" into the arena; an empty text is an empty list.  A comma or a blank inside quotes belongs
 * to the path.  On false *problem says what is wrong with the path *culprit.
 */
extern bool path_list_parse(Arena *arena, Str text, PathList *list, const char **problem, Str *culprit);

#endif
