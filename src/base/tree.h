/*
 * base/tree.h - a JSON tree in an arena, each node with its place in the text it came from.
 *
 * doc/ reads documents into it, policy/ keeps constants in it, vm/ builds results with it.  Nodes are
 * immutable once built, and shared: an alias in a document is the same node in two places.
 */
#ifndef LLP_BASE_TREE_H
#define LLP_BASE_TREE_H

#include "base/request.h"

typedef struct TreeNode TreeNode;
typedef struct TreeMember TreeMember;

struct TreeNode
{
	ValueKind kind;			/* never VALUE_MISSING */
	int line;				/* from 1; 0 for a node that was computed */
	int column;				/* from 1, in code points */
	uint32_t expanded_size; /* nodes below and including this one with aliases expanded, saturating */
	uint32_t height;		/* containers on the way down to the deepest scalar, at most: 0 for a scalar */
	union
	{
		bool boolean;
		struct
		{
			union
			{
				int64_t integer;
				double real;
			};
			const void *exact; /* as in Value; only copies of a request's numbers have one */
			NumberLoss loss;   /* as in Value */
		};
		Str string;
		struct
		{
			TreeNode **items;
			uint32_t count;
			uint32_t capacity;
		} list;
		struct
		{
			TreeMember *members; /* in document order, keys distinct */
			uint32_t count;
			uint32_t capacity;
			uint32_t *index; /* hash index over the members, NULL while the map is small */
			uint32_t index_size;
		} map;
	} as;
};

struct TreeMember
{
	Str key;
	int line; /* of the key */
	int column;
	TreeNode *value;
};

/* Builders.  They return NULL or false when the arena is exhausted, and accept NULL nodes by returning the
 * same. */
extern TreeNode *llp_tree_null(Arena *arena);
extern TreeNode *llp_tree_bool(Arena *arena, bool value);
extern TreeNode *llp_tree_int(Arena *arena, int64_t value);
extern TreeNode *llp_tree_double(Arena *arena, double value); /* normalised: an integral one becomes an int */
/* An int or a double with all that a Value says of it. */
extern TreeNode *llp_tree_number(Arena *arena, const Value *value);
extern TreeNode *llp_tree_string(Arena *arena, Str value); /* keeps the pointer, copies nothing */
extern TreeNode *llp_tree_list(Arena *arena);
extern TreeNode *llp_tree_map(Arena *arena);
/* An empty map with room for so many members, which may become more. */
extern TreeNode *llp_tree_map_with_room(Arena *arena, uint32_t members);
extern bool llp_tree_append(Arena *arena, TreeNode *list, TreeNode *item);
/* Adds a member, or replaces the value of the one with that key. */
extern bool llp_tree_set(Arena *arena, TreeNode *map, Str key, TreeNode *value);
/* Adds a member with a key that the map does not have yet: the same without looking. */
extern bool llp_tree_add(Arena *arena, TreeNode *map, Str key, TreeNode *value);
/* Takes a key away; the order of the rest stays. */
extern void llp_tree_unset(TreeNode *map, Str key);
/* The member's value, or NULL. */
extern TreeNode *llp_tree_get(const TreeNode *map, Str key);
/* The member with that key (for its position), or NULL. */
extern const TreeMember *llp_tree_member(const TreeNode *map, Str key);

/* The same tree seen through the Request interface; NULL gives VALUE_MISSING. */
extern Value llp_tree_value(const TreeNode *node);
/* A deep copy of any value as a tree; NULL when exhausted, on VALUE_MISSING, or nested deeper than max_depth.
 */
extern TreeNode *llp_tree_copy(Arena *arena, const Value *value, int max_depth);
/* Bytes of all strings and keys of the tree. */
extern uint64_t llp_tree_text_bytes(const TreeNode *node);
/* Compact JSON, keys in tree order; numbers as language.md's text form.  Strings are escaped as RFC 8259
 * asks. */
extern void llp_tree_write_json(StrBuf *out, const TreeNode *node);

#endif
