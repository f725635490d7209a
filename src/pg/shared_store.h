/*
 * pg/shared_store.h - read-only blobs in shared memory, by the hash of what they were made from.
 *
 * Compiled policy sets and literal databases lie here, made by one backend and read by all.  The area is a
 * part of the server's main shared memory: it has one size, the same address in every process, and exists
 * only where the library is preloaded.  Elsewhere nothing is ever found and STORE_NONE is every answer, so
 * callers need no second way to ask.
 *
 * The way of a caller:
 *
 *   if (store_pin(&key, &blob)) use it
 *   else switch (store_begin_build(&key, label, patience, &blob))
 *     STORE_READY  another backend has just published it: use it
 *     STORE_BUILD  make it, then store_reserve, write, store_publish: use it; where store_reserve returns
 *                  NULL there is no room: the build is over, keep what was made in the backend
 *     STORE_NONE   make it for this backend alone
 *
 * A blob that was handed out stays where it is until the end of the top-level transaction (COMMIT, ROLLBACK,
 * PREPARE, exit), also through a rollback to a savepoint; nobody may follow a pointer into it later,
 * callbacks of memory contexts included.  A build that an error, a cancel or the end of its (sub)transaction
 * cuts short is given up by itself; callers need no PG_TRY.
 *
 * All functions but store_preload need a transaction.  No lock is held when one returns.
 */
#ifndef LLP_PG_SHARED_STORE_H
#define LLP_PG_SHARED_STORE_H

#include "postgres.h"

#include "datatype/timestamp.h"

#define STORE_HASH_SIZE 32
#define STORE_LABEL_SIZE 256 /* with its NUL; a namespace fits */
#define STORE_ALIGNMENT 64	 /* of every blob, as Hyperscan asks of its databases */

typedef enum StoreKind
{
	STORE_PROGRAM,
	STORE_LITERALS
} StoreKind;

/* What a blob is.  Compared by bytes: there is no padding in it. */
typedef struct StoreKey
{
	Oid database;
	uint16 kind;				 /* StoreKind */
	uint16 version;				 /* of the blob's format */
	uint8 hash[STORE_HASH_SIZE]; /* of everything that went into it */
} StoreKey;

typedef struct StoreBlob
{
	const void *data; /* aligned to STORE_ALIGNMENT */
	Size size;
} StoreBlob;

typedef enum StoreTurn
{
	STORE_READY, /* it is there, and pinned */
	STORE_BUILD, /* the caller is its only builder, until store_publish or the end of the subtransaction */
	STORE_NONE	 /* there is no area, no entry to be had, no room, or the wait was too long */
} StoreTurn;

/*
 * Asks for `bytes` of shared memory for blobs; 0 asks for none.  Called from _PG_init, and only while
 * shared_preload_libraries are being loaded.
 */
extern void store_preload(Size bytes);

/*
 * Finds a blob and pins it for the current transaction.  Again in the same transaction it takes no lock; a
 * first time takes one, shared.  False when it is not there or not ready.
 */
extern bool store_pin(const StoreKey *key, StoreBlob *blob);

/*
 * Whose turn is it to make a blob?  Waits while another backend does, interruptible, but for `patience`
 * milliseconds at most, and not while that backend itself waits for a heavyweight lock, which this one may
 * hold: no deadlock detector would see the circle.  `label` says what it is for, a namespace; longer ones are
 * cut.
 *
 * A build within a build of another key is allowed, a few deep; of the same key it answers STORE_NONE.
 */
extern StoreTurn store_begin_build(const StoreKey *key, const char *label, long patience, StoreBlob *blob);

/*
 * Memory for a blob that this backend builds, aligned, with undefined content; makes room by evicting what
 * nobody has pinned, the least recently used first.  At most once a build.  NULL when there is no room: the
 * build is then over and those who wait for it go on.
 */
extern void *store_reserve(const StoreKey *key, Size size);

/* Gives up a build that has reserved nothing: those who wait for it go on. */
extern void store_abandon(const StoreKey *key);

/*
 * Makes the reserved blob, which nobody changes from now on, ready for everybody, and pins it for the current
 * transaction.  `items` is what the view tells of its content: the rules of a program, the literals of a
 * database.
 */
extern StoreBlob store_publish(const StoreKey *key, int64 items);

/*
 * Pins the most recently used blob of that label with the database, kind and version of `like`, whatever its
 * hash, of equally recent ones the newest; false when there is none.  Blobs of more than a third of the area
 * are not found: pinned by whoever takes from them, they could leave no room for what is made of them,
 * wherever they lie.
 */
extern bool store_find_similar(const StoreKey *like, const char *label, StoreBlob *blob);

typedef enum StoreState
{
	STORE_STATE_FREE,
	STORE_STATE_BUILDING,
	STORE_STATE_READY,
	STORE_STATE_REFUSED /* no room was found for it; tried again when there may be some */
} StoreState;

/* A row of llm_policy.program_cache. */
typedef struct StoreRow
{
	StoreKey key;
	StoreState state;
	char label[STORE_LABEL_SIZE];
	Size size;			   /* bytes; of a refused blob what it asked for; 0 while not known */
	uint32 pins;		   /* transactions that use it now */
	uint64 hits;		   /* transactions that found it */
	int builder;		   /* pid of the backend that makes or made it */
	int64 items;		   /* see store_publish */
	int64 build_us;		   /* from the builder's turn to ready, microseconds */
	TimestampTz built_at;  /* ready; 0 if it is not */
	TimestampTz last_used; /* begin of the statement that last found it or ended its use */
} StoreRow;

typedef struct StoreTotals
{
	Size area; /* bytes; 0: there is no area */
	Size used;
	int entries;
	int max_entries;
	uint64 builds;	  /* published */
	uint64 failures;  /* builds that were given up */
	uint64 evictions; /* blobs that made room for others */
	uint64 too_large; /* blobs larger than the whole area */
	uint64 no_room;	  /* blobs for which pinned ones left no room */
	uint64 no_entry;  /* turns denied because every entry was in use */
	uint64 timeouts;  /* waits that were given up */
} StoreTotals;

/* Every entry, in the current memory context; returns their number. */
extern int store_list(StoreRow **rows);
extern StoreTotals store_totals(void);

#endif
