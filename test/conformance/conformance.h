/*
 * test/conformance/conformance.h - what the runners of recorded cases share.
 */
#ifndef LLP_TEST_CONFORMANCE_H
#define LLP_TEST_CONFORMANCE_H

#include <stdbool.h>

#include "base/str.h"

/* Takes the next line off `text`; false at the end. */
extern bool next_line(Str *text, Str *line);

/* Each runs the cases of a file and prints what failed and a score; true when that is good enough. */
extern bool run_operators(Str text);
extern bool run_cel(Str text);
extern bool run_injection(Str text);
extern bool run_tokens(Str text);
/* Prints what the detector finds in the texts of a file; true. */
extern bool run_detect(Str text);

#endif
