/*
 * vm/cel_functions.h - what the functions of the expression language do, one C function for each name.
 *
 * They are called by vm/cel_call.c, which has compared the arguments with the overloads of
 * base/functions.def: there are as many arguments as one of these says, of its kinds, and none is an error.
 * What elements are has to be looked at here.
 */
#ifndef LLP_VM_CEL_FUNCTIONS_H
#define LLP_VM_CEL_FUNCTIONS_H

#include "match/regex.h"
#include "vm/cel_context.h"

/* Most need only some of these. */
#define CEL_ARGS                                                                                             \
	CelContext *context __attribute__((unused)), const CelValue *args __attribute__((unused)),               \
		int count __attribute__((unused))

typedef CelValue CelFunction(CEL_ARGS);

/* cel_operators.c */
extern CelFunction llp_cel_not;
extern CelFunction llp_cel_equals;
extern CelFunction llp_cel_not_equals;
extern CelFunction llp_cel_less;
extern CelFunction llp_cel_less_equal;
extern CelFunction llp_cel_greater;
extern CelFunction llp_cel_greater_equal;
extern CelFunction llp_cel_in;
extern CelFunction llp_cel_index;
extern CelFunction llp_cel_optional_index;
extern CelFunction llp_cel_size;
extern CelFunction llp_cel_contains;
/* cel_arithmetic.c */
extern CelFunction llp_cel_add;
extern CelFunction llp_cel_subtract;
extern CelFunction llp_cel_multiply;
extern CelFunction llp_cel_divide;
extern CelFunction llp_cel_modulo;
extern CelFunction llp_cel_negate;
/* cel_conversions.c */
extern CelFunction llp_cel_dyn;
extern CelFunction llp_cel_type_of;
extern CelFunction llp_cel_to_bool;
extern CelFunction llp_cel_to_int;
extern CelFunction llp_cel_to_uint;
extern CelFunction llp_cel_to_double;
extern CelFunction llp_cel_to_string;
extern CelFunction llp_cel_to_bytes;
/* cel_time.c */
extern CelFunction llp_cel_to_timestamp;
extern CelFunction llp_cel_to_duration;
extern CelFunction llp_cel_now;
extern CelFunction llp_cel_add_days;
extern CelFunction llp_cel_get_full_year;
extern CelFunction llp_cel_get_month;
extern CelFunction llp_cel_get_date;
extern CelFunction llp_cel_get_day_of_month;
extern CelFunction llp_cel_get_day_of_week;
extern CelFunction llp_cel_get_day_of_year;
extern CelFunction llp_cel_get_hours;
extern CelFunction llp_cel_get_minutes;
extern CelFunction llp_cel_get_seconds;
extern CelFunction llp_cel_get_milliseconds;
extern CelFunction llp_cel_month;
extern CelFunction llp_cel_weekday;
/* cel_strings.c */
extern CelFunction llp_cel_starts_with;
extern CelFunction llp_cel_ends_with;
extern CelFunction llp_cel_char_at;
extern CelFunction llp_cel_index_of;
extern CelFunction llp_cel_last_index_of;
extern CelFunction llp_cel_lower_ascii;
extern CelFunction llp_cel_upper_ascii;
extern CelFunction llp_cel_substring;
extern CelFunction llp_cel_trim;
extern CelFunction llp_cel_quote;
extern CelFunction llp_cel_reverse;
/* cel_pieces.c */
extern CelFunction llp_cel_join;
extern CelFunction llp_cel_replace;
extern CelFunction llp_cel_split;
/* cel_matches.c */
extern CelFunction llp_cel_matches;
/* The same with a pattern that is compiled. */
extern CelValue llp_cel_matches_regex(CelContext *context, const Regex *regex, Str text);
/* Of a text that is matched, so many bytes are worth a step; no search of a text takes more steps. */
#define LLP_MATCHED_BYTES_PER_STEP 8
/* cel_format.c */
extern CelFunction llp_cel_format;
/* cel_math.c */
extern CelFunction llp_cel_greatest;
extern CelFunction llp_cel_least;
extern CelFunction llp_cel_ceil;
extern CelFunction llp_cel_floor;
extern CelFunction llp_cel_round;
extern CelFunction llp_cel_trunc;
extern CelFunction llp_cel_abs;
extern CelFunction llp_cel_sign;
extern CelFunction llp_cel_sqrt;
extern CelFunction llp_cel_is_nan;
extern CelFunction llp_cel_is_inf;
extern CelFunction llp_cel_is_finite;
extern CelFunction llp_cel_bit_and;
extern CelFunction llp_cel_bit_or;
extern CelFunction llp_cel_bit_xor;
extern CelFunction llp_cel_bit_not;
extern CelFunction llp_cel_bit_shift_left;
extern CelFunction llp_cel_bit_shift_right;
/* cel_lists.c */
extern CelFunction llp_cel_range;
extern CelFunction llp_cel_slice;
extern CelFunction llp_cel_flatten;
extern CelFunction llp_cel_sort;
extern CelFunction llp_cel_sort_by;
extern CelFunction llp_cel_first;
extern CelFunction llp_cel_last;
extern CelFunction llp_cel_list_reverse;
/* cel_sets.c */
extern CelFunction llp_cel_distinct;
extern CelFunction llp_cel_sets_contains;
extern CelFunction llp_cel_sets_equivalent;
extern CelFunction llp_cel_sets_intersects;
/* cel_encoders.c */
extern CelFunction llp_cel_base64_encode;
extern CelFunction llp_cel_base64_decode;
/* cel_optionals.c */
extern CelFunction llp_cel_optional_none;
extern CelFunction llp_cel_optional_of;
extern CelFunction llp_cel_optional_of_non_zero;
extern CelFunction llp_cel_has_value;
extern CelFunction llp_cel_value;
extern CelFunction llp_cel_unwrap;
/* cel_network.c */
extern CelFunction llp_cel_is_ip;
extern CelFunction llp_cel_is_cidr;
extern CelFunction llp_cel_ip;
extern CelFunction llp_cel_ip_is_canonical;
extern CelFunction llp_cel_cidr;
extern CelFunction llp_cel_family;
extern CelFunction llp_cel_is_unspecified;
extern CelFunction llp_cel_is_loopback;
extern CelFunction llp_cel_is_global_unicast;
extern CelFunction llp_cel_is_link_local_multicast;
extern CelFunction llp_cel_is_link_local_unicast;
extern CelFunction llp_cel_contains_ip;
extern CelFunction llp_cel_contains_cidr;
extern CelFunction llp_cel_masked;
extern CelFunction llp_cel_prefix_length;
/* cel_map.c */
extern CelFunction llp_cel_map_insert;
/* cel_policy.c */
extern CelFunction llp_cel_has_permission;
extern CelFunction llp_cel_has_role;
/* cel_json.c */
extern CelFunction llp_cel_parse_json;
/* cel_texts.c */
extern CelFunction llp_cel_tokens;
extern CelFunction llp_cel_cost;
extern CelFunction llp_cel_detect;
extern CelFunction llp_cel_pii_types;
extern CelFunction llp_cel_contains_pii;
extern CelFunction llp_cel_contains_phi;
extern CelFunction llp_cel_contains_secrets;
extern CelFunction llp_cel_contains_prompt_injection;
extern CelFunction llp_cel_redact;

#endif
