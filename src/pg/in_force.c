/*
 * pg/in_force.c - the backend's memory of what is in force and of who may do what.
 *
 * Owns a few answers of catalog_scope_head and authz_rights and the rules by which one may be given again.
 * It must never answer what the index scan that it saves would not find.  Two things are to be excluded:
 *
 * - that what was read has changed since.  Whoever changes a head or a grant sends a relcache invalidation of
 *   the table, through triggers (sql/heads.sql); roles and memberships send those of their catalogs.  Others'
 *   arrive after their commit, here at the latest, because messages are accepted at each use; the backend's
 *   own when the change becomes visible to it.  Each begins a new `generation`, and an answer counts only in
 *   the generation in which its reading began.  So does the end of a transaction or subtransaction that is
 *   undone or prepared: it may come between a change and its message.
 *
 * - that the snapshot is another one.  An answer read under one snapshot counts under the same one again:
 *   that is all that REPEATABLE READ and SERIALIZABLE transactions ever use, so that each reads, and leaves
 *   the predicate locks of having read, under its own snapshot.  Under READ COMMITTED it also counts for
 *   every snapshot that is not older than one known to show the same: the latest at the time of the reading
 *   (INVARIANT: taken after the generation was noted).  What a later snapshot sees beyond that one was
 *   committed after it was taken, so its message came afterwards too, and there was none.  A cursor's older
 *   snapshot neither gets the newer answer nor passes its own on.
 *
 * A commit becomes visible to snapshots a moment before its messages are sent.  So under READ COMMITTED an
 * evaluation that begins while a COMMIT is under way may still decide by what was in force before, even if
 * its statement sees other rows of that transaction; once the COMMIT has returned none does.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/transam.h"
#include "access/xact.h"
#include "common/hashfn.h"
#include "utils/inval.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "pg/in_force.h"

/*
 * What a snapshot shows is a matter of when it was taken: which transactions had completed - all before xmax
 * but those that were under way - and which commands of the own transaction had.
 */
typedef struct Moment
{
	uint64 transaction; /* of this backend; its commands are numbered anew in each */
	CommandId command;
	TransactionId xmax;
	uint32 running_count; /* transactions under way, and a hash of which they were */
	uint64 running;
} Moment;

typedef struct Answer
{
	char ns[LLP_MAX_NAMESPACE + 1]; /* empty: none yet */
	Oid role;
	uint64 generation;
	Moment read_at;
	bool confirmed; /* `latest` shows the same */
	Moment latest;
	InForce what;
} Answer;

/* For callers that alternate between namespaces and roles; kept for the backend's life, 6 kB. */
#define MAX_ANSWERS 16

static Answer answers[MAX_ANSWERS];
static int last_given = 0;
static int last_replaced = 0;

static uint64 generation = 1;
static uint64 transaction = 0;

/* The tables that were read, whose invalidations count. */
static Oid heads_table = InvalidOid;
static Oid grants_table = InvalidOid;

/* On a standby all are in the array that otherwise holds subtransactions. */
static uint32
count_running(Snapshot snapshot)
{
	return snapshot->takenDuringRecovery ? (uint32) snapshot->subxcnt : snapshot->xcnt;
}

static uint64
hash_running(Snapshot snapshot)
{
	const TransactionId *running = snapshot->takenDuringRecovery ? snapshot->subxip : snapshot->xip;
	uint32 count = count_running(snapshot);

	return count == 0 ? 0 : hash_bytes_extended((const uint8 *) running, count * sizeof(TransactionId), 0);
}

static Moment
moment_of(Snapshot snapshot)
{
	return (Moment){transaction, snapshot->curcid, snapshot->xmax, count_running(snapshot),
					hash_running(snapshot)};
}

/* Does it show the same of other transactions? */
static bool
same_of_others(Snapshot snapshot, const Moment *moment)
{
	return snapshot->xmax == moment->xmax && count_running(snapshot) == moment->running_count &&
		   hash_running(snapshot) == moment->running;
}

static bool
same_moment(Snapshot snapshot, const Moment *moment)
{
	return moment->transaction == transaction && moment->command == snapshot->curcid &&
		   same_of_others(snapshot, moment);
}

