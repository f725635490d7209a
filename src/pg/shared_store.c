/*
 * pg/shared_store.c - the area of blobs, its directory, pins and builds.
 *
 * Everything lies in one piece of the main shared memory: a control block with a fixed array of entries, and
 * behind it the blobs.  One LWLock guards the directory; it is held for microseconds, never while a blob is
 * made, copied or read, and nothing that could raise is called under it.
 *
 * INVARIANTS
 * - An entry's state, key, place and chains change only under the lock, exclusive.
 * - An entry is pinned only under the lock, at least shared, and evicted only under it, exclusive, with no
 * pin: so a pinned entry keeps its key, place and bytes, and its owner may look at them without the lock.
 * - Of a building entry only the builder is the owner, likewise.
 * - The extents of building and ready entries do not overlap.
 *
 * What this process has pinned and what it builds is kept in plain memory, so that the end of a transaction
 * needs no allocation and no search.  A process that dies without its callbacks takes the shared memory with
 * it: the postmaster makes it anew.
 *
 * Must not know what a blob means.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/condition_variable.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "storage/shmem.h"
#include "utils/timestamp.h"

#include "base/extents.h"
#include "pg/compat.h"
#include "pg/shared_memory.h"
#include "pg/shared_store.h"

#define MAX_ENTRIES 1024
#define BUCKETS 1024   /* a power of two */
#define MAX_BUILDS 8   /* of one process at the same time */
#define RECENT_PINS 64 /* a power of two */
#define NO_ENTRY (-1)
#define LOOK_AT_BUILDER 100 /* milliseconds between looks at what a builder waits for */

/* The part of the area that a blob to take from may fill: wherever it lies, another such fits beside it. */
#define SIMILAR_PART 3

typedef struct StoreEntry
{
	StoreKey key;
	StoreState state;
	int16 next; /* in its bucket, or of the free ones */
	pg_atomic_uint32 pins;
	pg_atomic_uint64 hits;
	pg_atomic_uint64 last_used; /* a TimestampTz */
	bool placed;				/* has a place in the area */
	Size offset;				/* in the area */
	Size size;
	int builder; /* pid */
	TimestampTz begun_at;
	TimestampTz built_at;
	int64 items;
	ConditionVariable built; /* broadcast when a build ends, one way or the other */
	char label[STORE_LABEL_SIZE];
} StoreEntry;

typedef struct Store
{
	LWLock *lock;
	Size area;			 /* bytes */
	StoreTotals counted; /* its counters, under the lock; its sizes are not used */
	int16 free;
	int16 buckets[BUCKETS];
	StoreEntry entries[MAX_ENTRIES];
} Store;

/* A build of this process. */
typedef struct OwnBuild
{
	int16 entry;
	SubTransactionId subxact;
} OwnBuild;

StaticAssertDecl(sizeof(StoreKey) == sizeof(Oid) + 2 * sizeof(uint16) + STORE_HASH_SIZE,
				 "keys are compared by bytes");
StaticAssertDecl(MAX_ENTRIES <= PG_INT16_MAX, "entries are numbered with int16");

static Size requested; /* bytes */
static Store *store;   /* NULL: there is no area */
static char *area;

static int16 own_pins[MAX_ENTRIES];
static int own_pin_count;
static bool pinned[MAX_ENTRIES];
/* Entries, plus one, that were pinned last, by hash; right only if `pinned` agrees. */
static int16 recent_pins[RECENT_PINS];

static OwnBuild own_builds[MAX_BUILDS];
static int own_build_count;

/* --- The area ------------------------------------------------------------------------------------------- */

static Size
control_size(void)
{
	return TYPEALIGN(STORE_ALIGNMENT, sizeof(Store));
}

/* The server aligns what it gives to cache lines of its own idea, so one line more. */
static Size
shared_size(void)
{
	return add_size(add_size(control_size(), requested), STORE_ALIGNMENT);
}

