/*
 * test/bench/load.c - evaluates on many connections while a policy changes, and checks every answer.
 *
 * Usage: load CLIENTS SECONDS MILLISECONDS [stale|wrong]
 *
 * The database (PGDATABASE …) is made by test/bench/changes.sql: it holds requests, and the right answers to
 * them by odd and by even versions of the policy that changes, whose version every decision carries.  Every
 * MILLISECONDS (0: never) one process stores the next version, in a transaction of its own.  It announces a
 * version before it begins to store it and again when its COMMIT has returned.  Every client looks at what is
 * committed before it asks and at what has been begun after it was answered: a decision by an older version
 * is stale, one by a newer version has seen what nobody stored, and one with another answer than its
 * version's is wrong.
 *
 * `stale` plants a fault: clients ask in transactions whose snapshot is older than the changes.  `wrong`
 * plants another: stored versions decide what those before them should.  Whoever runs this checks that both
 * are noticed.
 *
 * Prints "name|value" lines: times in milliseconds.  Exit status 1 when it could not do its work; what the
 * checks found is in the lines.
 */
#include <errno.h>
#include <libpq-fe.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_CLIENTS 64
#define MAX_TIMES ((size_t) 4 * 1024 * 1024) /* a client */
#define MESSAGE_SIZE 200

/* What the changed policy's versions are expected to answer; by version % 2. */
typedef struct Question
{
	const char *request;
	const char *answers[2];
} Question;

typedef struct Client
{
	uint64_t calls;
	uint64_t failed; /* the call raised an error */
	uint64_t wrong;
	uint64_t stale;
	uint64_t unborn;			/* by a version that nobody had begun to store */
	char message[MESSAGE_SIZE]; /* about the first of these */
} Client;

/* Shared by all processes. */
typedef struct Shared
{
	atomic_uint_fast64_t begun;		/* the newest version that may be seen */
	atomic_uint_fast64_t committed; /* the newest version that must be seen */
	atomic_int ready;				/* clients that are connected and warm */
	atomic_bool started;
	atomic_bool over;
	Client clients[MAX_CLIENTS];
} Shared;

static Shared *shared;
static uint32_t *times; /* MAX_TIMES a client, nanoseconds */
static bool ask_stale, store_wrong;

/* Ends this process, and the others when they next look. */
static void
die(const char *what, const char *why)
{
	fprintf(stderr, "load: %s: %s\n", what, why);
	if (shared)
	{
		atomic_store(&shared->started, true);
		atomic_store(&shared->over, true);
	}
	exit(1);
}

static uint64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t) t.tv_sec * 1000000000 + (uint64_t) t.tv_nsec;
}