/*
 * Commands count within one transaction only: after its end all of them have happened.  Snapshots that have
 * the same xmax may be older or newer; of these only the same is taken.
 */
static bool
not_older(Snapshot snapshot, const Moment *moment)
{
	if (moment->transaction == transaction && snapshot->curcid < moment->command)
		return false;
	return TransactionIdFollows(snapshot->xmax, moment->xmax) || same_of_others(snapshot, moment);
}

static bool
may_give(const Answer *answer, Snapshot snapshot)
{
	if (answer->generation != generation)
		return false;
	if (answer->confirmed && !IsolationUsesXactSnapshot() && not_older(snapshot, &answer->latest))
		return true;
	return same_moment(snapshot, &answer->read_at);
}

static InForce
read_in_force(const char *ns, Oid role)
{
	InForce result;

	result.rights = authz_rights(role, ns);
	result.head = catalog_scope_head(ns);
	return result;
}

static bool
same_in_force(const InForce *a, const InForce *b)
{
	return a->rights == b->rights && a->head.exists == b->head.exists &&
		   strcmp(a->head.hash, b->head.hash) == 0;
}

/*
 * Notes that, and since when, the latest snapshot shows the same, where that helps (not where snapshots last
 * for the transaction) and can be asked (not in a parallel worker or its leader).
 */
static void
confirm(Answer *answer)
{
	Snapshot latest;

	if (IsolationUsesXactSnapshot() || IsInParallelMode())
		return;
	latest = GetLatestSnapshot();
	answer->latest = moment_of(latest);
	answer->confirmed = same_moment(latest, &answer->read_at);
	if (!answer->confirmed)
	{
		InForce newest;

		PushActiveSnapshot(latest);
		newest = read_in_force(answer->ns, answer->role);
		PopActiveSnapshot();
		answer->confirmed = same_in_force(&answer->what, &newest);
	}
}

/* The answer about these two, good or not, beginning with the one given last; NULL when there is none. */
static Answer *
find(const char *ns, Oid role)
{
	for (int i = 0; i < MAX_ANSWERS; i++)
	{
		int place = (last_given + i) % MAX_ANSWERS;

		if (answers[place].role == role && strcmp(answers[place].ns, ns) == 0)
		{
			last_given = place;
			return &answers[place];
		}
	}
	return NULL;
}

/* Reads first and replaces then: what raises has changed nothing. */
static Answer *
read_answer(Answer *old, const char *ns, Oid role)
{
	Answer fresh = {.role = role, .generation = generation, .read_at = moment_of(GetActiveSnapshot())};

	strlcpy(fresh.ns, ns, sizeof(fresh.ns));
	heads_table = catalog_relation("policy_heads");
	grants_table = catalog_relation("role_grants");
	fresh.what = read_in_force(ns, role);
	confirm(&fresh);

	if (old == NULL)
	{
		last_replaced = (last_replaced + 1) % MAX_ANSWERS;
		last_given = last_replaced;
		old = &answers[last_replaced];
	}
	*old = fresh;
	return old;
}

InForce
in_force(const char *ns, Oid role)
{
	Answer *answer;

	if (strlen(ns) > LLP_MAX_NAMESPACE)
		return read_in_force(ns, role);
	AcceptInvalidationMessages();
	answer = find(ns, role);
	if (answer == NULL || !may_give(answer, GetActiveSnapshot()))
		answer = read_answer(answer, ns, role);
	return answer->what;
}

static void
relation_changed(Datum arg, Oid relation)
{
	if (!OidIsValid(relation) || relation == heads_table || relation == grants_table)
		generation++;
}

static void
roles_changed(Datum arg, int cache, uint32 hash)
{
	generation++;
}

static void
transaction_ended(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
		case XACT_EVENT_PREPARE:
			generation++;
			transaction++;
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PARALLEL_COMMIT:
			transaction++;
			break;
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PARALLEL_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			break;
	}
}

static void
subtransaction_ended(SubXactEvent event, SubTransactionId id, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		generation++;
}

/* The database's owner is a member of pg_database_owner. */
void
in_force_init(void)
{
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, roles_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, roles_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(DATABASEOID, roles_changed, (Datum) 0);
	RegisterXactCallback(transaction_ended, NULL);
	RegisterSubXactCallback(subtransaction_ended, NULL);
}