static void
initialise(Store *fresh, LWLock *lock)
{
	memset(fresh, 0, sizeof(Store));
	fresh->lock = lock;
	fresh->area = requested;
	for (int i = 0; i < BUCKETS; i++)
		fresh->buckets[i] = NO_ENTRY;
	for (int i = 0; i < MAX_ENTRIES; i++)
	{
		StoreEntry *entry = &fresh->entries[i];

		pg_atomic_init_u32(&entry->pins, 0);
		pg_atomic_init_u64(&entry->hits, 0);
		pg_atomic_init_u64(&entry->last_used, 0);
		ConditionVariableInit(&entry->built);
		entry->next = i + 1 < MAX_ENTRIES ? i + 1 : NO_ENTRY;
	}
}

static void
attach(void *memory, LWLock *lock, bool is_new)
{
	store = (Store *) TYPEALIGN(STORE_ALIGNMENT, memory);
	area = (char *) store + control_size();
	if (is_new)
		initialise(store, lock);
}

/* The name is of the memory and, in pg_stat_activity, of its lock. */
static const SharedPiece piece = {"llm_policy_store", shared_size, attach};

static void *
address_of(const StoreEntry *entry)
{
	return area + entry->offset;
}

static StoreBlob
blob_of(const StoreEntry *entry)
{
	return (StoreBlob){.data = address_of(entry), .size = entry->size};
}

/* --- The directory: all under the lock ------------------------------------------------------------------ */

/* The hash is a digest: any of its bytes spread. */
static uint32
key_bits(const StoreKey *key)
{
	uint32 bits;

	memcpy(&bits, key->hash, sizeof(bits));
	return bits ^ key->kind;
}

static int16 *
bucket_of(const StoreKey *key)
{
	return &store->buckets[key_bits(key) & (BUCKETS - 1)];
}

static bool
same_key(const StoreKey *a, const StoreKey *b)
{
	return memcmp(a, b, sizeof(StoreKey)) == 0;
}

static int16
find(const StoreKey *key)
{
	int16 number = *bucket_of(key);

	while (number != NO_ENTRY && !same_key(&store->entries[number].key, key))
		number = store->entries[number].next;
	return number;
}

/* Takes an entry out of the directory; its place is free. */
static void
discard(int16 number)
{
	StoreEntry *entry = &store->entries[number];
	int16 *link = bucket_of(&entry->key);

	while (*link != number)
		link = &store->entries[*link].next;
	*link = entry->next;
	entry->state = STORE_STATE_FREE;
	entry->placed = false;
	entry->next = store->free;
	store->free = number;
}

static bool
may_leave(StoreEntry *entry)
{
	return (entry->state == STORE_STATE_READY || entry->state == STORE_STATE_REFUSED) &&
		   pg_atomic_read_u32(&entry->pins) == 0;
}

static void
evict(int16 number)
{
	if (store->entries[number].state == STORE_STATE_READY)
		store->counted.evictions++;
	discard(number);
}

/* Sees to it that an entry is free; false when all of them are in use. */
static bool
make_entry_free(void)
{
	int16 oldest = NO_ENTRY;

	if (store->free != NO_ENTRY)
		return true;
	for (int16 i = 0; i < MAX_ENTRIES; i++)
	{
		if (may_leave(&store->entries[i]) &&
			(oldest == NO_ENTRY || pg_atomic_read_u64(&store->entries[i].last_used) <
									   pg_atomic_read_u64(&store->entries[oldest].last_used)))
			oldest = i;
	}
	if (oldest == NO_ENTRY)
		return false;
	evict(oldest);
	return true;
}

/* A new entry for the key, in no state yet; NO_ENTRY when all are in use. */
static int16
add(const StoreKey *key)
{
	int16 number;
	StoreEntry *entry;

	if (!make_entry_free())
		return NO_ENTRY;
	number = store->free;
	entry = &store->entries[number];
	store->free = entry->next;
	entry->key = *key;
	entry->next = *bucket_of(key);
	*bucket_of(key) = number;
	return number;
}

