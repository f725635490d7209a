/*
 * doc/builder.c - libyaml's events to trees.
 */
#include "doc/builder.h"

#include "base/utf8.h"
#include "doc/scalars.h"

#define SHOWN_SIZE 64 /* bytes of a key or a name that a message or a path repeats */

void
llp_builder_init(Builder *builder, Arena *arena, Str text, Repairs *repairs, DiagnosticList *findings)
{
	*builder = (Builder){.arena = arena, .findings = findings, .repairs = repairs};
	llp_cursor_init(&builder->cursor, text, repairs);
	llp_slices_init(&builder->slices, arena, text);
}

/* The first characters of a text, at most SHOWN_SIZE bytes of them. */
static Str
shown(Str text)
{
	if (text.size <= SHOWN_SIZE)
		return text;
	text.size = SHOWN_SIZE;
	while (text.size > 0 && llp_utf8_continues(text.data[text.size]))
		text.size--;
	return text;
}

/* Can the key be written after a point? */
static bool
is_plain_key(Str key)
{
	for (size_t i = 0; i < key.size; i++)
		if (strchr(".[]\"'\\ ", key.data[i]) != NULL)
			return false;
	return key.size > 0;
}

static void
append_key(StrBuf *path, Str key)
{
	if (is_plain_key(key))
	{
		if (path->size > 0)
			llp_buf_append_char(path, '.');
		llp_buf_append(path, shown(key));
		return;
	}
	llp_buf_append(path, STR("[\""));
	key = shown(key);
	for (size_t i = 0; i < key.size; i++)
	{
		if (key.data[i] == '"' || key.data[i] == '\\')
			llp_buf_append_char(path, '\\');
		llp_buf_append_char(path, key.data[i]);
	}
	llp_buf_append(path, STR("\"]"));
}

Str
llp_builder_path(const Builder *builder)
{
	StrBuf path;

	llp_buf_init(&path, builder->arena);
	for (int i = 0; i < builder->depth; i++)
	{
		const Frame *frame = &builder->frames[i];

		if (frame->node->kind == VALUE_LIST)
			llp_buf_format(&path, "[%u]", (unsigned) frame->node->as.list.count);
		else if (frame->has_key)
			append_key(&path, frame->key);
	}
	return llp_buf_str(&path);
}

/* The path for a finding; it is not built for one that is only counted. */
static Str
path_for_finding(const Builder *builder)
{
	return builder->findings->kept < LLP_MAX_DIAGNOSTICS ? llp_builder_path(builder) : STR("");
}

/* Reports an error about the event at hand. */
#define report(builder, hint, ...)                                                                           \
	llp_diag_add((builder)->findings, SEVERITY_ERROR, (builder)->here.line, (builder)->here.column,          \
				 path_for_finding(builder), hint, __VA_ARGS__)

static void
stop(Builder *builder, Status status)
{
	if (builder->status == STATUS_OK)
		builder->status = status;
}

/* Counts nodes against the cap. */
static void
count_nodes(Builder *builder, size_t more)
{
	builder->nodes += more;
	if (builder->nodes <= LLP_MAX_DOCUMENT_NODES)
		return;
	report(builder, "Split the text, or use fewer aliases.", "more than %d values, counting those of aliases",
		   LLP_MAX_DOCUMENT_NODES);
	stop(builder, STATUS_LIMIT);
}

static Frame *
innermost(Builder *builder)
{
	return builder->depth == 0 ? NULL : &builder->frames[builder->depth - 1];
}

static bool
expects_key(Builder *builder)
{
	const Frame *frame = innermost(builder);

	return frame != NULL && frame->node->kind == VALUE_MAP && !frame->has_key;
}

static void
finish_document(Builder *builder, TreeNode *root, Position end)
{
	if (builder->slices.count == LLP_MAX_DOCUMENTS)
	{
		report(builder, "Apply the documents in several texts.", "more than %d documents", LLP_MAX_DOCUMENTS);
		stop(builder, STATUS_LIMIT);
	}
	else if (!llp_slices_add(&builder->slices, root, builder->enclosure, builder->document_start, end))
		stop(builder, STATUS_NO_MEMORY);
}

static void
add_member(Builder *builder, Frame *frame, TreeNode *value)
{
	TreeMember *member;

	if (!llp_tree_set(builder->arena, frame->node, frame->key, value))
	{
		stop(builder, STATUS_NO_MEMORY);
		return;
	}
	member = &frame->node->as.map.members[frame->node->as.map.count - 1];
	member->line = frame->key_position.line;
	member->column = frame->key_position.column;
}