static void
sleep_until(uint64_t moment)
{
	struct timespec t = {.tv_sec = (time_t) (moment / 1000000000), .tv_nsec = (long) (moment % 1000000000)};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static void *
share(size_t size)
{
	void *memory =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		die("memory", strerror(errno));
	return memory;
}

static PGconn *
connect_server(void)
{
	PGconn *conn = PQconnectdb("");

	if (PQstatus(conn) != CONNECTION_OK)
		die("connection", PQerrorMessage(conn));
	return conn;
}

/* A statement that must succeed. */
static PGresult *
run(PGconn *conn, const char *statement, const char *parameter)
{
	PGresult *result = PQexecParams(conn, statement, parameter ? 1 : 0, NULL, &parameter, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		die(statement, PQerrorMessage(conn));
	return result;
}

/* --- Clients -------------------------------------------------------------------------------------------- */

static void
complain(Client *client, uint64_t *count, const char *what, const char *detail)
{
	if (client->failed + client->wrong + client->stale + client->unborn == 0)
		snprintf(client->message, MESSAGE_SIZE, "%s: %.150s", what, detail);
	(*count)++;
}

/* `oldest` was committed before the question, `newest` had been begun when the answer was there. */
static void
check(Client *client, const PGresult *result, const Question *question, uint64_t oldest, uint64_t newest)
{
	char detail[MESSAGE_SIZE];
	const char *text = PQgetvalue(result, 0, 1);
	uint64_t version = strtoull(text[0] == 'v' ? text + 1 : text, NULL, 10);

	snprintf(detail, sizeof(detail), "\"%s\" between %llu and %llu", text, (unsigned long long) oldest,
			 (unsigned long long) newest);
	if (text[0] != 'v')
		complain(client, &client->wrong, "no version", PQgetvalue(result, 0, 0));
	else if (version < oldest)
		complain(client, &client->stale, "stale", detail);
	else if (version > newest)
		complain(client, &client->unborn, "unborn", detail);
	else if (strcmp(PQgetvalue(result, 0, 0), question->answers[version % 2]) != 0)
		complain(client, &client->wrong, "wrong", PQgetvalue(result, 0, 0));
}

static PGresult *
ask(PGconn *conn, const Question *question)
{
	const char *request = question->request;

	return PQexecPrepared(conn, "ask", 1, &request, NULL, NULL, 0);
}

static void
ask_and_check(PGconn *conn, Client *client, uint32_t *time, const Question *question)
{
	uint64_t oldest = atomic_load(&shared->committed);
	uint64_t start = now();
	PGresult *result = ask(conn, question);
	uint64_t taken = now() - start;
	uint64_t newest = atomic_load(&shared->begun);

	if (client->calls == MAX_TIMES)
		die("client", "more calls than there is room for");
	time[client->calls++] = taken > UINT32_MAX ? UINT32_MAX : (uint32_t) taken;
	if (PQstatus(conn) != CONNECTION_OK)
		die("connection", PQerrorMessage(conn));
	if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1)
		complain(client, &client->failed, "failed", PQerrorMessage(conn));
	else
		check(client, result, question, oldest, newest);
	PQclear(result);
}

static void
be_client(int number, const Question *questions, int count)
{
	PGconn *conn = connect_server();

	PQclear(PQprepare(
		conn, "ask",
		"SELECT bench.answer(d)::text, d->'matches'->0->>'reason' FROM llm_policy_evaluate($1::jsonb) d", 1,
		NULL));
	if (ask_stale)
		PQclear(run(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ", NULL));
	PQclear(ask(conn, &questions[0]));
	atomic_fetch_add(&shared->ready, 1);
	while (!atomic_load(&shared->started))
		sleep_until(now() + 1000000);
	for (int i = number; !atomic_load(&shared->over); i++)
		ask_and_check(conn, &shared->clients[number], times + (size_t) number * MAX_TIMES,
					  &questions[i % count]);
	PQfinish(conn);
	exit(0);
}

/* --- The changes ---------------------------------------------------------------------------------------- */

static void
store_version(PGconn *conn, uint64_t version)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long) version);
	PQclear(run(conn,
				store_wrong ? "SELECT count(*) FROM llm_policy_apply(bench.version_document($1, 1))"
							: "SELECT count(*) FROM llm_policy_apply(bench.version_document($1, 0))",
				text));
}

/* Notes what the cache tells of links, before it forgets. */
static void
note_links(PGconn *conn)
{
	PGresult *result =
		run(conn,
			"INSERT INTO bench.links SELECT hash, place, build_ms FROM llm_policy.program_cache"
			" WHERE database = current_database() AND kind = 'program' AND state = 'ready'"
			" AND built_at > (SELECT started FROM bench.phase) ON CONFLICT DO NOTHING",
			NULL);

	PQclear(result);
}

/* Returns how many versions were stored until `end`. */
static uint64_t
change_policy(PGconn *conn, uint64_t end, uint64_t interval)
{
	uint64_t version = atomic_load(&shared->committed);
	uint64_t first = version;

	for (uint64_t next = now() + interval; next < end; next += interval)
	{
		sleep_until(next);
		atomic_store(&shared->begun, ++version);
		store_version(conn, version);
		atomic_store(&shared->committed, version);
		if (version % 5 == 0)
			note_links(conn);
	}
	return version - first;
}

/* --- Together ------------------------------------------------------------------------------------------- */

static Question *
read_questions(PGconn *conn, int *count)
{
	PGresult *result = run(conn,
						   "SELECT request::text, even::text, odd::text FROM bench.requests"
						   " JOIN bench.expected_versions USING (n) ORDER BY n",
						   NULL);
	Question *questions;

	*count = PQntuples(result);
	if (*count == 0)
		die("bench.expected_versions", "no rows");
	questions = calloc((size_t) *count, sizeof(Question));
	for (int i = 0; questions && i < *count; i++)
		questions[i] =
			(Question){PQgetvalue(result, i, 0), {PQgetvalue(result, i, 1), PQgetvalue(result, i, 2)}};
	return questions ? questions : (die("memory", "none"), NULL);
}