/* The time of use, without a system call; of the transactions of one procedure each has its own. */
static uint64
time_of_use(void)
{
	return (uint64) Max(GetCurrentStatementStartTimestamp(), GetCurrentTransactionStartTimestamp());
}

/* Notes that the current transaction uses the entry. */
static void
touch(StoreEntry *entry)
{
	uint64 now = time_of_use();

	if (pg_atomic_read_u64(&entry->last_used) < now)
		pg_atomic_write_u64(&entry->last_used, now);
}

/* --- Room in the area: under the lock, exclusive -------------------------------------------------------- */

/* The extents of the area, ids being entries; at most MAX_ENTRIES. */
static size_t
collect_extents(Extent *extents)
{
	size_t count = 0;

	for (int16 i = 0; i < MAX_ENTRIES; i++)
	{
		StoreEntry *entry = &store->entries[i];

		if (entry->placed)
			extents[count++] = (Extent){.offset = entry->offset,
										.size = TYPEALIGN(STORE_ALIGNMENT, entry->size),
										.last_used = pg_atomic_read_u64(&entry->last_used),
										.id = i,
										.fixed = !may_leave(entry)};
	}
	return count;
}

/*
 * Finds room for a blob and, if `take`, evicts what lies there and returns the offset; false without room.
 * The scratch is static because nothing may be allocated under the lock.
 */
static bool
find_room(Size size, bool take, Size *offset)
{
	static Extent extents[MAX_ENTRIES];
	size_t count;
	ExtentRoom room;

	if (size > store->area)
		return false;
	count = collect_extents(extents);
	if (!llp_extents_find_room(extents, count, store->area, TYPEALIGN(STORE_ALIGNMENT, size), &room))
		return false;
	for (size_t i = 0; take && i < room.leaving; i++)
		evict((int16) extents[room.first + i].id);
	*offset = room.offset;
	return true;
}

/* --- Pins ----------------------------------------------------------------------------------------------- */

/* Gives back what this process holds.  Runs at the end of transactions and of the process. */
static void
release_pins(void)
{
	while (own_pin_count > 0)
	{
		int16 number = own_pins[--own_pin_count];

		pinned[number] = false;
		touch(&store->entries[number]);
		pg_atomic_fetch_sub_u32(&store->entries[number].pins, 1);
	}
}

/* Pins an entry for the current transaction; under the lock, at least shared. */
static StoreBlob
pin(int16 number)
{
	StoreEntry *entry = &store->entries[number];

	if (!pinned[number])
	{
		pg_atomic_fetch_add_u32(&entry->pins, 1);
		pg_atomic_fetch_add_u64(&entry->hits, 1);
		pinned[number] = true;
		own_pins[own_pin_count++] = number;
		touch(entry);
	}
	recent_pins[key_bits(&entry->key) & (RECENT_PINS - 1)] = number + 1;
	return blob_of(entry);
}

/* The entry, if it is one of those that this process pinned last. */
static int16
recent_pin(const StoreKey *key)
{
	int16 number = recent_pins[key_bits(key) & (RECENT_PINS - 1)] - 1;

	return number >= 0 && pinned[number] && same_key(&store->entries[number].key, key) ? number : NO_ENTRY;
}

/* --- Builds --------------------------------------------------------------------------------------------- */

static void
remember_build(int16 number)
{
	own_builds[own_build_count++] = (OwnBuild){.entry = number, .subxact = GetCurrentSubTransactionId()};
}

static void
forget_build(int16 number)
{
	for (int i = 0; i < own_build_count; i++)
	{
		if (own_builds[i].entry == number)
		{
			own_builds[i] = own_builds[--own_build_count];
			return;
		}
	}
}

/* The entry that this process builds under the key; it may be looked at without the lock. */
static int16
own_build(const StoreKey *key)
{
	for (int i = 0; i < own_build_count; i++)
	{
		if (same_key(&store->entries[own_builds[i].entry].key, key))
			return own_builds[i].entry;
	}
	elog(ERROR, "this blob is not being built");
}

