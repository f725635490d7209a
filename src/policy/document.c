/*
 * policy/document.c - reads the top of a policy: who it is, when it applies, what holds for all of it.
 *
 * Rules, exceptions and tests have their own files.
 */
#include "policy/document.h"

#include "base/number.h"
#include "policy/embedded_test.h"
#include "policy/name.h"
#include "policy/reference.h"
#include "policy/rule.h"
#include "policy/unique.h"
#include "policy/validity.h"
#include "policy/variable.h"

#define DEFAULT_VERSION "1.0.0"
#define ID_HINT "An id is 1 to 128 letters, digits, points, _ and -, and starts with a letter or digit."

/* Puts a string that the author left out into a normalised copy. */
static void
fill_in(Reader *reader, TreeNode *normal, Str key, Str value)
{
	if (llp_tree_get(normal, key) == NULL)
		(void) llp_tree_set(reader->arena, normal, key, llp_tree_string(reader->arena, value));
}

/* The id of a name, when there is no id. */
static Str
id_of_name(Reader *reader, const Section *section)
{
	const TreeNode *name = llp_field(section, KEY_METADATA_NAME);
	Place place = llp_field_place(section, KEY_METADATA_NAME);
	Str slug;

	if (name == NULL || llp_field_member(section, KEY_METADATA_ID) != NULL)
		return STR("");
	slug = llp_name_slug(reader->arena, name->as.string);
	if (!llp_policy_id_valid(slug) && !llp_arena_exhausted(reader->arena))
		REPORT_ERROR(reader, name, &place, "Give the policy a metadata.id of its own.",
					 "no id can be made of this name");
	return slug;
}

static Str
read_id(Reader *reader, const Section *section)
{
	const TreeNode *id = llp_field(section, KEY_METADATA_ID);
	Place place = llp_field_place(section, KEY_METADATA_ID);
	Str shown;

	if (id == NULL)
		return id_of_name(reader, section);
	shown = llp_excerpt(reader->arena, id->as.string);
	if (!llp_policy_id_valid(id->as.string))
		REPORT_ERROR(reader, id, &place, ID_HINT, "invalid id \"%.*s\"", STR_ARG(shown));
	return id->as.string;
}

static Str
read_version(Reader *reader, const Section *section)
{
	const TreeNode *version = llp_field(section, KEY_METADATA_VERSION);
	Value value = llp_tree_value(version);
	char text[LLP_NUMBER_TEXT_SIZE];

	if (version == NULL)
		return STR(DEFAULT_VERSION);
	if (version->kind == VALUE_STRING)
		return version->as.string;
	return llp_str_copy(reader->arena, llp_scalar_text(llp_arena_host(reader->arena), &value, text));
}

static Str
default_namespace(const Reader *reader)
{
	return reader->ns.size > 0 ? reader->ns : STR("default");
}

static Str
read_namespace(Reader *reader, const Section *section)
{
	const TreeNode *node = llp_field(section, KEY_METADATA_NAMESPACE);
	Place place = llp_field_place(section, KEY_METADATA_NAMESPACE);
	Str shown;

	if (node == NULL)
		return default_namespace(reader);
	shown = llp_excerpt(reader->arena, node->as.string);
	if (!llp_namespace_valid(node->as.string))
		REPORT_ERROR(reader, node, &place,
					 "A namespace is segments of letters, digits, _ and -, joined by points.",
					 "invalid namespace \"%.*s\"", STR_ARG(shown));
	else if (reader->ns.size > 0 && !llp_str_equal(reader->ns, node->as.string))
		REPORT_ERROR(reader, node, &place, "Leave it out, or name the namespace that was asked for.",
					 "namespace \"%.*s\" is not \"%.*s\"", STR_ARG(shown), STR_ARG(reader->ns));
	return node->as.string;
}

/* Where the policy's identity is written: the id, or the name that it was made of. */
static TreeNode *
identity_node(const Section *section)
{
	TreeNode *id = llp_field(section, KEY_METADATA_ID);

	return id != NULL ? id : llp_field(section, KEY_METADATA_NAME);
}

static void
claim_identity(Reader *reader, const Section *section, const Policy *policy, TreeNode *taken)
{
	TreeNode *node = identity_node(section);
	Place place = llp_field_place(section, llp_field(section, KEY_METADATA_ID) != NULL ? KEY_METADATA_ID
																					   : KEY_METADATA_NAME);
	StrBuf identity;

	if (node == NULL || !llp_policy_id_valid(policy->id) || !llp_namespace_valid(policy->ns))
		return;
	llp_buf_init(&identity, reader->arena);
	llp_buf_append(&identity, policy->ns);
	llp_buf_append_char(&identity, '/');
	llp_buf_append(&identity, policy->id);
	if (!identity.failed)
		llp_claim_name(reader, taken, "policy", llp_buf_str(&identity), node, &place);
}

