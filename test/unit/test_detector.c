/*
 * test/unit/test_detector.c - detection, validators and redaction.
 */
#include "unit.h"

#include <stdio.h>

#include "llm/digits.h"
#include "llm/redact.h"

static Detector *
detector(void)
{
	static Detector *made;

	if (made == NULL)
		CHECK(llp_detector_create(llp_arena_create(&llp_libc_host, 0), &made) == STATUS_OK);
	return made;
}

static Findings
found_in(Arena *arena, Str text, double threshold)
{
	DetectOptions options = {.types = llp_all_detector_types(), .threshold = threshold};
	Findings findings = {0};

	CHECK(llp_detect(detector(), arena, text, &options, &findings) == STATUS_OK);
	return findings;
}

/* A text, and what is found in it at the usual threshold: "type=value" with a space between, in order. */
static const struct
{
	const char *text;
	const char *found;
} examples[] = {
	{"", ""},
	{"Nothing is here, 12 of 30 times.", ""},
	{"write to jane.doe@example.org.", "email_address=jane.doe@example.org"},
	{"<jane@example.org>, icon@2x.png, user@localhost", "email_address=jane@example.org"},
	{"call +44 (0)20 7946 0018 today", "phone_number=+44 (0)20 7946 0018"},
	{"+1 415 555 0132 2024", "phone_number=+1 415 555 0132"},
	{"+123", ""},
	{"visa 4111 1111 1111 1111", "credit_card=4111 1111 1111 1111"},
	{"4111 1111 1111 1112", ""},
	{"4111 1111-1111 1111", ""},
	{"IBAN: DE89 3704 0044 0532 0130 00.", "iban=DE89 3704 0044 0532 0130 00"},
	{"DE89 3704 0044 0532 0130 01", ""},
	{"SWIFT code: DEUTDEFF500", "bic=DEUTDEFF500"},
	{"DEUTDEFF500", ""},
	{"born on 12/05/1980", "date_of_birth=12/05/1980"},
	{"dated 12/05/1980", ""},
	{"born on 31/02/1980", ""},
	{"NHS 943 476 5919", "uk_nhs=943 476 5919"},
	{"CPF 111.444.777-35", "br_cpf=111.444.777-35"},
	{"CNPJ 11.222.333/0001-81", "br_cnpj=11.222.333/0001-81"},
	{"VIN 1M8GDM9AXKP042788", "vin=1M8GDM9AXKP042788"},
	{"\xe8\xba\xab\xe4\xbb\xbd\xe8\xaf\x81\xe5\x8f\xb7"
	 "11010519491231002X",
	 "cn_resident_id=11010519491231002X"},
	{"2 55 08 14 168 025 38", "fr_nir=2 55 08 14 168 025 38"},
	{"AHV 756.9217.0769.85", "ch_ahv=756.9217.0769.85"},
	{"AA-BB-CC-DD-EE-FF aa:bb:cc:dd:ee:fe", "mac_address=AA-BB-CC-DD-EE-FF mac_address=aa:bb:cc:dd:ee:fe"},
	{"std::max 12:30:45 ::1", "ip_address=::1"},
	{"dead::beef", ""},
	{"http://u:pa55w0rd@h.example/x?y=1, and", "url_credentials=http://u:pa55w0rd@h.example/x?y=1"},
	{"mysql://u:pa55w0rd@h/x", "database_url=mysql://u:pa55w0rd@h/x"},
	{"mysql://u:${PW}@h/x http://h:80/a@b", ""},
	{"password = \"h7Jk2!pqZ9\"", "generic_secret=h7Jk2!pqZ9"},
	{"password = \"${PASSWORD}\" token: string", ""},
	{"patient diagnosed with diabetes", "health_term=diabetes"},
	{"diabetes in general", ""},
};

static Str
show(Arena *arena, Str text, const Findings *findings)
{
	StrBuf out;

	llp_buf_init(&out, arena);
	for (size_t i = 0; i < findings->count; i++)
	{
		const Finding *finding = &findings->items[i];

		llp_buf_append(&out, llp_str(i == 0 ? "" : " "));
		llp_buf_append(&out, llp_str(llp_detector_types[finding->type].name));
		llp_buf_append_char(&out, '=');
		llp_buf_append(&out, (Str){text.data + finding->start, finding->end - finding->start});
	}
	return llp_buf_str(&out);
}

UNIT_TEST(detector_finds_what_the_examples_say)
{
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		Str text = llp_str(examples[i].text);
		Findings findings = found_in(arena, text, LLP_DETECTION_THRESHOLD);
		Str found = show(arena, text, &findings);

		if (!llp_str_equal(found, llp_str(examples[i].found)))
			fprintf(stderr, "%s: %.*s\n", examples[i].text, STR_ARG(found));
		CHECK(llp_str_equal(found, llp_str(examples[i].found)));
		llp_arena_destroy(arena);
	}
}

/* Pieces of which texts are put together, so that findings meet, overlap and cross windows. */
static const char *const pieces[] = {"078-05-1123",
									 "jane@example.org",
									 "4111 1111 1111 1111",
									 " ",
									 "-",
									 "passport A12803456",
									 "\xc3\xa9",
									 "DE89 3704 0044 0532 0130 00",
									 "+1 415 555 0132",
									 "1",
									 "a",
									 "\xff",
									 "::1",
									 "192.168.0.1",
									 "password=h7Jk2!pqZ9",
									 "x:y",
									 "\n",
									 ". ",
									 "AB51 ABC",
									 "http://u:pa55w0rd@h.example/"};

