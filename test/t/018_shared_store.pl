# Blobs in shared memory: made once, pinned while they are used, bounded, and nobody waits for ever.
# Through test/modules/store_test.c; a blob's bytes follow from its name and are checked at every use.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use JSON::PP qw(decode_json);
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $library = "$ENV{TESTDIR}/build/test/store_test";
my $node = new_server('store', "shared_preload_libraries = '$library'", "store_test.size = '1MB'",
	'max_prepared_transactions = 10', 'restart_after_crash = on', "deadlock_timeout = '60s'");

$node->start;
$node->safe_psql('postgres', <<"SQL");
	CREATE FUNCTION pin(name text) RETURNS bigint STRICT PARALLEL SAFE LANGUAGE c AS '$library', 'store_test_pin';
	CREATE FUNCTION begin_build(name text, label text DEFAULT 'l', patience int DEFAULT 60000) RETURNS text
		STRICT LANGUAGE c AS '$library', 'store_test_begin';
	CREATE FUNCTION reserve(name text, size bigint) RETURNS boolean STRICT LANGUAGE c AS '$library', 'store_test_reserve';
	CREATE FUNCTION publish(name text, items bigint DEFAULT 1) RETURNS bigint
		STRICT LANGUAGE c AS '$library', 'store_test_publish';
	CREATE FUNCTION similar_to(label text) RETURNS bigint STRICT LANGUAGE c AS '$library', 'store_test_similar';
	CREATE FUNCTION get(name text, size bigint, patience int DEFAULT 60000) RETURNS boolean
		STRICT LANGUAGE c AS '$library', 'store_test_get';
	CREATE FUNCTION store_rows() RETURNS text LANGUAGE c AS '$library', 'store_test_rows';
	CREATE FUNCTION totals() RETURNS json LANGUAGE c AS '$library', 'store_test_totals';
SQL

sub sql { return $node->safe_psql('postgres', shift); }
sub totals { return decode_json(sql('SELECT totals()')); }
sub session { return $node->background_psql('postgres', on_error_stop => 0); }
sub pid { return shift->query_safe('SELECT pg_backend_pid()'); }

# The entry of a label, as "state pins=… hits=… size=…".
sub entry
{
	my ($label) = @_;
	my ($found) = grep { /^\Q$label\E / } split /\n/, sql('SELECT store_rows()');

	return defined $found ? $found =~ s/^\Q$label\E //r : '';
}

sub wait_for_waiters
{
	my ($count) = @_;

	$node->poll_query_until('postgres',
		"SELECT count(*) = $count FROM pg_stat_activity WHERE wait_event_type = 'Extension'")
	  or die "there are not $count waiters";
	return;
}

# --- Made once --------------------------------------------------------------------------------------------

{
	my $builder = session();
	my @waiters = map { session() } 1 .. 6;

	is(totals()->{area}, 1024 * 1024, 'the area has the size that was set');
	$builder->query_safe('BEGIN');
	is($builder->query_safe("SELECT begin_build('once', 'once')"), 'build', 'the first one builds');
	is($builder->query_safe("SELECT begin_build('once', 'once')"), 'none', 'a second time in the same backend it does not');
	ask($_, "SELECT get('once', 1000)") for @waiters;
	wait_for_waiters(6);
	is(entry('once'), 'building pins=0 hits=0 size=0', 'the others wait');
	is($builder->query_safe("SELECT pin('once') IS NULL"), 't', 'what is not ready is not found');
	is($builder->query_safe("SELECT reserve('once', 1000)"), 't', 'there is room');
	is($builder->query_safe("SELECT publish('once')"), 1000, 'published');
	is_deeply([ map { answer($_) } @waiters ], [ ('t') x 6 ], 'all who waited have it');
	is(totals()->{builds}, 1, 'it was made once');
	is(entry('once'), 'ready pins=1 hits=6 size=1000', 'the builder has it pinned until its transaction ends');
	$builder->query_safe('COMMIT');
	is(entry('once'), 'ready pins=0 hits=6 size=1000', 'and then no more');
	$_->quit for $builder, @waiters;
}

# --- A builder that fails ---------------------------------------------------------------------------------

my %failures = (
	'an error' => [ 'SELECT 1/0', undef ],
	'a rollback' => [ 'ROLLBACK', undef ],
	'a commit without publishing' => [ 'COMMIT', undef ],
	'statement_timeout' => [ "SET LOCAL statement_timeout = '10ms'; SELECT pg_sleep(60)", undef ],
	'a rollback to a savepoint' => [ 'ROLLBACK TO s', undef ],
	'pg_cancel_backend' => [ 'SELECT pg_sleep(60)', 'pg_cancel_backend' ],
	'pg_terminate_backend' => [ 'SELECT pg_sleep(60)', 'pg_terminate_backend' ],
);

