/*
 * policy/schema.c - checks maps of a document against policy/keys.def.
 *
 * Knows shapes only: which keys, which types, which words.  What the values mean together is the business of
 * the file that reads the object.
 */
#include "policy/schema.h"

#include "base/timestamp.h"
#include "policy/suggest.h"
#include "policy/template.h"

static const char *
found(const TreeNode *node)
{
	switch (node->kind)
	{
		case VALUE_NULL:
			return "null";
		case VALUE_BOOL:
			return node->as.boolean ? "true" : "false";
		case VALUE_INT:
			return "an integer";
		case VALUE_DOUBLE:
			return "a number";
		case VALUE_STRING:
			return "a string";
		case VALUE_LIST:
			return "a list";
		default:
			return "a map";
	}
}

static bool
is_list_of_strings(const TreeNode *node)
{
	if (node->kind != VALUE_LIST)
		return false;
	for (uint32_t i = 0; i < node->as.list.count; i++)
	{
		if (node->as.list.items[i]->kind != VALUE_STRING)
			return false;
	}
	return true;
}

static bool
has_type(KeyType type, const TreeNode *node)
{
	ValueKind kind = node->kind;

	switch (type)
	{
		case TYPE_ANY:
			return true;
		case TYPE_TEXT:
			return kind == VALUE_STRING || kind == VALUE_INT || kind == VALUE_DOUBLE;
		case TYPE_BOOL:
			return kind == VALUE_BOOL;
		case TYPE_INT:
			return kind == VALUE_INT;
		case TYPE_NUMBER:
			return kind == VALUE_INT || kind == VALUE_DOUBLE;
		case TYPE_COUNT:
			return kind == VALUE_INT && node->as.integer >= 0;
		case TYPE_LIST:
			return kind == VALUE_LIST;
		case TYPE_STRINGS:
			return is_list_of_strings(node);
		case TYPE_TEXTS:
			return kind == VALUE_STRING || is_list_of_strings(node);
		case TYPE_MAP:
			return kind == VALUE_MAP;
		default:
			return kind == VALUE_STRING;
	}
}

/* Reports a value that is not of the type, at the very element where a list is wrong. */
static void
report_type(Reader *reader, KeyType type, const TreeNode *node, const Place *place)
{
	if ((type == TYPE_STRINGS || type == TYPE_TEXTS) && node->kind == VALUE_LIST)
	{
		for (uint32_t i = 0; i < node->as.list.count; i++)
		{
			Place element = llp_place_element(place, i);

			(void) llp_check_type(reader, TYPE_STRING, node->as.list.items[i], &element);
		}
		return;
	}
	if (type == TYPE_COUNT && node->kind == VALUE_INT)
		REPORT_ERROR(reader, node, place, NULL, "expected an integer of at least 0, found %lld",
					 (long long) node->as.integer);
	else
		REPORT_ERROR(reader, node, place, NULL, "expected %s, found %s", llp_type_expected(type),
					 found(node));
}

static bool
is_word(KeyType type, Str text)
{
	Str word;

	for (size_t n = 0; (word = llp_type_word(type, n)).size > 0; n++)
	{
		if (llp_str_equal(word, text))
			return true;
	}
	return false;
}

static const char *
word_noun(KeyType type)
{
	switch (type)
	{
		case TYPE_STATUS:
			return "status";
		case TYPE_DECISION:
			return "decision";
		case TYPE_REASON_CODE:
			return "reason code";
		case TYPE_OPERATOR:
			return "operator";
		case TYPE_ACTION_TYPE:
			return "type of action";
		default:
			return "word";
	}
}

static bool
check_word(Reader *reader, KeyType type, const TreeNode *node, const Place *place)
{
	Str word = node->as.string;
	Str shown;

	if (llp_type_word(type, 0).size == 0 || is_word(type, word))
		return true;
	shown = llp_excerpt(reader->arena, word);
	REPORT_ERROR(reader, node, place, llp_suggest_word(reader->arena, type, word), "unknown %s \"%.*s\"",
				 word_noun(type), STR_ARG(shown));
	return false;
}

