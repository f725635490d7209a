# After a crash the policies, their history and the audit rows are those of the committed transactions.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

# Starts a server whose postmaster was killed, as soon as the last of its processes has noticed.
sub restart_killed
{
	my ($node) = @_;
	my $attempts = 10 * $PostgreSQL::Test::Utils::timeout_default;

	while (!$node->start(fail_ok => 1))
	{
		die 'the server does not start again' if --$attempts == 0;
		$node->stop('fast', fail_ok => 1);
		usleep(100_000);
	}
}

for my $variant (preload_variants())
{
	my ($label, $preload) = @$variant;
	my $node = start_server($label, $preload, 'restart_after_crash = on');
	my $state = <<'SQL';
		SELECT count(*), max(revision), (SELECT string_agg(decision, ',' ORDER BY id) FROM llm_policy.evaluations)
		FROM llm_policy.policy_revisions
SQL

	$node->safe_psql('postgres', apply_models('deny'));
	is($node->safe_psql('postgres', evaluate_opus()), 'deny', "$label: decision before the crash");

	# A change that never commits, with a decision that follows it.
	my $open = $node->background_psql('postgres', on_error_stop => 0);
	$open->query_safe('BEGIN;' . apply_models('warn'));
	is($open->query_safe(evaluate_opus()), 'warn', "$label: decision by a change that is not committed");
	my $set = $node->safe_psql('postgres', 'SELECT llm_policy_simulate(' . opus() . ") ->> 'policySet'");
	my $before = $node->safe_psql('postgres', $state);

	$node->kill9;
	restart_killed($node);
	is($node->safe_psql('postgres', evaluate_opus()), 'deny', "$label: decision after the server was killed");
	is( $node->safe_psql('postgres', 'SELECT llm_policy_simulate(' . opus() . ") ->> 'policySet'"),
		$set, "$label: by the same set");
	$node->safe_psql('postgres', "DELETE FROM llm_policy.evaluations WHERE id = (SELECT max(id::text)::uuid FROM llm_policy.evaluations)");
	is($node->safe_psql('postgres', $state), $before, "$label: history and audit rows are those of before");

	$node->safe_psql('postgres', apply_models('allow'));
	is($node->safe_psql('postgres', evaluate_opus()), 'allow', "$label: policies can be changed again");
	$node->stop('immediate');
	$node->start;
	is($node->safe_psql('postgres', evaluate_opus()), 'allow', "$label: decision after an immediate stop");

	# One backend is killed: the server throws all of them out and starts over.
	my $victim = $node->background_psql('postgres', on_error_stop => 0);
	$victim->query_safe('BEGIN;' . apply_models('deny'));
	is($victim->query_safe(evaluate_opus()), 'deny', "$label: decision of a backend that will be killed");
	kill 'KILL', $victim->query_safe('SELECT pg_backend_pid()');
	$node->poll_query_until('postgres', "SELECT pg_postmaster_start_time() < now()");
	is($node->safe_psql('postgres', evaluate_opus()), 'allow', "$label: decision after a backend was killed");

	eval { $_->quit } for $open, $victim;
	$node->stop;
}

done_testing();