/* Puts a complete node where it belongs; `end` is where its characters end. */
static void
attach(Builder *builder, TreeNode *node, Position end)
{
	Frame *frame = innermost(builder);

	if (frame == NULL)
		finish_document(builder, node, end);
	else if (frame->node->kind == VALUE_LIST)
	{
		if (!llp_tree_append(builder->arena, frame->node, node))
			stop(builder, STATUS_NO_MEMORY);
	}
	else if (!frame->has_key)
	{
		frame->has_key = true; /* a key that is no scalar, refused when it came */
		frame->drop_value = true;
		frame->key = STR("?");
	}
	else
	{
		if (!frame->drop_value)
			add_member(builder, frame, node);
		frame->has_key = false;
		frame->drop_value = false;
	}
}

/* A scalar where a key belongs. */
static void
take_key(Builder *builder, Str text)
{
	Frame *frame = innermost(builder);
	const TreeMember *twin = llp_tree_member(frame->node, text);

	frame->key = llp_str_copy(builder->arena, text);
	if (frame->key.data == NULL)
	{
		stop(builder, STATUS_NO_MEMORY);
		return;
	}
	frame->has_key = true;
	frame->key_position = builder->here;
	if (twin == NULL)
		return;
	frame->drop_value = true;
	report(builder, "Remove one of the two.", "duplicate key \"%.*s\", which stands already in line %d",
		   STR_ARG(shown(text)), twin->line);
}

static void
register_anchor(Builder *builder, const yaml_char_t *name, TreeNode *node)
{
	if (name == NULL)
		return;
	if (builder->anchors == NULL)
		builder->anchors = llp_tree_map(builder->arena);
	if (!llp_tree_set(builder->arena, builder->anchors,
					  llp_str_copy(builder->arena, llp_str((const char *) name)), node))
		stop(builder, STATUS_NO_MEMORY);
}

static void
refuse_tag(Builder *builder, const yaml_char_t *tag)
{
	if (tag != NULL)
		report(builder, "Remove the tag; quotes make a value a string.", "a tag (%.*s) is not allowed",
			   STR_ARG(shown(llp_str((const char *) tag))));
}

/* Prepares a node just made: its place, its anchor, its share of the cap. */
static bool
start_node(Builder *builder, TreeNode *node, const yaml_char_t *anchor)
{
	if (node == NULL)
	{
		stop(builder, STATUS_NO_MEMORY);
		return false;
	}
	node->line = builder->here.line;
	node->column = builder->here.column;
	count_nodes(builder, 1);
	register_anchor(builder, anchor, node);
	return builder->status == STATUS_OK;
}

/* A place within a scalar was repaired as if the scalar were in double quotes; is it? */
static void
check_place(Builder *builder, Place *place, bool double_quoted)
{
	if (double_quoted || !place->applied)
		return;
	if (place->is_pair)
	{
		place->applied = false;
		builder->misplaced = true;
		return;
	}
	report(builder, "Remove it, or put the value in double quotes.",
		   "the character U+%04X can stand in a double-quoted string only", (unsigned) place->code_point);
}

static void
check_repairs(Builder *builder, Position end, bool double_quoted)
{
	Place *place;

	while ((place = llp_repairs_next_within(builder->repairs, builder->here.offset, end.offset)) != NULL)
		check_place(builder, place, double_quoted);
}

/* "\u0000" is YAML and JSON, but no text of a database. */
static bool
holds_nul(Str text)
{
	return text.size > 0 && memchr(text.data, '\0', text.size) != NULL;
}

/* A document of which there is nothing: a marker with only comments after it. */
static bool
is_empty_document(const Builder *builder, const yaml_event_t *event)
{
	return builder->depth == 0 && builder->enclosure == IN_STREAM && event->data.scalar.length == 0 &&
		   event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && event->data.scalar.anchor == NULL &&
		   event->data.scalar.tag == NULL;
}

static void
take_scalar(Builder *builder, const yaml_event_t *event)
{
	Str text = {(const char *) event->data.scalar.value, event->data.scalar.length};
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	Position end = llp_cursor_seek(&builder->cursor, event->end_mark.index);
	TreeNode *node;

	if (is_empty_document(builder, event))
		return;
	check_repairs(builder, end, event->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE);
	refuse_tag(builder, event->data.scalar.tag);
	if (holds_nul(text))
		report(builder, NULL, "a string must not contain the character U+0000");
	if (expects_key(builder) && event->data.scalar.anchor == NULL)
	{
		take_key(builder, text);
		return;
	}
	node = llp_read_scalar(builder->arena, text, plain);
	if (!start_node(builder, node, event->data.scalar.anchor))
		return;
	if (expects_key(builder))
		take_key(builder, text);
	else
		attach(builder, node, end);
}

