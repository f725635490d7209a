/*
 * doc/scalar_place.c - follows a string through the text that it is written as.
 */
#include "doc/scalar_place.h"

#include "base/utf8.h"

typedef struct Follower
{
	Str text;
	size_t at; /* byte of the text */
	int line;
	int column;
	char quote; /* of the scalar's style, or NUL */
} Follower;

static char
peek(const Follower *self, size_t ahead)
{
	return self->at + ahead < self->text.size ? self->text.data[self->at + ahead] : '\0';
}

static bool
at_end(const Follower *self)
{
	return self->at >= self->text.size;
}

/* One character further. */
static void
advance(Follower *self)
{
	char c = peek(self, 0);

	self->at++;
	while (!at_end(self) && llp_utf8_continues(peek(self, 0)))
		self->at++;
	if (c == '\n' || (c == '\r' && peek(self, 0) != '\n'))
	{
		self->line++;
		self->column = 1;
	}
	else
		self->column++;
}

static bool
is_break(char c)
{
	return c == '\n' || c == '\r';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || is_break(c);
}

static void
skip_to_line(Follower *self, int line)
{
	while (self->line < line && !at_end(self))
		advance(self);
}

static void
skip_line(Follower *self)
{
	skip_to_line(self, self->line + 1);
}

/* An anchor stands before what it names. */
static void
skip_anchor(Follower *self)
{
	if (peek(self, 0) != '&')
		return;
	while (!at_end(self) && !is_blank(peek(self, 0)))
		advance(self);
	while (!at_end(self) && is_blank(peek(self, 0)))
		advance(self);
}

/* Moves to the scalar's first character: behind a quote, or to the line behind a block's header. */
static void
enter_scalar(Follower *self)
{
	char c;

	skip_anchor(self);
	c = peek(self, 0);
	if (c == '"' || c == '\'')
	{
		self->quote = c;
		advance(self);
	}
	else if (c == '|' || c == '>')
		skip_line(self);
}

/* Does a backslash at the end of a line join it to the next one? */
static bool
at_joint(const Follower *self)
{
	return self->quote == '"' && peek(self, 0) == '\\' && is_break(peek(self, 1));
}

static void
skip_blanks(Follower *self)
{
	while (!at_end(self) && (is_blank(peek(self, 0)) || at_joint(self)))
		advance(self);
}

/* Characters of the escape that begins here. */
static int
escape_length(const Follower *self)
{
	switch (peek(self, 1))
	{
		case 'x':
			return 4;
		case 'u':
			/* Both halves of a surrogate pair are one character. */
			if ((peek(self, 2) == 'd' || peek(self, 2) == 'D') && peek(self, 6) == '\\' &&
				strchr("89abAB", peek(self, 3)) != NULL)
				return 12;
			return 6;
		case 'U':
			return 10;
		default:
			return 2;
	}
}

static int
written_length(const Follower *self)
{
	if (self->quote == '"' && peek(self, 0) == '\\')
		return escape_length(self);
	return self->quote == '\'' && peek(self, 0) == '\'' ? 2 : 1;
}

static void
skip_character(Follower *self)
{
	for (int length = written_length(self); length > 0 && !at_end(self); length--)
		advance(self);
}

/* Passes what one character of the value is written as. */
static void
follow(Follower *self, char c)
{
	bool escaped = self->quote == '"' && peek(self, 0) == '\\' && !at_joint(self);

	if (!is_blank(c))
	{
		skip_blanks(self);
		skip_character(self);
	}
	else if (escaped || peek(self, 0) == c)
		skip_character(self);
}

void
llp_scalar_place(Str text, Str value, size_t offset, int *line, int *column)
{
	Follower self = {.text = text, .line = 1, .column = 1};
	size_t at = 0;

	if (llp_str_starts_with(text, STR("\xEF\xBB\xBF")))
		self.at = 3;
	skip_to_line(&self, *line);
	while (self.column < *column && !at_end(&self))
		advance(&self);
	enter_scalar(&self);
	while (at < offset && at < value.size)
	{
		size_t size = llp_utf8_at((Str){value.data + at, value.size - at}, 0).size;

		if (offset < at + size)
			break;
		follow(&self, value.data[at]);
		at += size;
	}
	if (at < value.size && !is_blank(value.data[at]))
		skip_blanks(&self);
	*line = self.line;
	*column = self.column;
}