static uint64_t
next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

static Str
random_text(Arena *arena, uint64_t seed, size_t count)
{
	StrBuf text;

	llp_buf_init(&text, arena);
	for (size_t i = 0; i < count; i++)
		llp_buf_append(&text, llp_str(pieces[next_random(&seed) % (sizeof(pieces) / sizeof(*pieces))]));
	return llp_buf_str(&text);
}

/* Are the parts outside of findings there, one behind the other, with nothing of the findings between? */
static bool
is_redacted(Str text, const Findings *findings, Str redacted)
{
	size_t at = 0;
	size_t place = 0;

	for (size_t i = 0; i < findings->count; i++)
	{
		const Finding *finding = &findings->items[i];
		size_t size = finding->start - at;
		Str label = llp_str(llp_detector_types[finding->type].name);

		if (redacted.size < place + size + label.size + 2 || finding->start < at ||
			memcmp(redacted.data + place, text.data + at, size) != 0 || redacted.data[place + size] != '[' ||
			redacted.data[place + size + label.size + 1] != ']')
			return false;
		place += size + label.size + 2;
		at = finding->end;
	}
	return redacted.size - place == text.size - at &&
		   (text.size == at || memcmp(redacted.data + place, text.data + at, text.size - at) == 0);
}

UNIT_TEST(redaction_keeps_what_is_outside_of_findings_and_nothing_else)
{
	for (uint64_t seed = 1; seed <= 300; seed++)
	{
		Arena *arena = llp_arena_create(&llp_libc_host, 0);
		Str text = random_text(arena, seed, seed % 100 == 0 ? 3000 : seed % 30);
		Findings findings = found_in(arena, text, 0.1 * (double) (seed % 7));
		RedactOptions options = {.mode = REDACT_LABEL};
		Str redacted;

		CHECK(llp_redact(arena, text, &findings, &options, &redacted) == STATUS_OK);
		CHECK(is_redacted(text, &findings, redacted));
		llp_arena_destroy(arena);
	}
}

UNIT_TEST(redaction_keeps_no_more_than_a_quarter)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	Str text = STR("4111111111111111 \xc3\xa9 1.2.3.4");
	Findings findings = found_in(arena, text, LLP_DETECTION_THRESHOLD);
	RedactOptions options = {.mode = REDACT_KEEP_LAST};
	Str redacted;

	CHECK(llp_redact(arena, text, &findings, &options, &redacted) == STATUS_OK);
	CHECK(llp_str_equal(redacted, STR("************1111 \xc3\xa9 ******4")));
	llp_arena_destroy(arena);
}

UNIT_TEST(detector_stops_at_the_first_finding_when_that_is_asked)
{
	Arena *arena = llp_arena_create(&llp_libc_host, 0);
	DetectOptions options = {.types = llp_all_detector_types(), .threshold = 0.5, .any = true};
	Findings findings;

	CHECK(llp_detect(detector(), arena, STR("a@example.org b@example.org c@example.org"), &options,
					 &findings) == STATUS_OK);
	CHECK(findings.count == 1);
	options.types = (TypeSet){{0}};
	CHECK(llp_detect(detector(), arena, STR("a@example.org"), &options, &findings) == STATUS_OK);
	CHECK(findings.count == 0);
	llp_arena_destroy(arena);
}

static bool
always_stop(void *context)
{
	(void) context;
	return true;
}

UNIT_TEST(detector_notices_a_cancel)
{
	Host host = llp_libc_host;
	Arena *arena;
	Arena *text_arena = llp_arena_create(&llp_libc_host, 0);
	DetectOptions options = {.types = llp_all_detector_types(), .threshold = 0.5};
	Str text = random_text(text_arena, 1, 5000);
	Findings findings;

	host.poll = always_stop;
	arena = llp_arena_create(&host, 0);
	CHECK(llp_detect(detector(), arena, text, &options, &findings) == STATUS_CANCELLED);
	llp_arena_destroy(arena);
	llp_arena_destroy(text_arena);
}

UNIT_TEST(detector_types_are_found_by_name)
{
	TypeSet set = {{0}};
	Str nearest = {NULL, 0};

	CHECK(llp_type_set_add_named(&set, STR("iban"), &nearest));
	CHECK(llp_type_set_has(&set, DETECT_IBAN));
	CHECK(!llp_type_set_add_named(&set, STR("credit_cart"), &nearest));
	CHECK(llp_str_equal(nearest, STR("credit_card")));
	CHECK(!llp_type_set_add_named(&set, STR("email"), &nearest));
	CHECK(llp_str_equal(nearest, STR("email_address")));
}

UNIT_TEST(checksums_accept_their_examples)
{
	CHECK(llp_luhn("79927398713", 11));
	CHECK(!llp_luhn("79927398710", 11));
	CHECK(llp_verhoeff("2363", 4));
	CHECK(!llp_verhoeff("2364", 4));
	CHECK(llp_mod_11_10("136695976", 9));
	CHECK(llp_is_date(2000, 2, 29));
	CHECK(!llp_is_date(1900, 2, 29));
	CHECK(!llp_is_date(2023, 13, 1));
}