/* The version in force is what a decision says, by which every later one is counted. */
static uint64_t
current_version(PGconn *conn)
{
	PGresult *result = run(conn,
						   "SELECT substr(llm_policy_simulate(request)->'matches'->0->>'reason', 2)"
						   " FROM bench.requests LIMIT 1",
						   NULL);
	uint64_t version = strtoull(PQgetvalue(result, 0, 0), NULL, 10);

	PQclear(result);
	return version;
}

static int
compare_times(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

	return x < y ? -1 : x > y;
}

static void
report(int client_count, double seconds, uint64_t changes)
{
	Client all = {0};
	uint32_t *sorted = share(MAX_TIMES * (size_t) client_count * sizeof(uint32_t));

	for (int i = 0; i < client_count; i++)
	{
		const Client *client = &shared->clients[i];

		memcpy(sorted + all.calls, times + (size_t) i * MAX_TIMES, client->calls * sizeof(uint32_t));
		all.calls += client->calls;
		all.failed += client->failed;
		all.wrong += client->wrong;
		all.stale += client->stale;
		all.unborn += client->unborn;
		if (client->message[0])
			fprintf(stderr, "load: client %d: %s\n", i, client->message);
	}
	if (all.calls == 0)
		die("clients", "no calls");
	qsort(sorted, all.calls, sizeof(uint32_t), compare_times);
	printf("calls|%llu\nfailed|%llu\nwrong|%llu\nstale|%llu\nunborn|%llu\nchanges|%llu\n",
		   (unsigned long long) all.calls, (unsigned long long) all.failed, (unsigned long long) all.wrong,
		   (unsigned long long) all.stale, (unsigned long long) all.unborn, (unsigned long long) changes);
	printf("rate|%.0f\np50|%.4f\np99|%.4f\nmost|%.4f\n", (double) all.calls / seconds,
		   sorted[all.calls / 2] / 1e6, sorted[all.calls * 99 / 100] / 1e6, sorted[all.calls - 1] / 1e6);
}

/* A client that died has not told of its calls: there is nothing to report then. */
static void
wait_for_clients(int count)
{
	for (int i = 0; i < count; i++)
	{
		int status;

		if (wait(&status) < 0 || status != 0)
			die("clients", "one of them failed");
	}
}

/* An argument. */
static uint64_t
read_number(const char *text, uint64_t least, uint64_t most)
{
	char *end;
	uint64_t number = strtoull(text, &end, 10);

	if (*text == '\0' || *end != '\0' || number < least || number > most)
		die("not a number in range", text);
	return number;
}

int
main(int argc, char **argv)
{
	int client_count = argc > 3 ? (int) read_number(argv[1], 1, MAX_CLIENTS) : 0;
	uint64_t length = argc > 3 ? read_number(argv[2], 1, 86400) * 1000000000 : 0;
	uint64_t interval = argc > 3 ? read_number(argv[3], 0, 60000) * 1000000 : 0;
	uint64_t start, end, changes = 0;
	int question_count;
	Question *questions;
	PGconn *conn;

	if (client_count == 0)
		die("usage", "load CLIENTS SECONDS MILLISECONDS [stale|wrong]");
	ask_stale = argc > 4 && strcmp(argv[4], "stale") == 0;
	store_wrong = argc > 4 && strcmp(argv[4], "wrong") == 0;
	shared = share(sizeof(Shared));
	times = share((size_t) client_count * MAX_TIMES * sizeof(uint32_t));
	conn = connect_server();
	questions = read_questions(conn, &question_count);
	atomic_store(&shared->committed, current_version(conn));
	atomic_store(&shared->begun, atomic_load(&shared->committed));

	for (int i = 0; i < client_count; i++)
		if (fork() == 0)
			be_client(i, questions, question_count);
	while (atomic_load(&shared->ready) < client_count && !atomic_load(&shared->over))
		sleep_until(now() + 1000000);
	atomic_store(&shared->started, true);
	start = now();
	end = start + length;
	if (interval)
		changes = change_policy(conn, end, interval);
	while (now() < end && !atomic_load(&shared->over))
		sleep_until(now() + 10000000 < end ? now() + 10000000 : end);
	atomic_store(&shared->over, true);
	wait_for_clients(client_count);
	if (interval)
		note_links(conn);
	report(client_count, (double) (now() - start) / 1e9, changes);
	PQfinish(conn);
	return 0;
}