/* Gives up a build: its entry and place are free, and those who wait may try. */
static void
abandon_build(int16 number)
{
	forget_build(number);
	LWLockAcquire(store->lock, LW_EXCLUSIVE);
	discard(number);
	store->counted.failures++;
	LWLockRelease(store->lock);
	ConditionVariableBroadcast(&store->entries[number].built);
}

static void
abandon_builds(void)
{
	while (own_build_count > 0)
		abandon_build(own_builds[own_build_count - 1].entry);
}

/* Makes the entry a build of this process. */
static void
begin_build(int16 number, const char *label)
{
	StoreEntry *entry = &store->entries[number];

	entry->state = STORE_STATE_BUILDING;
	entry->placed = false;
	entry->size = 0;
	entry->items = 0;
	entry->builder = MyProcPid;
	entry->begun_at = GetCurrentTimestamp();
	entry->built_at = 0;
	strlcpy(entry->label, label, sizeof(entry->label));
	pg_atomic_write_u64(&entry->hits, 0);
	pg_atomic_write_u64(&entry->last_used, time_of_use());
	remember_build(number);
}

/* The turn for a key that has no entry yet. */
static StoreTurn
first_turn(const StoreKey *key, const char *label)
{
	int16 number = add(key);

	if (number == NO_ENTRY)
	{
		store->counted.no_entry++;
		return STORE_NONE;
	}
	begin_build(number, label);
	return STORE_BUILD;
}

/* The turn for a blob that found no room before: it may now. */
static StoreTurn
turn_of_refused(int16 number, const char *label)
{
	StoreEntry *entry = &store->entries[number];
	Size offset;

	touch(entry);
	if (!find_room(entry->size, false, &offset))
		return STORE_NONE;
	begin_build(number, label);
	return STORE_BUILD;
}

/* What a process that waits for a builder knows. */
typedef struct Wait
{
	int16 entry; /* NO_ENTRY: there is nothing to wait for, the turn is known */
	int builder; /* pid */
} Wait;

/*
 * One look at the directory: the turn, or a place in the queue of whoever builds it.  The queue is joined
 * under the lock, so the end of the build cannot be missed.
 */
static StoreTurn
take_turn(const StoreKey *key, const char *label, StoreBlob *blob, Wait *wait)
{
	StoreTurn turn = STORE_NONE;
	int16 number;

	wait->entry = NO_ENTRY;
	LWLockAcquire(store->lock, LW_EXCLUSIVE);
	number = find(key);
	if (number != NO_ENTRY && store->entries[number].state == STORE_STATE_READY)
	{
		*blob = pin(number);
		turn = STORE_READY;
	}
	else if (number != NO_ENTRY && store->entries[number].state == STORE_STATE_BUILDING)
	{
		if (store->entries[number].builder != MyProcPid)
		{
			*wait = (Wait){.entry = number, .builder = store->entries[number].builder};
			ConditionVariablePrepareToSleep(&store->entries[number].built);
		}
	}
	else if (own_build_count < MAX_BUILDS)
		turn = number == NO_ENTRY ? first_turn(key, label) : turn_of_refused(number, label);
	LWLockRelease(store->lock);
	return turn;
}

/* Is that backend waiting for a heavyweight lock?  Only a hint: it is read without any lock of the waiter. */
static bool
waits_for_lock(int pid)
{
	PGPROC *proc = BackendPidGetProc(pid);

	return proc != NULL && proc->waitLock != NULL;
}

static void
count_timeout(void)
{
	LWLockAcquire(store->lock, LW_EXCLUSIVE);
	store->counted.timeouts++;
	LWLockRelease(store->lock);
}

static StoreTurn
wait_for_turn(const StoreKey *key, const char *label, long patience, StoreBlob *blob)
{
	TimestampTz deadline = TimestampTzPlusMilliseconds(GetCurrentTimestamp(), patience);
	Wait wait;
	StoreTurn turn;

	while (turn = take_turn(key, label, blob, &wait), wait.entry != NO_ENTRY)
	{
		long left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), deadline);

		if (left <= 0 || waits_for_lock(wait.builder))
		{
			count_timeout();
			break;
		}
		ConditionVariableTimedSleep(&store->entries[wait.entry].built, Min(left, LOOK_AT_BUILDER),
									COMPAT_WAIT_EVENT("LlmPolicyBuild"));
	}
	ConditionVariableCancelSleep();
	return turn;
}

