/*
 * base/field_path.h - paths into a request: a.b, a[0], a.0, a["x.y"], a['x'], .length.
 */
#ifndef LLP_BASE_FIELD_PATH_H
#define LLP_BASE_FIELD_PATH_H

#include "base/request.h"
#include "base/status.h"

#define LLP_MAX_PATH_STEPS 64

/*
 * One step.  `a.0` and `a[0]` are the same step: a list or string (by code point) is indexed, a map is asked
 * for the member "0".
 */
typedef struct PathStep
{
	Str key;	   /* the step as a member name */
	bool is_index; /* key is 0 or a decimal without leading zeros that fits uint32 */
	uint32_t index;
} PathStep;

typedef struct FieldPath
{
	Str text; /* as the author wrote it */
	PathStep *steps;
	size_t count; /* 1 … LLP_MAX_PATH_STEPS */
} FieldPath;

/*
 * Parses a path.  On STATUS_INVALID *problem is a message ("missing ]") and *offset the byte it is about. The
 * path keeps a pointer to `text`.
 */
extern Status llp_path_parse(Arena *arena, Str text, FieldPath *path, const char **problem, size_t *offset);
/* Would llp_path_parse take it? */
extern bool llp_path_valid(Str text);
/* The value one step below `value`: a member, an element, a character, or `.length`. */
extern Value llp_path_step(const Value *value, const PathStep *step);
/*
 * The value at the path.  A top-level key equal to the whole text of the path wins; `.length` of a list or a
 * string (code points) works unless a map has a member of that name.
 */
extern Value llp_path_fetch(const Value *root, const FieldPath *path);
/* Is one path equal to the other, or a prefix of it (then setting both would conflict)? */
extern bool llp_path_conflicts(const FieldPath *a, const FieldPath *b);
/* RFC 6901 JSON pointer of the path ("/llm/maxTokens"). */
extern Str llp_path_pointer(Arena *arena, const FieldPath *path);

#endif
