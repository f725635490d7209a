/*
 * policy/schema.h - a map of a document, checked against policy/keys.def.
 *
 * What every part of the reader shares: the Reader, how it reports, and the Section: one map of the document
 * whose keys are known, distinct and of the right types, or reported.
 */
#ifndef LLP_POLICY_SCHEMA_H
#define LLP_POLICY_SCHEMA_H

#include "base/diag.h"
#include "base/field_path.h"
#include "base/status.h"
#include "base/tree.h"
#include "policy/keys.h"
#include "policy/place.h"

/* The reading of one text. */
typedef struct Reader
{
	Arena *arena;
	DiagnosticList *findings;  /* errors */
	Str text;				   /* all of it */
	DiagnosticList lint;	   /* warnings and notes, apart so that they never crowd out an error */
	Str ns;					   /* as llp_read_policies was given it */
	const TreeNode *variables; /* of the policy in hand, a map; NULL: it has none */
	const TreeNode *data;	   /* likewise */
	struct PolicyExpression **next_expression; /* where the next one of the policy in hand is put */
	bool *reads; /* of variables and then data, by place: does the expression in hand read it?  NULL: nobody
					asks */
	struct PolicyReference *references; /* of the policy in hand, newest first */
	uint32_t reference_count;
	size_t regex_size; /* bytes that the regexes read so far take, or took to be refused */
	Status stopped;	   /* why reading ends before its time; STATUS_OK while it goes on */
} Reader;

typedef struct Field
{
	const TreeMember *member; /* NULL when the author left it out */
	bool sound;				  /* its value has the key's type */
} Field;

typedef struct Section
{
	Key object;
	const TreeNode *node;
	const Place *place;
	Field fields[LLP_MAX_OBJECT_KEYS]; /* by key - object */
} Section;

/* Findings about `about`, a TreeNode or a TreeMember (then about its key). */
#define REPORT_ERROR(reader, about, place, hint, ...)                                                        \
	llp_diag_add((reader)->findings, SEVERITY_ERROR, (about)->line, (about)->column,                         \
				 llp_place_path((reader)->arena, (place)), (hint), __VA_ARGS__)
#define REPORT_WARNING(reader, about, place, hint, ...)                                                      \
	llp_diag_add(&(reader)->lint, SEVERITY_WARNING, (about)->line, (about)->column,                          \
				 llp_place_path((reader)->arena, (place)), (hint), __VA_ARGS__)
#define REPORT_NOTE(reader, about, place, hint, ...)                                                         \
	llp_diag_add(&(reader)->lint, SEVERITY_NOTE, (about)->line, (about)->column,                             \
				 llp_place_path((reader)->arena, (place)), (hint), __VA_ARGS__)

/* Is the reading over before its time: cancelled, or out of memory?  What it made is then incomplete. */
extern bool llp_reader_stopped(Reader *reader);

/* Is `node` of a type?  Reports when it is not.  Words are checked too. */
extern bool llp_check_type(Reader *reader, KeyType type, const TreeNode *node, const Place *place);
/*
 * Checks a map against the keys of `object` and reports unknown and repeated keys, wrong types and missing
 * keys.  False when `node` is no map at all, which is reported too, or the reading has stopped; otherwise the
 * section can be read, with what is wrong left out.
 */
extern bool
llp_section_open(Reader *reader, Key object, const TreeNode *node, const Place *place, Section *section);

/* The value of a key, NULL when it is absent or wrong. */
extern TreeNode *llp_field(const Section *section, Key key);
/* The key as the author gave it, sound or not; NULL when it is absent. */
extern const TreeMember *llp_field_member(const Section *section, Key key);
/* Where the value of a given key stands. */
extern Place llp_field_place(const Section *section, Key key);
/* The values of keys of scalar types, or what is said of them when absent or wrong. */
extern Str llp_field_string(const Section *section, Key key); /* empty */
extern bool llp_field_bool(const Section *section, Key key, bool otherwise);
extern int64_t llp_field_int(const Section *section, Key key, int64_t otherwise);

/* Parses a path of a request that stands at line and column; false when it is wrong, which is reported. */
extern bool
llp_read_path(Reader *reader, Str text, int line, int column, const Place *place, FieldPath *path);

/* Notes that a key, when it is given, does nothing. */
extern void llp_note_without_effect(Reader *reader, const Section *section, Key key);

/* A copy of the section's map with its keys in camelCase, values shared; NULL when exhausted. */
extern TreeNode *llp_section_normal(Reader *reader, const Section *section);

#endif