/* --- Ends of transactions and of the process ------------------------------------------------------------ */

static void
at_xact_event(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PARALLEL_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PARALLEL_ABORT:
		case XACT_EVENT_PREPARE:
			abandon_builds();
			release_pins();
			break;
		default:
			break;
	}
}

/* A build belongs to the subtransaction that began it; pins to the whole transaction. */
static void
at_subxact_event(SubXactEvent event, SubTransactionId subxact, SubTransactionId parent, void *arg)
{
	if (event != SUBXACT_EVENT_ABORT_SUB && event != SUBXACT_EVENT_COMMIT_SUB)
		return;
	for (int i = own_build_count - 1; i >= 0; i--)
	{
		if (own_builds[i].subxact != subxact)
			continue;
		if (event == SUBXACT_EVENT_COMMIT_SUB)
			own_builds[i].subxact = parent;
		else
			abandon_build(own_builds[i].entry);
	}
}

/* For the exit whose abort of the transaction fails half way. */
static void
at_exit(int code, Datum arg)
{
	abandon_builds();
	release_pins();
}

static void
release_at_exit(void)
{
	static int registered_in; /* pid: what the postmaster registered does not count for its children */

	if (registered_in != MyProcPid)
	{
		before_shmem_exit(at_exit, (Datum) 0);
		registered_in = MyProcPid;
	}
}

/* --- The interface -------------------------------------------------------------------------------------- */

void
store_preload(Size bytes)
{
	if (bytes == 0)
		return;
	requested = TYPEALIGN_DOWN(STORE_ALIGNMENT, bytes);
	shared_memory_request(&piece);
	RegisterXactCallback(at_xact_event, NULL);
	RegisterSubXactCallback(at_subxact_event, NULL);
}

bool
store_pin(const StoreKey *key, StoreBlob *blob)
{
	int16 number;
	bool ready;

	if (store == NULL)
		return false;
	Assert(IsTransactionState());
	number = recent_pin(key);
	if (number != NO_ENTRY)
	{
		*blob = blob_of(&store->entries[number]);
		return true;
	}
	release_at_exit();
	LWLockAcquire(store->lock, LW_SHARED);
	number = find(key);
	ready = number != NO_ENTRY && store->entries[number].state == STORE_STATE_READY;
	if (ready)
		*blob = pin(number);
	LWLockRelease(store->lock);
	return ready;
}

StoreTurn
store_begin_build(const StoreKey *key, const char *label, long patience, StoreBlob *blob)
{
	if (store == NULL)
		return STORE_NONE;
	Assert(IsTransactionState());
	release_at_exit();
	return wait_for_turn(key, label, patience, blob);
}

/* Ends a build for which there is no room, and lets the others make it for themselves. */
static void
refuse(StoreEntry *entry)
{
	entry->state = STORE_STATE_REFUSED;
	if (entry->size > store->area)
		store->counted.too_large++;
	else
		store->counted.no_room++;
}

void
store_abandon(const StoreKey *key)
{
	abandon_build(own_build(key));
}

void *
store_reserve(const StoreKey *key, Size size)
{
	int16 number = own_build(key);
	StoreEntry *entry = &store->entries[number];

	Assert(!entry->placed && size > 0);
	LWLockAcquire(store->lock, LW_EXCLUSIVE);
	entry->size = size;
	entry->placed = find_room(size, true, &entry->offset);
	if (!entry->placed)
		refuse(entry);
	LWLockRelease(store->lock);
	if (entry->placed)
		return address_of(entry);
	forget_build(number);
	ConditionVariableBroadcast(&entry->built);
	return NULL;
}

