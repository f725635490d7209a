/*
 * test/unit/cel_support.c - see cel_support.h.
 */
#include "cel_support.h"

#include <math.h>
#include <stdlib.h>

#include "vm/cel_functions.h"
#include "vm/cel_map.h"
#include "vm/cel_network.h"
#include "vm/cel_number_text.h"
#include "vm/cel_time.h"

static CelValue read_value(CelContext *context, const char **at);

CelContext
cel_context(CelMeter meter)
{
	CelContext context;

	llp_cel_context_init(&context, vm_arena(), meter, llp_cel_timestamp(VM_NOW / 1000000, 0));
	return context;
}

static void
give_up(const char *text)
{
	printf("# no value: %s\n", text);
	exit(2);
}

static bool
take(const char **at, const char *word)
{
	size_t size = strlen(word);

	while (**at == ' ')
		(*at)++;
	if (strncmp(*at, word, size) != 0)
		return false;
	*at += size;
	return true;
}

static Str
read_quoted(CelContext *context, const char **at)
{
	StrBuf text;

	llp_buf_init(&text, context->arena);
	for (; **at != '\''; (*at)++)
	{
		char hex[3] = {0};

		if (**at == '\0')
			give_up("a quote is missing");
		if (**at != '\\')
		{
			llp_buf_append_char(&text, **at);
			continue;
		}
		(*at)++;
		if (**at == 'x')
		{
			hex[0] = (*at)[1];
			hex[1] = (*at)[2];
			*at += 2;
			llp_buf_append_char(&text, (char) strtol(hex, NULL, 16));
		}
		else
			llp_buf_append_char(&text, **at == 'n' ? '\n' : **at);
	}
	(*at)++;
	return llp_str_copy(context->arena, llp_buf_str(&text));
}

static CelValue
read_list(CelContext *context, const char **at)
{
	CelItems items;

	llp_cel_items_init(&items, context);
	while (!take(at, "]"))
	{
		llp_cel_items_append(&items, read_value(context, at));
		(void) take(at, ",");
	}
	return llp_cel_items_value(&items);
}

static CelValue
read_map(CelContext *context, const char **at)
{
	CelMap *map = llp_cel_map_new(context, 0);
	CelValue problem = llp_cel_null;

	while (!take(at, "}"))
	{
		CelValue key = read_value(context, at);
		CelValue added;

		if (!take(at, ":"))
			give_up(*at);
		added = llp_cel_map_add(context, map, key, read_value(context, at));
		if (!llp_cel_failed(problem))
			problem = added;
		(void) take(at, ",");
	}
	return llp_cel_failed(problem) ? problem : llp_cel_map(map);
}

static CelValue
read_number(const char **at)
{
	char *end;
	size_t size = strspn(*at, "0123456789+-.eE");
	bool real = strcspn(*at, ".eE") < size;
	double value = strtod(*at, &end);

	if (end == *at)
		give_up(*at);
	if (real)
	{
		*at = end;
		return llp_cel_double(value);
	}
	if (*end == 'u')
	{
		uint64_t natural = strtoull(*at, NULL, 10);

		*at = end + 1;
		return llp_cel_uint(natural);
	}
	value = 0;
	return llp_cel_int(strtoll(*at, (char **) (uintptr_t) at, 10));
}

static CelValue
type_named(Str name)
{
	for (int kind = 0; kind < CEL_STOPPED; kind++)
		if (llp_str_equal(llp_cel_kind_name((CelKind) kind), name))
			return llp_cel_type((CelKind) kind);
	return llp_cel_error("no such type");
}

static CelValue
convert(CelContext *context, CelFunction *function, Str text)
{
	CelValue string = llp_cel_string(text);

	return function(context, &string, 1);
}

static CelValue
request_value(CelContext *context, Str json)
{
	Value value = llp_tree_value(vm_json(context->arena, json.data));

	return llp_cel_of_value(&value);
}

static CelValue
read_value(CelContext *context, const char **at)
{
	CelValue value;

	if (take(at, "null"))
		return llp_cel_null;
	if (take(at, "true") || take(at, "false"))
		return llp_cel_bool((*at)[-2] == 'u');
	if (take(at, "NaN"))
		return llp_cel_double(NAN);
	if (take(at, "-Infinity"))
		return llp_cel_double(-INFINITY);
	if (take(at, "Infinity"))
		return llp_cel_double(INFINITY);
	if (take(at, "none"))
		return llp_cel_none;
	if (take(at, "some("))
	{
		value = read_value(context, at);
		(void) take(at, ")");
		return llp_cel_optional_of(context, &value, 1);
	}
	if (take(at, "'"))
		return llp_cel_string(read_quoted(context, at));
	if (take(at, "b'"))
		return llp_cel_bytes(read_quoted(context, at));
	if (take(at, "t'"))
		return convert(context, llp_cel_to_timestamp, read_quoted(context, at));
	if (take(at, "d'"))
		return convert(context, llp_cel_to_duration, read_quoted(context, at));
	if (take(at, "i'"))
		return llp_cel_read_ip(read_quoted(context, at));
	if (take(at, "c'"))
		return llp_cel_read_cidr(read_quoted(context, at));
	if (take(at, "T'"))
		return type_named(read_quoted(context, at));
	if (take(at, "r'"))
		return request_value(context, read_quoted(context, at));
	if (take(at, "["))
		return read_list(context, at);
	if (take(at, "{"))
		return read_map(context, at);
	return read_number(at);
}

CelValue
cel_read(CelContext *context, const char *text)
{
	return read_value(context, &text);
}

