/*
 * policy/validity.c - reads the time in which something is in force.
 */
#include "policy/validity.h"

static Timestamp
moment(const Section *section, Key key, Timestamp otherwise)
{
	const TreeNode *node = llp_field(section, key);
	Timestamp timestamp;

	return node != NULL && llp_timestamp_parse(node->as.string, &timestamp) ? timestamp : otherwise;
}

Validity
llp_read_validity(Reader *reader, const Section *section, Key from, Key until)
{
	Validity validity = {moment(section, from, TIMESTAMP_MIN), moment(section, until, TIMESTAMP_MAX)};

	if (validity.until <= validity.from)
	{
		Place place = llp_field_place(section, until);

		REPORT_ERROR(reader, llp_field(section, until), &place, NULL, "validUntil is not after validFrom");
	}
	return validity;
}
