/*
 * policy/redaction.c - reads redact actions.
 *
 * What there is to find is the detector's to say (llm/detector.h); here its names are checked.
 */
#include "policy/redaction.h"

#include "base/suggest.h"
#include "llm/redactor.h"
#include "policy/modification.h"
#include "policy/template.h"

/* The texts that are redacted when the author names none. */
static const char *const default_fields[] = {"llm.prompt", "llm.messages"};

static void
report_unknown(Reader *reader, const TreeNode *node, const Place *place, Str nearest)
{
	Str name = llp_excerpt(reader->arena, node->as.string);
	StrBuf hint;

	llp_buf_init(&hint, reader->arena);
	if (nearest.size > 0)
		llp_hint_question(&hint, nearest);
	else
		llp_buf_append(&hint,
					   STR("llm_policy_detector_types() lists the types; pii, secrets and phi stand for all "
						   "of a kind."));
	REPORT_ERROR(reader, node, place, llp_hint_text(&hint), "there is no type \"%.*s\" to detect",
				 STR_ARG(name));
}

static void
add_type(Reader *reader, const TreeNode *node, const Place *place, TreeNode *types)
{
	TypeSet set = {{0}};
	Str nearest = {NULL, 0};

	if (llp_type_set_add_named(&set, node->as.string, &nearest))
		(void) llp_tree_append(reader->arena, types, llp_tree_string(reader->arena, node->as.string));
	else
		report_unknown(reader, node, place, nearest);
}

/* The names of a key as a list; NULL: all types. */
static TreeNode *
read_types(Reader *reader, const Section *section, Key key)
{
	const TreeNode *node = llp_field(section, key);
	Place place = llp_field_place(section, key);
	TreeNode *types;

	if (node == NULL)
		return NULL;
	types = llp_tree_list(reader->arena);
	if (node->kind == VALUE_STRING)
		add_type(reader, node, &place, types);
	for (uint32_t i = 0; node->kind == VALUE_LIST && i < node->as.list.count; i++)
	{
		Place element = llp_place_element(&place, i);

		add_type(reader, node->as.list.items[i], &element, types);
	}
	if (node->kind == VALUE_LIST && node->as.list.count == 0)
		REPORT_WARNING(reader, node, &place, "Leave the key out for all types.", "nothing is to be redacted");
	return types;
}

static void
refuse_both_types(Reader *reader, const Section *section)
{
	const TreeMember *pattern = llp_field_member(section, KEY_REDACT_PATTERN);
	Place place = llp_field_place(section, KEY_REDACT_PATTERN);

	if (pattern != NULL && llp_field_member(section, KEY_REDACT_TYPES) != NULL)
		REPORT_ERROR(reader, pattern, &place, "pattern is accepted for types; keep one of them.",
					 "duplicate key \"pattern\"");
}

/* {mode, types}, as it is compiled. */
static TreeNode *
read_what(Reader *reader, const Section *section)
{
	TreeNode *what = llp_tree_map(reader->arena);
	TreeNode *types = read_types(reader, section, KEY_REDACT_TYPES);
	Str mode = llp_field_string(section, KEY_REDACT_MODE);

	if (types == NULL)
		types = read_types(reader, section, KEY_REDACT_PATTERN);
	if (mode.size == 0)
		mode = llp_str(llp_redact_modes[REDACT_LABEL]);
	(void) llp_tree_set(reader->arena, what, STR("mode"), llp_tree_string(reader->arena, mode));
	if (types != NULL)
		(void) llp_tree_set(reader->arena, what, STR("types"), types);
	return what;
}

static void
add_field(Reader *reader, Str text, const TreeNode *about, const Place *place, const TreeNode *what,
		  Action *action)
{
	Modification modification = {.kind = MODIFICATION_REDACT, .value = what};

	if (llp_has_template(text))
		REPORT_ERROR(reader, about, place, "Write the path out.", "a path cannot have templates");
	else if (llp_read_path(reader, text, about->line, about->column, place, &modification.path))
		(void) llp_add_modifications(reader->arena, action, &modification, 1);
}

void
llp_read_redaction(Reader *reader, const Section *section, Action *action)
{
	const TreeNode *fields = llp_field(section, KEY_REDACT_FIELDS);
	Place place = llp_field_place(section, KEY_REDACT_FIELDS);
	const TreeNode *what = read_what(reader, section);

	refuse_both_types(reader, section);
	if (fields == NULL)
	{
		for (size_t i = 0; i < sizeof(default_fields) / sizeof(*default_fields); i++)
			add_field(reader, llp_str(default_fields[i]), section->node, section->place, what, action);
		return;
	}
	if (fields->as.list.count > LLP_MAX_RULE_MODIFICATIONS)
	{
		REPORT_ERROR(reader, fields, &place, "Spread them over several rules.",
					 "too many fields: %u, at most %d", (unsigned) fields->as.list.count,
					 LLP_MAX_RULE_MODIFICATIONS);
		return;
	}
	if (fields->as.list.count == 0)
		REPORT_WARNING(reader, fields, &place, "Leave the key out for llm.prompt and llm.messages.",
					   "nothing is to be redacted");
	for (uint32_t i = 0; i < fields->as.list.count; i++)
	{
		const TreeNode *field = fields->as.list.items[i];
		Place element = llp_place_element(&place, i);

		add_field(reader, field->as.string, field, &element, what, action);
	}
}