StoreBlob
store_publish(const StoreKey *key, int64 items)
{
	int16 number = own_build(key);
	StoreEntry *entry = &store->entries[number];
	TimestampTz now = GetCurrentTimestamp();
	StoreBlob blob;

	Assert(entry->placed);
	LWLockAcquire(store->lock, LW_EXCLUSIVE);
	entry->state = STORE_STATE_READY;
	entry->items = items;
	entry->built_at = now;
	store->counted.builds++;
	blob = pin(number);
	pg_atomic_write_u64(&entry->hits, 0); /* those that found it do not include its builder */
	LWLockRelease(store->lock);
	forget_build(number);
	ConditionVariableBroadcast(&entry->built);
	return blob;
}

static bool
is_similar(const StoreEntry *entry, const StoreKey *like, const char *label)
{
	return entry->state == STORE_STATE_READY && entry->size <= store->area / SIMILAR_PART &&
		   entry->key.database == like->database && entry->key.kind == like->kind &&
		   entry->key.version == like->version && strncmp(entry->label, label, STORE_LABEL_SIZE - 1) == 0;
}

/* Of entries that one transaction used, the one that was taken from and the one made of it, the newer counts.
 */
static bool
is_more_recent(StoreEntry *entry, StoreEntry *other)
{
	uint64 used = pg_atomic_read_u64(&entry->last_used);
	uint64 other_used = pg_atomic_read_u64(&other->last_used);

	return used > other_used || (used == other_used && entry->built_at > other->built_at);
}

bool
store_find_similar(const StoreKey *like, const char *label, StoreBlob *blob)
{
	int16 best = NO_ENTRY;

	if (store == NULL)
		return false;
	Assert(IsTransactionState());
	release_at_exit();
	LWLockAcquire(store->lock, LW_SHARED);
	for (int16 i = 0; i < MAX_ENTRIES; i++)
	{
		if (is_similar(&store->entries[i], like, label) &&
			(best == NO_ENTRY || is_more_recent(&store->entries[i], &store->entries[best])))
			best = i;
	}
	if (best != NO_ENTRY)
		*blob = pin(best);
	LWLockRelease(store->lock);
	return best != NO_ENTRY;
}

/* --- What the view shows -------------------------------------------------------------------------------- */

static StoreRow
row_of(StoreEntry *entry)
{
	StoreRow row = {.key = entry->key,
					.state = entry->state,
					.size = entry->size,
					.pins = pg_atomic_read_u32(&entry->pins),
					.hits = pg_atomic_read_u64(&entry->hits),
					.builder = entry->builder,
					.items = entry->items,
					.build_us = entry->built_at != 0 ? entry->built_at - entry->begun_at : 0,
					.built_at = entry->built_at,
					.last_used = (TimestampTz) pg_atomic_read_u64(&entry->last_used)};

	strlcpy(row.label, entry->label, sizeof(row.label));
	return row;
}

int
store_list(StoreRow **rows)
{
	int count = 0;

	*rows = NULL;
	if (store == NULL)
		return 0;
	*rows = palloc(MAX_ENTRIES * sizeof(StoreRow));
	LWLockAcquire(store->lock, LW_SHARED);
	for (int16 i = 0; i < MAX_ENTRIES; i++)
	{
		if (store->entries[i].state != STORE_STATE_FREE)
			(*rows)[count++] = row_of(&store->entries[i]);
	}
	LWLockRelease(store->lock);
	return count;
}

StoreTotals
store_totals(void)
{
	StoreTotals totals = {.max_entries = 0};

	if (store == NULL)
		return totals;
	LWLockAcquire(store->lock, LW_SHARED);
	totals = store->counted;
	for (int16 i = 0; i < MAX_ENTRIES; i++)
	{
		StoreEntry *entry = &store->entries[i];

		if (entry->state != STORE_STATE_FREE)
			totals.entries++;
		if (entry->placed)
			totals.used += TYPEALIGN(STORE_ALIGNMENT, entry->size);
	}
	LWLockRelease(store->lock);
	totals.area = store->area;
	totals.max_entries = MAX_ENTRIES;
	return totals;
}