for my $reserved (0, 1)
{
	for my $failure (sort keys %failures)
	{
		my ($end, $signal) = @{ $failures{$failure} };
		my $name = "$failure, " . ($reserved ? 'with' : 'without') . ' memory';
		my ($builder, $first, $second) = (session(), session(), session());
		my $pid = pid($builder);
		my $before = totals();

		$builder->query_safe('BEGIN; SAVEPOINT s');
		is($builder->query_safe("SELECT begin_build('$name', '$name')"), 'build', "$name: builds");
		$builder->query_safe("SELECT reserve('$name', 100000)") if $reserved;
		ask($_, "SELECT get('$name', 100000)") for $first, $second;
		wait_for_waiters(2);
		ask($builder, $end);
		sql("SELECT $signal($pid)") if $signal;
		is_deeply([ map { answer($_) } $first, $second ], [ 't', 't' ], "$name: those who waited go on");
		my $after = totals();
		is($after->{builds} - $before->{builds}, 1, "$name: one of them makes it");
		is($after->{failures} - $before->{failures}, 1, "$name: the failure is counted");
		is(entry($name), 'ready pins=0 hits=1 size=100000', "$name: it is there");
		eval { $_->quit } for $builder, $first, $second;
	}
}

{
	my $builder = session();

	$builder->query_safe('BEGIN; SAVEPOINT a; SAVEPOINT b');
	$builder->query_safe("SELECT begin_build('released', 'released')");
	$builder->query_safe('RELEASE b');
	like(entry('released'), qr/^building/, 'a released savepoint hands its build on');
	$builder->query_safe('ROLLBACK TO a');
	is(entry('released'), '', 'and the one outside gives it up');
	$builder->query_safe("SELECT begin_build('caught', 'caught')");
	$builder->query_safe("DO \$\$ BEGIN PERFORM begin_build('inner', 'inner'); PERFORM 1/0; "
		  . "EXCEPTION WHEN division_by_zero THEN NULL; END \$\$");
	is(entry('inner'), '', 'a caught error gives up what was begun inside');
	like(entry('caught'), qr/^building/, 'and not what was begun outside');
	is($builder->query_safe("SELECT reserve('caught', 64)"), 't', 'which can go on');
	is($builder->query_safe("SELECT publish('caught')"), 64, 'to its end');
	$builder->query_safe('ROLLBACK');
	is(entry('caught'), 'ready pins=0 hits=0 size=64', 'what was published stays, because its content is its key');
	$builder->quit;
}

# --- A wait that is too long ------------------------------------------------------------------------------

{
	my ($builder, $waiter, $third) = (session(), session(), session());

	$builder->query_safe('BEGIN');
	$builder->query_safe("SELECT begin_build('slow', 'slow')");
	is($waiter->query_safe("SELECT begin_build('slow', 'slow', 20)"), 'none', 'patience has an end');
	is(totals()->{timeouts}, 1, 'which is counted');
	is(entry('slow'), 'building pins=0 hits=0 size=0', 'the builder goes on');

	$waiter->query_safe("SET statement_timeout = '20ms'");
	my (undef, $failed) = $waiter->query("SELECT begin_build('slow', 'slow')");
	ok($failed, 'statement_timeout ends a wait');
	$waiter->{stderr} = '';
	$waiter->query_safe('RESET statement_timeout');

	# The waiter holds what the builder wants: nobody would see that circle.
	$waiter->query_safe('BEGIN; SELECT pg_advisory_xact_lock(1)');
	ask($waiter, "SELECT begin_build('slow', 'slow')");
	wait_for_waiters(1);
	ask($builder, 'SELECT pg_advisory_xact_lock(1)');
	is(answer($waiter), 'none', 'nobody waits for a builder that waits for a lock');
	$waiter->query_safe('COMMIT');
	answer($builder);
	$builder->query_safe("SELECT reserve('slow', 64), publish('slow')");
	is($third->query_safe("SELECT begin_build('slow', 'slow')"), 'ready', 'the builder was not disturbed');
	$builder->query_safe('COMMIT');
	$_->quit for $builder, $waiter, $third;
}

# --- Pins -------------------------------------------------------------------------------------------------

