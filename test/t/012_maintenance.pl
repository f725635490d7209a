# Maintenance of the audit beside evaluations: partitions come and go, rows stay or go with their day, and no evaluation
# waits for a lock over 100 ms, whatever transactions are open.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Time::HiRes qw(time);

# The server itself reports every wait for a lock of over 100 ms.
my @settings = ('log_lock_waits = on', "deadlock_timeout = '100ms'", q{log_line_prefix = '%m [%p] %a '});

# Rows as of days ago, as if partitions had been there, or in the default partition.
sub make_past
{
	my ($node, $days) = @_;

	$node->safe_psql('postgres', <<"SQL");
		INSERT INTO llm_policy.evaluations
			(id, evaluated_at, namespace, decision, allowed, reason_code, policies, context_digest, duration_us,
			 policy_set, decision_time, caller_role, login_role, row_hash)
		SELECT gen_random_uuid(), now() - make_interval(days => day), 'default', 'allow', true, 'no_match', '{}', '', 1,
			   '', now() - make_interval(days => day), 'postgres', 'postgres', ''
		FROM unnest(ARRAY[$days]) AS day, generate_series(1, 1000);
SQL
}

sub partitions
{
	my ($node) = @_;

	return $node->safe_psql('postgres', <<'SQL');
		SELECT count(*) FROM pg_inherits WHERE inhparent = 'llm_policy.evaluations'::regclass
SQL
}

sub rows
{
	my ($node, $condition) = @_;

	return $node->safe_psql('postgres', "SELECT count(*) FROM llm_policy.evaluations WHERE $condition");
}

my $maintain = q{SELECT action, count(*) FROM llm_policy_maintain() GROUP BY 1 ORDER BY 1};
my $old = q{evaluated_at < now() - interval '32 days'};