static void
read_metadata(Reader *reader, const Section *document, Policy *policy, TreeNode *taken)
{
	const TreeNode *node = llp_field(document, KEY_POLICY_METADATA);
	Place place = llp_field_place(document, KEY_POLICY_METADATA);
	Section section;
	TreeNode *normal;

	if (node == NULL || !llp_section_open(reader, KEY_METADATA, node, &place, &section))
		return;
	policy->id = read_id(reader, &section);
	policy->name = llp_field_string(&section, KEY_METADATA_NAME);
	policy->ns = read_namespace(reader, &section);
	policy->version = read_version(reader, &section);
	policy->priority = llp_field_int(&section, KEY_METADATA_PRIORITY, 0);
	claim_identity(reader, &section, policy, taken);
	normal = llp_section_normal(reader, &section);
	fill_in(reader, normal, llp_key_name(KEY_METADATA_ID), policy->id);
	fill_in(reader, normal, llp_key_name(KEY_METADATA_NAMESPACE), policy->ns);
	(void) llp_tree_set(reader->arena, policy->normalised, llp_key_name(KEY_POLICY_METADATA), normal);
}

static void
read_status(Reader *reader, const Section *section, Policy *policy)
{
	const TreeNode *status = llp_field(section, KEY_POLICY_STATUS);

	policy->status = status != NULL ? llp_status_of(status->as.string) : POLICY_ACTIVE;
	fill_in(reader, policy->normalised, llp_key_name(KEY_POLICY_STATUS), llp_status_name(policy->status));
}