{
	my $reader = session();
	my %ends = (
		'COMMIT' => '', 'ROLLBACK' => '',
		"PREPARE TRANSACTION 'p'" => "ROLLBACK PREPARED 'p'",
		'SELECT 1/0; ROLLBACK' => '');

	for my $end (sort keys %ends)
	{
		$reader->query_safe('BEGIN; SAVEPOINT s');
		$reader->query_safe("SELECT get('pinned', 64), pin('pinned'), pin('pinned')");
		$reader->query_safe('ROLLBACK TO s');
		like(entry(q{pinned}), qr/^ready pins=1 /, "$end: pinned once, also after a rollback to a savepoint");
		$reader->query($end);
		$reader->{stderr} = '';
		like(entry(q{pinned}), qr/^ready pins=0 /, "$end: released");
		$reader->query_safe($ends{$end}) if $ends{$end};
	}
	my ($hits) = entry('pinned') =~ /hits=(\d+)/;
	# debug_parallel_query since PostgreSQL 16, force_parallel_mode before
	$reader->query_safe(q{SELECT set_config(name, 'on', false) FROM pg_settings
		WHERE name IN ('debug_parallel_query', 'force_parallel_mode')});
	$reader->query_safe("BEGIN; SELECT pin('pinned')");
	is(entry('pinned'), 'ready pins=0 hits=' . ($hits + 1) . ' size=64', 'a parallel worker takes its pin with it');
	$reader->query_safe('ROLLBACK');
	$reader->query_safe(q{SELECT set_config(name, 'off', false) FROM pg_settings
		WHERE name IN ('debug_parallel_query', 'force_parallel_mode')});
	$reader->query_safe("BEGIN; SELECT pin('pinned')");
	my $pid = pid($reader);
	sql("SELECT pg_terminate_backend($pid)");
	$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $pid)");
	like(entry('pinned'), qr/^ready pins=0 /, 'pg_terminate_backend: released');
	eval { $reader->quit };
}

# --- A full area ------------------------------------------------------------------------------------------

$node->restart;

{
	my ($holder, $other) = (session(), session());

	# A snapshot that lives long keeps its own blob and nothing else.
	$holder->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ');
	$holder->query_safe("SELECT get('held', 100000)");
	sql("SELECT get('filler $_', 350000)") for 1 .. 3;
	is(entry('filler 1'), '', 'the least recently used makes room') or diag(sql('SELECT store_rows()'));
	like(entry('filler 3'), qr/^ready/, 'for the newest');
	sql("SELECT pin('filler 2')");
	sql("SELECT get('filler 4', 350000)");
	like(entry('filler 2'), qr/^ready/, 'use makes recent');
	is(entry('filler 3'), '', 'so another one leaves');
	is($holder->query_safe("SELECT pin('held')"), 100000, 'the blob of the old snapshot is where it was');
	is(sql("SELECT get('too large', 1024 * 1024 + 1)"), 'f', 'a blob larger than the area has no place');
	like(entry('filler 4'), qr/^ready/, 'and nothing leaves for it in vain');
	is(entry(q{too large}), 'refused pins=0 hits=0 size=1048577', 'which can be seen');
	is(sql("SELECT begin_build('too large')"), 'none', 'nobody waits for it or tries again');

	is(sql("SELECT get('nearly all', 1024 * 1024)"), 'f', 'nor has one for which a pinned one leaves no room');
	is(sql("SELECT begin_build('nearly all')"), 'none', 'nobody tries again as long as that is so');
	my $totals = totals();
	is("$totals->{too_large} $totals->{no_room}", '1 1', 'both are counted');
	$holder->query_safe('COMMIT');
	is(sql("SELECT get('nearly all', 1024 * 1024)"), 't', 'when it is released, all of the area can be had');
	is(totals()->{used}, 1024 * 1024, 'to its last byte');
	is(entry('held'), '', 'and the other blobs have left');

	# Those who wait for a blob that turns out to have no place do not build one after the other.
	$holder->query_safe("BEGIN; SELECT pin('nearly all')");
	$other->query_safe("BEGIN; SELECT begin_build('no place', 'no place')");
	my @waiters = map { session() } 1 .. 3;
	ask($_, "SELECT begin_build('no place', 'no place')") for @waiters;
	wait_for_waiters(3);
	is($other->query_safe("SELECT reserve('no place', 64)"), 'f', 'no place');
	is_deeply([ map { answer($_) } @waiters ], [ ('none') x 3 ], 'those who waited are told so at once');
	$_->query_safe('COMMIT') for $holder, $other;
	is(sql("SELECT begin_build('no place', 'no place')"), 'build', 'with room, somebody may build it again');
	$_->quit for $holder, $other, @waiters;
}