/* The containers that are open contain themselves if they are referred to. */
static bool
is_open(const Builder *builder, const TreeNode *node)
{
	for (int i = 0; i < builder->depth; i++)
		if (builder->frames[i].node == node)
			return true;
	return false;
}

static void
report_depth(Builder *builder)
{
	report(builder, NULL, "more than %d lists and maps inside each other", LLP_MAX_DOCUMENT_DEPTH);
	stop(builder, STATUS_LIMIT);
}

/* The node an alias stands for; null in place of one that is refused. */
static TreeNode *
resolve_alias(Builder *builder, Str name)
{
	TreeNode *node = llp_tree_get(builder->anchors, name);

	if (node == NULL)
		report(builder, "An anchor (&name) must come before its alias, in the same document.",
			   "unknown anchor in the alias *%.*s", STR_ARG(shown(name)));
	else if (is_open(builder, node))
		report(builder, NULL, "the alias *%.*s stands inside of what it refers to", STR_ARG(shown(name)));
	else if (expects_key(builder))
		report(builder, "Write the key itself.", "an alias cannot be a key");
	else
		return node;
	return llp_tree_null(builder->arena);
}

static void
take_alias(Builder *builder, const yaml_event_t *event)
{
	Position end = llp_cursor_seek(&builder->cursor, event->end_mark.index);
	TreeNode *node = resolve_alias(builder, llp_str((const char *) event->data.alias.anchor));

	if (node == NULL)
	{
		stop(builder, STATUS_NO_MEMORY);
		return;
	}
	if ((uint32_t) builder->depth + node->height > LLP_MAX_DOCUMENT_DEPTH)
	{
		report_depth(builder);
		return;
	}
	count_nodes(builder, node->expanded_size);
	if (builder->status == STATUS_OK)
		attach(builder, node, end);
}

static void
open_container(Builder *builder, TreeNode *node, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (builder->depth == LLP_MAX_DOCUMENT_DEPTH)
	{
		report_depth(builder);
		return;
	}
	if (expects_key(builder))
		report(builder, "Write the key as a text.", "a key cannot be a list or a map");
	refuse_tag(builder, tag);
	if (!start_node(builder, node, anchor))
		return;
	builder->frames[builder->depth++] = (Frame){.node = node};
}

static void
close_container(Builder *builder, const yaml_event_t *event)
{
	TreeNode *node = builder->frames[--builder->depth].node;

	attach(builder, node, llp_cursor_seek(&builder->cursor, event->end_mark.index));
}

/* A list at the top is no node: its elements are documents. */
static void
enter_document_list(Builder *builder, const yaml_event_t *event)
{
	refuse_tag(builder, event->data.sequence_start.tag);
	if (event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE)
	{
		builder->enclosure = IN_FLOW_LIST;
		return;
	}
	builder->enclosure = IN_BLOCK_LIST;
	llp_slices_block_list(&builder->slices, builder->here);
}

static void
take_list_start(Builder *builder, const yaml_event_t *event)
{
	if (builder->depth == 0 && builder->enclosure == IN_STREAM)
		enter_document_list(builder, event);
	else
		open_container(builder, llp_tree_list(builder->arena), event->data.sequence_start.anchor,
					   event->data.sequence_start.tag);
}

static void
take_list_end(Builder *builder, const yaml_event_t *event)
{
	if (builder->depth == 0)
		builder->enclosure = IN_STREAM;
	else
		close_container(builder, event);
}

void
llp_builder_take(Builder *builder, const yaml_event_t *event)
{
	builder->here = llp_cursor_seek(&builder->cursor, event->start_mark.index);
	if (builder->depth == 0)
	{
		builder->document_start = builder->here;
		builder->anchors = NULL;
	}
	switch (event->type)
	{
		case YAML_DOCUMENT_START_EVENT:
			llp_slices_marker(&builder->slices, builder->here);
			break;
		case YAML_SCALAR_EVENT:
			take_scalar(builder, event);
			break;
		case YAML_ALIAS_EVENT:
			take_alias(builder, event);
			break;
		case YAML_SEQUENCE_START_EVENT:
			take_list_start(builder, event);
			break;
		case YAML_SEQUENCE_END_EVENT:
			take_list_end(builder, event);
			break;
		case YAML_MAPPING_START_EVENT:
			open_container(builder, llp_tree_map(builder->arena), event->data.mapping_start.anchor,
						   event->data.mapping_start.tag);
			break;
		case YAML_MAPPING_END_EVENT:
			close_container(builder, event);
			break;
		default:
			break; /* the stream's ends and a document's end say nothing new */
	}
}