static bool
check_timestamp(Reader *reader, const TreeNode *node, const Place *place)
{
	Timestamp timestamp;
	Str shown;

	if (llp_timestamp_parse(node->as.string, &timestamp))
		return true;
	shown = llp_excerpt(reader->arena, node->as.string);
	REPORT_ERROR(reader, node, place,
				 "Write it as 2026-07-02T09:30:00Z, with an offset, or as a date alone: 2026-07-02.",
				 "invalid timestamp \"%.*s\"", STR_ARG(shown));
	return false;
}

/* A node without a place stands in for one that doc/ refused and reported. */
static bool
is_placeholder(const TreeNode *node)
{
	return node->line == 0;
}

bool
llp_check_type(Reader *reader, KeyType type, const TreeNode *node, const Place *place)
{
	if (is_placeholder(node))
		return false;
	if (!has_type(type, node))
	{
		report_type(reader, type, node, place);
		return false;
	}
	if (type == TYPE_TIMESTAMP)
		return check_timestamp(reader, node, place);
	return check_word(reader, type, node, place);
}

static void
report_unknown_key(Reader *reader, const Section *section, const TreeMember *member, const Place *place)
{
	Str shown = llp_excerpt(reader->arena, member->key);

	REPORT_ERROR(reader, member, place, llp_suggest_key(reader->arena, section->object, member->key),
				 "unknown key \"%.*s\"", STR_ARG(shown));
}

/* Both spellings of one key. */
static void
report_twin(Reader *reader, const Field *field, const TreeMember *member, const Place *place)
{
	StrBuf hint;

	llp_buf_init(&hint, reader->arena);
	llp_buf_append(&hint, STR("It is the same key as \""));
	llp_buf_append(&hint, field->member->key);
	llp_buf_append(&hint, STR("\"; keep one of them."));
	REPORT_ERROR(reader, member, place, llp_hint_text(&hint), "duplicate key \"%.*s\"", STR_ARG(member->key));
}

/* Words decide what the rest means, and paths have to be known when a document is read. */
static bool
is_structure(Key key)
{
	KeyType type = llp_key_type(key);

	return type == TYPE_ACTION_TYPE || type == TYPE_DECISION || key == KEY_ACTION_MODIFICATIONS ||
		   key == KEY_MODIFY_MODIFICATIONS || key == KEY_MODIFY_SET || key == KEY_MODIFY_REMOVE ||
		   key == KEY_MODIFY_APPEND || key == KEY_MODIFY_CAP || key == KEY_REDACT_FIELDS ||
		   key == KEY_REDACT_TYPES || key == KEY_REDACT_PATTERN || key == KEY_REDACT_MODE;
}

/* A template can stand where another type is wanted: its value will have that type. */
static bool
is_value_template(const Reader *reader, const Section *section, Key key, const TreeNode *node)
{
	return llp_object_nature(section->object) == NATURE_TEMPLATED && !is_structure(key) &&
		   node->kind == VALUE_STRING && llp_is_template(reader->arena, node->as.string);
}

static void
take_member(Reader *reader, Section *section, const TreeMember *member)
{
	Key key = llp_key_find(section->object, member->key);
	Place place = llp_place_member(section->place, member->key);
	Field *field;

	if (key == KEY_NONE)
	{
		if (llp_object_nature(section->object) != NATURE_OPEN)
			report_unknown_key(reader, section, member, &place);
		return;
	}
	field = &section->fields[key - section->object];
	if (field->member != NULL)
	{
		report_twin(reader, field, member, &place);
		return;
	}
	field->member = member;
	field->sound = is_value_template(reader, section, key, member->value) ||
				   llp_check_type(reader, llp_key_type(key), member->value, &place);
}