static void
read_applicability(Reader *reader, const TreeMember *member, const Place *parent, Applicability *entry)
{
	Place place = llp_place_member(parent, member->key);
	bool is_list = member->value->kind == VALUE_LIST;
	size_t count = is_list ? member->value->as.list.count : 1;

	if (!llp_read_path(reader, member->key, member->line, member->column, &place, &entry->path))
		return;
	if (count == 0)
		REPORT_WARNING(reader, member->value, &place, "List the values that the path may have.",
					   "the policy never applies");
	entry->values = llp_arena_array(reader->arena, count, sizeof(TreeNode *));
	if (entry->values == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		entry->values[i] = is_list ? member->value->as.list.items[i] : member->value;
	entry->value_count = count;
}

static void
read_applies_to(Reader *reader, const Section *section, Policy *policy)
{
	const TreeNode *node = llp_field(section, KEY_POLICY_APPLIES_TO);
	Place place = llp_field_place(section, KEY_POLICY_APPLIES_TO);

	if (node == NULL)
		return;
	policy->applies_to = llp_arena_array(reader->arena, node->as.map.count, sizeof(Applicability));
	if (policy->applies_to == NULL)
		return;
	for (uint32_t i = 0; i < node->as.map.count; i++)
		read_applicability(reader, &node->as.map.members[i], &place, &policy->applies_to[i]);
	policy->applies_to_count = node->as.map.count;
}

static bool
is_deny(const TreeNode *word)
{
	return word != NULL && llp_str_equal(word->as.string, STR("deny"));
}

/* Opens a map of the policy's and puts its normalised copy into the policy's own. */
static bool
open_part(Reader *reader, const Section *document, Key key, Key object, const Place *place, Policy *policy,
		  Section *part)
{
	const TreeNode *node = llp_field(document, key);

	if (node == NULL || !llp_section_open(reader, object, node, place, part))
		return false;
	(void) llp_tree_set(reader->arena, policy->normalised, llp_key_name(key),
						llp_section_normal(reader, part));
	return true;
}

static void
read_config(Reader *reader, const Section *document, Policy *policy, Verdict *fail_open)
{
	Place place = llp_field_place(document, KEY_POLICY_CONFIG);
	Section config;
	const TreeNode *flag;
	TreeNode *normal;

	if (!open_part(reader, document, KEY_POLICY_CONFIG, KEY_CONFIG, &place, policy, &config))
		return;
	policy->default_deny = is_deny(llp_field(&config, KEY_CONFIG_DEFAULT_ACTION));
	policy->default_reason = llp_field_string(&config, KEY_CONFIG_DEFAULT_REASON);
	llp_note_without_effect(reader, &config, KEY_CONFIG_AUDIT_ALL_DECISIONS);
	llp_note_without_effect(reader, &config, KEY_CONFIG_CACHE_TTL_SECONDS);
	flag = llp_field(&config, KEY_CONFIG_FAIL_OPEN);
	if (flag == NULL)
		return;
	*fail_open = flag->as.boolean ? VERDICT_ALLOW : VERDICT_DENY;
	normal = llp_tree_get(policy->normalised, llp_key_name(KEY_POLICY_CONFIG));
	if (normal != NULL)
		llp_tree_unset(normal, llp_key_name(KEY_CONFIG_FAIL_OPEN));
}

static void
read_fallback(Reader *reader, const Section *document, Policy *policy, Verdict *given)
{
	Place place = llp_field_place(document, KEY_POLICY_FALLBACK);
	Section fallback;
	const TreeNode *action;

	if (!open_part(reader, document, KEY_POLICY_FALLBACK, KEY_FALLBACK, &place, policy, &fallback))
		return;
	policy->fallback_reason = llp_field_string(&fallback, KEY_FALLBACK_REASON);
	llp_note_without_effect(reader, &fallback, KEY_FALLBACK_AUDIT);
	llp_note_without_effect(reader, &fallback, KEY_FALLBACK_ALERT);
	action = llp_field(&fallback, KEY_FALLBACK_ACTION);
	if (action != NULL)
		*given = is_deny(action) ? VERDICT_DENY : VERDICT_ALLOW;
}

/* Writes the fallback into the normalised copy where failOpen said it. */
static void
normalise_fail_open(Reader *reader, Policy *policy)
{
	Str key = llp_key_name(KEY_POLICY_FALLBACK);
	TreeNode *normal = llp_tree_get(policy->normalised, key);

	if (normal == NULL)
		normal = llp_tree_map(reader->arena);
	if (normal == NULL || normal->kind != VALUE_MAP)
		return; /* out of memory, or a fallback of the wrong type, as written */
	fill_in(reader, normal, llp_key_name(KEY_FALLBACK_ACTION), llp_verdict_name(policy->fallback));
	(void) llp_tree_set(reader->arena, policy->normalised, key, normal);
}

/* config and fallback, which both say what a rule that errs does. */
static void
read_config_and_fallback(Reader *reader, const Section *document, Policy *policy)
{
	Verdict fail_open = VERDICT_NONE;
	Verdict given = VERDICT_NONE;
	Key key = KEY_POLICY_FALLBACK;
	Place place;

	read_config(reader, document, policy, &fail_open);
	read_fallback(reader, document, policy, &given);
	if (given == VERDICT_NONE && fail_open != VERDICT_NONE)
		key = KEY_POLICY_CONFIG;
	place = llp_field_place(document, key);
	if (given != VERDICT_NONE && fail_open != VERDICT_NONE && given != fail_open)
		REPORT_ERROR(reader, llp_field_member(document, key), &place, "Leave config.failOpen out.",
					 "fallback contradicts config.failOpen");
	policy->fallback = given != VERDICT_NONE ? given : fail_open;
	if (policy->fallback == VERDICT_NONE)
		policy->fallback = VERDICT_DENY;
	if (policy->fallback == VERDICT_ALLOW)
		REPORT_WARNING(reader, llp_field_member(document, key), &place,
					   "Errors then widen access; without it a rule that errs denies.",
					   "a rule that errs allows the request");
	if (fail_open != VERDICT_NONE)
		normalise_fail_open(reader, policy);
}

static void
read_parts(Reader *reader, const Section *section, Policy *policy, TreeNode *taken)
{
	read_metadata(reader, section, policy, taken);
	read_status(reader, section, policy);
	policy->validity = llp_read_validity(reader, section, KEY_POLICY_VALID_FROM, KEY_POLICY_VALID_UNTIL);
	read_applies_to(reader, section, policy);
	llp_read_variables(reader, section, policy);
	read_config_and_fallback(reader, section, policy);
	llp_read_rules(reader, section, policy);
	llp_read_exceptions(reader, section, policy);
	llp_read_tests(reader, section, policy);
}

Policy *
llp_read_policy(Reader *reader, const Document *document, TreeNode *taken)
{
	Place top = {NULL, {NULL, 0}, 0};
	Section section;
	Policy *policy;

	if (!llp_section_open(reader, KEY_POLICY, document->root, &top, &section))
		return NULL;
	policy = llp_arena_new(reader->arena, Policy);
	if (policy == NULL)
		return NULL;
	reader->next_expression = &policy->expressions;
	policy->source = document->source;
	policy->line = document->line;
	policy->normalised = llp_section_normal(reader, &section);
	if (policy->normalised == NULL)
		return NULL;
	read_parts(reader, &section, policy, taken);
	policy->references = llp_take_references(reader);
	return policy;
}
