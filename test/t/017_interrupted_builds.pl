# A backend that is stopped while it makes the program of a large policy set: those who wait for it go on, its session lives
# on unless it was the session that was ended, and nothing half made is ever used.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('main', "shared_preload_libraries = 'llm_policy'", 'max_connections = 30', 'restart_after_crash = on');

sub sql { return $node->safe_psql('postgres', shift); }

sub session
{
	my $session = $node->background_psql('postgres', on_error_stop => 0);

	$session->query_safe('\set VERBOSITY sqlstate');
	return $session;
}

sub verdict
{
	my ($model) = @_;

	return "SELECT concat_ws(' ', r ->> 'decision', r ->> 'reason') FROM llm_policy_simulate("
	  . "jsonb_build_object('llm', jsonb_build_object('model', '$model')), namespace => 'large') AS r";
}

my $revision = 0;

# A new set of 20 000 policies, which nobody has a program of; without fragments it takes longest to make.
sub renew
{
	my ($fragments) = @_;

	$revision++;
	if ($revision == 1)
	{
		sql("SELECT count(*) FROM llm_policy_apply(@{[ plain_policies(20000, 'no') ]}, namespace => 'large')");
	}
	else
	{
		# Plain SQL changes the set's identity without touching what it says.
		sql("UPDATE llm_policy.policy_documents SET document = document || ' ' WHERE namespace = 'large' AND id = 'p1'");
	}
	sql($fragments ? 'SELECT count(*) FROM llm_policy_maintain()' : 'TRUNCATE llm_policy.policy_fragments');
	return;
}

# Has a session make the program and halts its process in the middle: while it links, or while it writes into shared memory.
# Its pid.
sub halted_builder
{
	my ($builder, $moment, $fragments) = @_;
	my $watcher = $node->background_psql('postgres');
	my $pid = $builder->query_safe('SELECT pg_backend_pid()');
	my $condition = $moment eq 'writing' ? 'size > 0' : 'size = 0';

	for (1 .. 20)
	{
		renew($fragments);
		ask($builder, verdict('m20000'));
		for (1 .. 100_000)
		{
			my $state = $watcher->query_safe("SELECT CASE WHEN state = 'ready' THEN 'ready' WHEN $condition THEN 'caught' END "
				  . "FROM llm_policy.program_cache WHERE label = 'large' AND builder_pid = $pid "
				  . "AND (state = 'building' OR hash = (SELECT scope_hash FROM llm_policy.policy_heads WHERE namespace = 'large'))");
			last if $state eq 'ready';
			next if $state ne 'caught';
			kill 'STOP', $pid;
			if (cache_entries($node, 'count(*)', "builder_pid = $pid AND state = 'building' AND $condition") eq '1')
			{
				$watcher->quit;
				return $pid;
			}
			kill 'CONT', $pid;
		}
		answer($builder);
	}
	die "no builder was caught $moment";
}

my %stops = (
	pg_cancel_backend => sub { sql("SELECT pg_cancel_backend($_[0])") },
	pg_terminate_backend => sub { sql("SELECT pg_terminate_backend($_[0])") },
	statement_timeout => sub {
		$node->poll_query_until('postgres',
			"SELECT clock_timestamp() > query_start + interval '3 s' FROM pg_stat_activity WHERE pid = $_[0]");
	});

for my $case (
	[ 'pg_cancel_backend', 'linking', 1 ],
	[ 'pg_cancel_backend', 'linking', 0 ],
	[ 'pg_terminate_backend', 'linking', 1 ],
	[ 'pg_terminate_backend', 'linking', 0 ],
	[ 'statement_timeout', 'linking', 0 ])
{
	my ($stop, $moment, $fragments) = @$case;
	my $name = "$stop while $moment with" . ($fragments ? '' : 'out') . ' fragments';
	my ($builder, $first, $second) = map { session() } 1 .. 3;

	$builder->query_safe("SET statement_timeout = '3s'") if $stop eq 'statement_timeout';
	my $pid = halted_builder($builder, $moment, $fragments);
	my ($builds, $failures) = split /\|/, cache_totals($node, 'builds, failures');
	ask($first, verdict('m7'));
	ask($second, verdict('m20001'));
	$node->poll_query_until('postgres', "SELECT count(*) = 2 FROM pg_stat_activity WHERE wait_event_type = 'Extension'")
	  or die 'nobody waits';
	$stops{$stop}->($pid);
	kill 'CONT', $pid;
	is(answer_or_error($first), 'deny no 7', "$name: one who waited goes on");
	is(answer_or_error($second), 'allow', "$name: another one too");
	if ($stop eq 'pg_terminate_backend')
	{
		is(sql("SELECT count(*) FROM pg_stat_activity WHERE pid = $pid"), 0, "$name: the builder is gone");
	}
	else
	{
		is(answer_or_error($builder), '57014', "$name: the builder was stopped");
		is($builder->query_safe(verdict('m3')), 'deny no 3', "$name: its session works");
		is($builder->query_safe("SELECT count(*) FROM llm_policy.program_cache WHERE place = 'backend'"), 0,
			"$name: by the program that the others share");
	}
	is(cache_totals($node, "builds - $builds, failures - $failures"), '1|1', "$name: one build was given up, one of them made it");
	is(cache_entries($node, 'state', "label = 'large' AND state <> 'ready' OR pins > 0"), '', "$name: nothing is left half made or pinned");
	eval { $_->quit } for $builder, $first, $second;
}

# --- Killed -----------------------------------------------------------------------------------------------

for my $case ([ 'linking', 0 ], [ 'linking', 1 ], [ 'writing', 1 ])
{
	my ($moment, $fragments) = @$case;
	my $name = "killed while $moment with" . ($fragments ? '' : 'out') . ' fragments';
	my ($builder, $waiter) = map { session() } 1 .. 2;
	my $pid = halted_builder($builder, $moment, $fragments);

	ask($waiter, verdict('m7'));
	$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Extension'")
	  or die 'nobody waits';
	kill 'KILL', $pid;
	$node->poll_query_until('postgres', "SELECT builds = 0 FROM llm_policy.program_cache_totals") or die 'no new shared memory';
	is(sql(verdict('m7')) . ', ' . sql(verdict('m20001')), 'deny no 7, allow', "$name: the server restarts and decides right");
	is(cache_totals($node, 'builds, failures'), '1|0', "$name: by a program in the new shared memory");
	is(cache_entries($node, 'state, items, pins', "true"), 'ready|20000|0', "$name: which is all there is");
	eval { $_->quit } for $builder, $waiter;
}

$node->stop;
done_testing();