static void
report_missing(Reader *reader, const Section *section)
{
	size_t count = llp_object_key_count(section->object);

	for (size_t i = 1; i <= count; i++)
	{
		Key key = (Key) (section->object + i);
		StrBuf hint;

		if (!llp_key_required(key) || section->fields[i].member != NULL)
			continue;
		llp_buf_init(&hint, reader->arena);
		llp_buf_append(&hint, llp_key_name(key));
		llp_buf_append(&hint, STR(" is "));
		llp_buf_append(&hint, llp_str(llp_type_expected(llp_key_type(key))));
		llp_buf_append(&hint, STR(": "));
		llp_buf_append(&hint, llp_str(llp_key_what(key)));
		llp_buf_append(&hint, STR("."));
		REPORT_ERROR(reader, section->node, section->place, llp_hint_text(&hint), "missing key \"%.*s\"",
					 STR_ARG(llp_key_name(key)));
	}
}

bool
llp_reader_stopped(Reader *reader)
{
	const Host *host = llp_arena_host(reader->arena);

	if (reader->stopped == STATUS_OK && llp_arena_exhausted(reader->arena))
		reader->stopped = STATUS_NO_MEMORY;
	if (reader->stopped == STATUS_OK && host->poll(host->context))
		reader->stopped = STATUS_CANCELLED;
	return reader->stopped != STATUS_OK;
}

bool
llp_section_open(Reader *reader, Key object, const TreeNode *node, const Place *place, Section *section)
{
	*section = (Section){.object = object, .node = node, .place = place};
	if (llp_reader_stopped(reader) || !llp_check_type(reader, TYPE_MAP, node, place))
		return false;
	for (uint32_t i = 0; i < node->as.map.count; i++)
		take_member(reader, section, &node->as.map.members[i]);
	report_missing(reader, section);
	return true;
}

TreeNode *
llp_field(const Section *section, Key key)
{
	const Field *field = &section->fields[key - section->object];

	return field->sound ? field->member->value : NULL;
}

const TreeMember *
llp_field_member(const Section *section, Key key)
{
	return section->fields[key - section->object].member;
}

Place
llp_field_place(const Section *section, Key key)
{
	const TreeMember *member = llp_field_member(section, key);

	return llp_place_member(section->place, member == NULL ? llp_key_name(key) : member->key);
}

Str
llp_field_string(const Section *section, Key key)
{
	const TreeNode *node = llp_field(section, key);

	return node == NULL ? (Str){NULL, 0} : node->as.string;
}

bool
llp_field_bool(const Section *section, Key key, bool otherwise)
{
	const TreeNode *node = llp_field(section, key);

	return node == NULL ? otherwise : node->as.boolean;
}

int64_t
llp_field_int(const Section *section, Key key, int64_t otherwise)
{
	const TreeNode *node = llp_field(section, key);

	return node == NULL ? otherwise : node->as.integer;
}

bool
llp_read_path(Reader *reader, Str text, int line, int column, const Place *place, FieldPath *path)
{
	const char *problem = "";
	size_t offset = 0;
	Status status = llp_path_parse(reader->arena, text, path, &problem, &offset);
	Str shown = llp_excerpt(reader->arena, text);

	if (status == STATUS_INVALID)
		llp_diag_add(reader->findings, SEVERITY_ERROR, line, column, llp_place_path(reader->arena, place),
					 "A path is written a.b, a[0] or a[\"x.y\"].", "invalid path \"%.*s\": %s",
					 STR_ARG(shown), problem);
	return status == STATUS_OK;
}

void
llp_note_without_effect(Reader *reader, const Section *section, Key key)
{
	const TreeMember *member = llp_field_member(section, key);
	Place place = llp_field_place(section, key);

	if (member != NULL)
		REPORT_NOTE(reader, member, &place, "It is accepted from older documents; leave it out.",
					"%.*s has no effect", STR_ARG(llp_key_name(key)));
}

TreeNode *
llp_section_normal(Reader *reader, const Section *section)
{
	TreeNode *normal = llp_tree_map(reader->arena);
	bool open = llp_object_nature(section->object) == NATURE_OPEN;

	for (uint32_t i = 0; i < section->node->as.map.count; i++)
	{
		const TreeMember *member = &section->node->as.map.members[i];
		Key key = open ? KEY_NONE : llp_key_find(section->object, member->key);
		Str name = key == KEY_NONE ? member->key : llp_key_name(key);

		if (!llp_tree_set(reader->arena, normal, name, member->value))
			return NULL;
	}
	return normal;
}