static void
write_quoted(StrBuf *out, const char *prefix, Str text)
{
	llp_buf_append(out, llp_str(prefix));
	llp_buf_append_char(out, '\'');
	for (size_t i = 0; i < text.size; i++)
	{
		unsigned char c = (unsigned char) text.data[i];

		if (c == '\'' || c == '\\')
			llp_buf_append_char(out, '\\');
		if (c < 0x20 || (*prefix == 'b' && c >= 0x80))
			llp_buf_format(out, "\\x%02X", c);
		else
			llp_buf_append_char(out, (char) c);
	}
	llp_buf_append_char(out, '\'');
}

static void
write_number(CelContext *context, StrBuf *out, CelValue number)
{
	char buffer[CEL_NUMBER_TEXT_SIZE];
	Str text = llp_cel_number_text(context, number, buffer);

	llp_buf_append(out, text);
	if (number.kind == CEL_UINT)
		llp_buf_append_char(out, 'u');
	if (number.kind == CEL_DOUBLE && isfinite(number.as.real) && memchr(text.data, '.', text.size) == NULL &&
		memchr(text.data, 'e', text.size) == NULL)
		llp_buf_append(out, STR(".0"));
}

static void write_value(CelContext *context, StrBuf *out, CelValue value);

static void
write_elements(CelContext *context, StrBuf *out, CelValue value)
{
	llp_buf_append_char(out, value.kind == CEL_LIST ? '[' : '{');
	for (size_t i = 0; i < value.count; i++)
	{
		if (i > 0)
			llp_buf_append(out, STR(", "));
		if (value.kind == CEL_LIST)
			write_value(context, out, llp_cel_element(value, i));
		else
		{
			CelEntry entry = llp_cel_entry(value, i);

			write_value(context, out, entry.key);
			llp_buf_append(out, STR(": "));
			write_value(context, out, entry.value);
		}
	}
	llp_buf_append_char(out, value.kind == CEL_LIST ? ']' : '}');
}

static void
write_stop(const CelContext *context, StrBuf *out)
{
	static const char *const names[] = {"ok", "invalid", "no memory", "limit", "cancelled"};

	llp_buf_format(out, "stopped: %s", context->excess ? context->excess : names[context->status]);
}

static void
write_value(CelContext *context, StrBuf *out, CelValue value)
{
	char buffer[CEL_NUMBER_TEXT_SIZE];

	switch (value.kind)
	{
		case CEL_NULL:
			llp_buf_append(out, STR("null"));
			return;
		case CEL_BOOL:
			llp_buf_append(out, value.as.boolean ? STR("true") : STR("false"));
			return;
		case CEL_INT:
		case CEL_UINT:
		case CEL_DOUBLE:
			write_number(context, out, value);
			return;
		case CEL_STRING:
			write_quoted(out, "", value.as.string);
			return;
		case CEL_BYTES:
			write_quoted(out, "b", value.as.string);
			return;
		case CEL_TIMESTAMP:
			write_quoted(out, "t", llp_cel_timestamp_text(value, buffer));
			return;
		case CEL_DURATION:
			write_quoted(out, "d", llp_cel_duration_text(value, buffer));
			return;
		case CEL_IP:
			write_quoted(out, "i", llp_cel_network_text(value, buffer));
			return;
		case CEL_CIDR:
			write_quoted(out, "c", llp_cel_network_text(value, buffer));
			return;
		case CEL_TYPE:
			write_quoted(out, "T", llp_cel_kind_name(value.as.type));
			return;
		case CEL_LIST:
		case CEL_MAP:
			write_elements(context, out, value);
			return;
		case CEL_OPTIONAL:
			llp_buf_append(out, value.as.optional == NULL ? STR("none") : STR("some("));
			if (value.as.optional == NULL)
				return;
			write_value(context, out, *value.as.optional);
			llp_buf_append_char(out, ')');
			return;
		case CEL_ERROR:
			llp_buf_append(out, STR("error: "));
			llp_buf_append(out, value.as.string);
			return;
		default:
			write_stop(context, out);
	}
}

const char *
cel_write(CelContext *context, CelValue value)
{
	StrBuf out;

	llp_buf_init(&out, context->arena);
	write_value(context, &out, value);
	return llp_str_copy(context->arena, llp_buf_str(&out)).data;
}

Function
cel_function(const char *name)
{
	static const char *const names[] = {
		"",
#define FUNCTION(symbol, name, evaluation) name,
#include "base/functions.def"
	};

	for (int i = 1; i < FUNCTION_END; i++)
		if (strcmp(names[i], name) == 0)
			return (Function) i;
	give_up(name);
	return FUNCTION_NONE;
}

int
cel_arguments(CelContext *context, const char *text, CelValue *args)
{
	int count = 0;

	while (*text != '\0' && count < CEL_MAX_ARGUMENTS)
	{
		args[count++] = read_value(context, &text);
		(void) take(&text, ",");
	}
	return count;
}

CelValue
cel_call(CelContext *context, const char *function, const char *arguments)
{
	CelValue args[CEL_MAX_ARGUMENTS];
	int count = cel_arguments(context, arguments, args);

	return llp_cel_call(context, cel_function(function), args, count);
}

void
cel_check_rows(const CelRow *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
	{
		CelContext context = cel_context(CEL_AMPLE);
		const char *actual = cel_write(&context, cel_call(&context, rows[i].function, rows[i].arguments));

		if (strcmp(actual, rows[i].result) != 0)
			unit_fail(__FILE__, __LINE__, "%s(%s) is %s, not %s", rows[i].function, rows[i].arguments, actual,
					  rows[i].result);
		llp_arena_destroy(context.arena);
	}
}