for my $variant (preload_variants())
{
	my ($label, $preload) = @$variant;
	my $node = start_server($label, $preload, @settings);
	my $evaluators_wait = sub {
		my ($offset) = @_;

		return join "\n", grep { /evaluator LOG:  .*still waiting/ } split /\n/, slurp_file($node->logfile, $offset);
	};

	$node->safe_psql('postgres', apply_models('deny'));
	my $retention = "SET llm_policy.audit_retention = 30; ";

	# Rows of today and of long ago, all in the default partition at first.
	make_past($node, '0, 5, 29, 33, 40, 41');
	is($node->safe_psql('postgres', $maintain), "created|20",
		"$label: a partition for each of 14 days, today and the days of the rows");
	is(rows($node, 'true'), 6000, "$label: every row is there");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM ONLY llm_policy.evaluations_default'),
		0, "$label: none is left in the default partition");
	is($node->safe_psql('postgres', $maintain), '', "$label: then there is nothing to do");

	# Evaluations all the while, and an open transaction with an evaluation and one with a reader of the trail.
	my $tempdir = PostgreSQL::Test::Utils::tempdir();
	append_to_file("$tempdir/evaluate.sql", evaluate_opus() . ";\n");
	my $offset = -s $node->logfile;
	my ($bench, $bench_errors) = (undef, '');
	{
		local $ENV{PGAPPNAME} = 'evaluator';
		local $ENV{PGHOST} = $node->host;
		local $ENV{PGPORT} = $node->port;
		$bench = IPC::Run::start([ 'pgbench', '-n', '-c', '3', '-T', '300', '-l', '--log-prefix', "$tempdir/log",
				'-f', "$tempdir/evaluate.sql", 'postgres' ], '>', \my $stdout, '2>', \$bench_errors);
	}
	$node->poll_query_until('postgres', "SELECT count(*) > 6100 FROM llm_policy.evaluations");

	my $open = $node->background_psql('postgres', on_error_stop => 0);
	$open->query_safe("BEGIN; " . evaluate_opus());
	my $result = $node->safe_psql('postgres', $retention . $maintain);
	is(rows($node, $old), 0, "$label: rows that are too old are gone although an evaluation is not finished ($result)");
	cmp_ok(rows($node, "NOT ($old)"), '>=', 3000, "$label: the others are not");
	like($result, qr/postponed\|3/, "$label: their empty partitions wait for the open transaction");
	my $with_empty = partitions($node);
	$open->query_safe('COMMIT');

	$open->query_safe('BEGIN; SELECT count(*) FROM llm_policy.evaluations');
	$result = $node->safe_psql('postgres', $retention . $maintain);
	like($result, qr/postponed/, "$label: likewise while somebody reads the trail ($result)");
	$open->query_safe('COMMIT');

	# Now nobody holds a lock for long; the evaluations go on.
	for (1 .. 20)
	{
		$node->safe_psql('postgres', $retention . $maintain);
		last if partitions($node) == $with_empty - 3;
	}
	is(partitions($node), $with_empty - 3, "$label: at last the partitions are dropped, beside evaluations");

	# Somebody reads an old partition directly, so that its drop has to wait after everything else is locked.
	make_past($node, '50');
	$node->safe_psql('postgres', $maintain);
	$node->safe_psql('postgres', "TRUNCATE llm_policy.evaluations_" . $node->safe_psql('postgres',
		"SELECT to_char((now() - interval '50 days') AT TIME ZONE 'UTC', 'YYYYMMDD')"));
	my $partition = $node->safe_psql('postgres', "SELECT min(inhrelid::regclass::text) FROM pg_inherits
		WHERE inhparent = 'llm_policy.evaluations'::regclass AND inhrelid::regclass::text ~ '\\d'");
	$open->query_safe("BEGIN; LOCK TABLE $partition IN ACCESS SHARE MODE");
	$result = $node->safe_psql('postgres', $retention . $maintain);
	like($result, qr/postponed/, "$label: a reader of one partition keeps it ($result)");
	$open->query_safe('COMMIT');
	$open->quit;

	my $count = rows($node, 'true');
	ok($node->poll_query_until('postgres', "SELECT count(*) > $count FROM llm_policy.evaluations"),
		"$label: evaluations went on to the end");
	$bench->pump_nb;
	unlike($bench_errors, qr/error|abort/i, "$label: every one succeeded");
	$bench->kill_kill;
	my @latencies = sort { $a <=> $b } map { / (\d+) \d+ \d+ \d+$/ ? $1 / 1000 : () }
	  map { /^(.*)\n/mg } map { slurp_file($_) } glob "$tempdir/log*";
	note(sprintf "%s: %d evaluations beside maintenance, median %.1f ms, slowest %.1f ms",
		$label, scalar @latencies, $latencies[ @latencies / 2 ], $latencies[-1]);
	cmp_ok(scalar @latencies, '>', 500, "$label: there were evaluations");
	is($evaluators_wait->($offset), '', "$label: none waited over 100 ms for a lock");

	# The measuring itself: a lock that is held does show.
	$open = $node->background_psql('postgres', on_error_stop => 0);
	$open->query_safe('BEGIN; LOCK TABLE llm_policy.evaluations IN ACCESS EXCLUSIVE MODE');
	my $waiting;
	{
		local $ENV{PGAPPNAME} = 'evaluator';
		$waiting = $node->background_psql('postgres', on_error_stop => 0);
	}
	$waiting->query_until(qr/started/, "\\echo started\n" . evaluate_opus() . ";\n");
	ok($node->wait_for_log(qr/evaluator LOG:  .*still waiting/, $offset), "$label: a wait would be seen");
	$open->query_safe('COMMIT');
	$_->quit for $open, $waiting;

	# Maintenance twice at once, and undone.
	my $before = partitions($node);
	make_past($node, '3, 4');
	$node->safe_psql('postgres', 'BEGIN; SELECT FROM llm_policy_maintain(); ROLLBACK');
	is(partitions($node), $before, "$label: maintenance that is rolled back leaves nothing");
	my ($first, $second) = map { $node->background_psql('postgres', on_error_stop => 0) } 1, 2;
	$first->query_safe('BEGIN; SELECT FROM llm_policy_maintain()');
	$second->query_until(qr/started/, "\\echo started\nSELECT FROM llm_policy_maintain();\n");
	$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_locks WHERE NOT granted});
	$first->query_safe('COMMIT');
	my (undef, $failed) = $second->query('SELECT 1');
	is($second->{stderr}, '', "$label: the second of two waits and finds nothing to do");
	is(partitions($node), $before + 2, "$label: the partitions are there once");
	$_->quit for $first, $second;

	$node->stop;
}

done_testing();
