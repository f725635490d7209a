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

# A new set of 12 000 policies, which nobody has a program of; without fragments it takes longest to make.
sub renew
{
	my ($fragments) = @_;

	$revision++;
	if ($revision == 1)
	{
		sql("SELECT count(*) FROM llm_policy_apply(@{[ plain_policies(12000, 'no') ]}, namespace => 'large')");
	}
	else
	{
		# Plain SQL changes the set's identity without touching what it says.
		sql("UPDATE llm_policy.policy_documents SET document = document || ' ' WHERE namespace = 'large' AND id = 'p1'");
	}
	sql($fragments ? 'SELECT count(*) FROM llm_policy_maintain()' : 'TRUNCATE llm_policy.policy_fragments');
	return;
}

my $watcher = session();

# What becomes of the program that a backend makes: '' before it begins, then linking, writing, ready.
sub moment_of
{
	my ($pid) = @_;

	return $watcher->query_safe("SELECT CASE WHEN state = 'ready' THEN 'ready' WHEN size > 0 THEN 'writing' ELSE 'linking' END "
		  . "FROM llm_policy.program_cache WHERE label = 'large' AND builder_pid = $pid AND (state = 'building' OR hash = "
		  . "(SELECT scope_hash FROM llm_policy.policy_heads WHERE namespace = 'large'))");
}

# Looks until the backend has come to one of the moments; the last one seen.
sub wait_for_moment
{
	my ($pid, $moments) = @_;
	my $moment = '';

	for (1 .. 100_000)
	{
		$moment = moment_of($pid);
		last if $moment =~ /^(?:$moments)$/;
	}
	return $moment;
}

sub waiting
{
	my ($count) = @_;

	return $watcher->query_safe("SELECT count(*) = $count FROM pg_stat_activity WHERE wait_event_type = 'Extension'") eq 't';
}

# Has a session make the program and others wait for it, and returns while it does: true, unless it was too fast.
sub begin_build
{
	my ($pid, $fragments, $builder, %waiters) = @_;

	renew($fragments);
	ask($builder, verdict('m12000'));
	return 0 if wait_for_moment($pid, 'linking|writing|ready') ne 'linking';
	ask($waiters{$_}, verdict($_)) for sort keys %waiters;
	while (!waiting(scalar keys %waiters))
	{
		return 0 if moment_of($pid) ne 'linking';
	}
	return 1;
}

# --- Stopped ------------------------------------------------------------------------------------------------

sub stopped
{
	my ($stop, $fragments) = @_;
	my $name = "$stop with" . ($fragments ? '' : 'out') . ' fragments';
	my ($builder, $first, $second) = map { session() } 1 .. 3;
	my $pid = $builder->query_safe('SELECT pg_backend_pid()');
	my $attempts = 0;

	for (1 .. 20)
	{
		my ($builds, $failures) = split /\|/, cache_totals($node, 'builds, failures');
		my $began = begin_build($pid, $fragments, $builder, m7 => $first, m12001 => $second);

		$watcher->query_safe("SELECT $stop($pid)") if $began;
		# Those who wait are asked only if the builder was not too fast, and it may still have been.
		my $stopped = $stop eq 'pg_terminate_backend' && $began ? 'gone' : answer_or_error($builder);
		my @answers = map { $began ? answer_or_error($_) : answer($_) } $first, $second;
		my ($built, $failed) = split /\|/, cache_totals($node, "builds - $builds, failures - $failures");

		next if !$began || $failed == 0;
		is_deeply(\@answers, [ 'deny no 7', 'allow' ], "$name: those who waited go on");
		is($stopped, $stop eq 'pg_terminate_backend' ? 'gone' : '57014', "$name: the builder was stopped");
		is("$built built, $failed given up", '1 built, 1 given up', "$name: one of them made the program");
		is(cache_entries($node, 'state', "label = 'large' AND state <> 'ready' OR pins > 0"), '', "$name: nothing is left half made or pinned");
		last if $stop eq 'pg_terminate_backend';
		is($builder->query_safe(verdict('m3')), 'deny no 3', "$name: its session works");
		is($builder->query_safe("SELECT count(*) FROM llm_policy.program_cache WHERE place = 'backend'"), 0,
			"$name: by the program that the others share");
		last;
	}
	continue
	{
		$attempts++;
	}
	cmp_ok($attempts, '<', 20, "$name: the builder was not always too fast");
	eval { $_->quit } for $builder, $first, $second;
	return;
}

for my $fragments (1, 0)
{
	stopped('pg_cancel_backend', $fragments);
	stopped('pg_terminate_backend', $fragments);
}

{
	my ($builder, $other) = map { session() } 1 .. 2;
	my ($builds, $failures) = split /\|/, cache_totals($node, 'builds, failures');

	renew(0);
	$builder->query_safe("SET statement_timeout = '150ms'");
	ask($builder, verdict('m12000'));
	is(answer_or_error($builder), '57014', 'statement_timeout: the builder was stopped');
	is(cache_totals($node, "builds - $builds, failures - $failures"), '0|1', 'statement_timeout: its build was given up');
	is($other->query_safe(verdict('m7')), 'deny no 7', 'statement_timeout: somebody else makes the program');
	$builder->query_safe('RESET statement_timeout');
	is($builder->query_safe(verdict('m3')), 'deny no 3', 'statement_timeout: and the session of the first one uses it');
	$_->quit for $builder, $other;
}

# --- Killed -----------------------------------------------------------------------------------------------

for my $case ([ 'linking', 0 ], [ 'linking', 1 ], [ 'writing', 1 ])
{
	my ($moment, $fragments) = @$case;
	my $name = "killed while $moment with" . ($fragments ? '' : 'out') . ' fragments';
	my ($builder, $waiter) = map { session() } 1 .. 2;
	my $pid = $builder->query_safe('SELECT pg_backend_pid()');
	my $killed = 0;

	for (1 .. 20)
	{
		if (begin_build($pid, $fragments, $builder, m7 => $waiter) && ($moment eq 'linking' || wait_for_moment($pid, 'writing|ready') eq $moment))
		{
			$killed = kill 'KILL', $pid;
			last;
		}
		answer($_) for $builder, $waiter;
	}
	die "no builder was caught $moment" unless $killed;
	$node->poll_query_until('postgres', 'SELECT builds = 0 FROM llm_policy.program_cache_totals') or die 'no new shared memory';
	is(sql(verdict('m7')) . ', ' . sql(verdict('m12001')), 'deny no 7, allow', "$name: the server restarts and decides right");
	is(cache_totals($node, 'builds, failures'), '1|0', "$name: by a program in the new shared memory");
	is(cache_entries($node, 'state, items, pins', 'true'), 'ready|12000|0', "$name: which is all there is");
	eval { $_->quit } for $builder, $waiter, $watcher;
	$watcher = session();
}

$watcher->quit;
$node->stop;
done_testing();
