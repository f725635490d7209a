/* match/stub.c - temporary. */
#include "match/regex.h"
#include "match/literals.h"
extern Status llp_regex_required(Arena *arena, Str pattern, Str **literals, size_t *count);
extern bool llp_text_folds_to_ascii(Str text);
Status llp_regex_required(Arena *arena, Str pattern, Str **literals, size_t *count)
{ (void) arena; (void) pattern; *literals = NULL; *count = 0; return STATUS_OK; }
bool llp_text_folds_to_ascii(Str text) { (void) text; return false; }