# Similar ones are found by label, the most recently used first.
sql("BEGIN; SELECT begin_build('old', 'similar'), reserve('old', 64), publish('old'); COMMIT");
sql("BEGIN; SELECT begin_build('new', 'similar'), reserve('new', 128), publish('new'); COMMIT");
is(sql("SELECT similar_to('similar')"), 128, 'the newest of a label');
sql("SELECT pin('old')");
is(sql("SELECT similar_to('similar')"), 64, 'the most recently used of a label');
sql("BEGIN; SELECT similar_to('similar'), begin_build('newest', 'similar'), reserve('newest', 192), publish('newest'); COMMIT");
is(sql("SELECT similar_to('similar')"), 192, 'of those that one transaction used, the one that it made');
sql("SELECT pin('old')");
is(sql("SELECT similar_to('no such label') IS NULL"), 't', 'none of another');
sql("BEGIN; SELECT begin_build('large', 'similar'), reserve('large', 350000), publish('large'); COMMIT");
is(sql("SELECT similar_to('similar')"), 64, 'nor one that could leave no room for another of its size');

# More names than entries: the directory stays bounded too, and a transaction that pins all of it harms itself only.
{
	my $before = totals();

	is( sql("SELECT count(*) FILTER (WHERE get('small ' || i, 64)) FROM generate_series(1, 1100) AS i"),
		1024, 'as many blobs in one transaction as there are entries');
	my $totals = totals();
	is($totals->{no_entry} - $before->{no_entry}, 1100 - 1024, 'the rest got no entry, which is counted');
	is($totals->{entries}, 1024, 'entries are bounded');
	is(sql("SELECT get('one more', 64)"), 't', 'afterwards there is one again');
}

# --- Many at once -----------------------------------------------------------------------------------------

# Sessions that use blobs at random, a few in a transaction, and check every byte.
sub churn
{
	my ($seed) = @_;

	return <<"SQL";
	SELECT setseed(0.$seed) \\g /dev/null
	DO \$\$
	BEGIN
		FOR round IN 1 .. 1500 LOOP
			PERFORM get('churn ' || n, 100000 + n * 8, 100)
			FROM (SELECT (random() * 49)::int AS n FROM generate_series(1, 1 + round % 3)) AS chosen;
			IF round % 7 = 0 THEN ROLLBACK; ELSE COMMIT; END IF;
		END LOOP;
	END \$\$;
	SELECT 'churned'
SQL
}

$node->restart;
{
	my @sessions = map { session() } 1 .. 8;

	ask($sessions[ $_ - 1 ], churn($_)) for 1 .. 8;
	my $bounded = 1;
	for (1 .. 20)
	{
		my $totals = totals();
		$bounded &&= $totals->{used} <= $totals->{area};
	}
	is_deeply([ map { answer($_) } @sessions ], [ ('churned') x 8 ], 'eight sessions, fifty blobs, room for ten: every byte is right')
	  or diag(map { $_->{stderr} } @sessions);
	my $totals = totals();
	ok($bounded && $totals->{used} <= $totals->{area}, 'memory is bounded');
	ok($totals->{evictions} > 100, "blobs came and went: $totals->{builds} builds, $totals->{evictions} evictions, "
		  . "$totals->{no_room} without room, $totals->{timeouts} waits given up");
	unlike(sql('SELECT store_rows()'), qr/pins=[1-9]|building/, 'nothing is left pinned or half made');
	$_->quit for @sessions;
}

# --- A builder that is killed -----------------------------------------------------------------------------

{
	my ($builder, $waiter, $churner) = (session(), session(), session());

	$builder->query_safe("BEGIN; SELECT begin_build('killed', 'killed'), reserve('killed', 100000)");
	ask($waiter, "SELECT get('killed', 100000)");
	wait_for_waiters(1);
	ask($churner, churn(9));
	kill 'KILL', pid($builder);
	$node->poll_query_until('postgres', "SELECT totals() ->> 'builds' = '0'");
	is(entry('killed'), '', 'a builder killed between memory and publishing takes the shared memory with it');
	is(sql("SELECT get('killed', 100000)"), 't', 'the new one works');
	is(totals()->{builds}, 1, 'from its beginning');
	eval { $_->quit } for $builder, $waiter, $churner;
}

$node->stop;

# --- No area ----------------------------------------------------------------------------------------------

for my $how ([ 'store_test.size', '0' ], [ 'shared_preload_libraries', "''" ])
{
	my ($setting, $value) = @$how;
	my $name = "$setting = $value";

	$node->append_conf('postgresql.conf', $name);
	$node->start;
	is(sql("SELECT get('x', 64)"), 'f', "$name: nothing is shared");
	is(sql("SELECT similar_to('x') IS NULL"), 't', "$name: nor found");
	is(totals()->{area}, 0, "$name: the totals say so");
	is(sql('SELECT store_rows()'), '', "$name: and there are no rows");
	$node->stop;
}

done_testing();
