# PolicyServer - what the server tests share: servers with the extension, a policy, a request.
#
# It knows how to set the scene and how to ask, several sessions at once if need be; what is expected stands in the tests.
package PolicyServer;

use strict;
use warnings;

use Exporter qw(import);
use JSON::PP qw(decode_json encode_json);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(
  new_server start_server preload_variants literal models_policy apply_models
  opus decision simulate_opus evaluate_opus sqlstate_and_output log_entries ask answer answer_or_error
  at_once plain_policies cache_entries cache_totals
);

# Both ways to load the library, as name and line of postgresql.conf.
sub preload_variants
{
	return ([ plain => '' ], [ preloaded => "shared_preload_libraries = 'llm_policy'" ]);
}

# A new cluster with UTF8 databases, not started.
sub new_server
{
	my ($name, @settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(
		allows_streaming => 1,
		extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
	# A test that waits for itself fails instead of hanging.
	$node->append_conf('postgresql.conf', join("\n", "lock_timeout = '60s'", "statement_timeout = '120s'", @settings));
	return $node;
}

# The same, started, with the extension in database postgres.
sub start_server
{
	my $node = new_server(@_);

	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION llm_policy');
	return $node;
}

# A text as SQL literal.
sub literal
{
	my ($text) = @_;

	$text =~ s/'/''/g;
	return "'$text'";
}

# A policy with one rule: what happens to requests for the model opus.
sub models_policy
{
	my ($verdict) = @_;

	return <<"YAML";
metadata:
  id: models
  name: Models
rules:
  - id: opus
    condition: {operator: eq, field: llm.model, value: opus}
    action: {decision: $verdict, reason: the rule says $verdict}
YAML
}

# SQL that puts that policy in force.
sub apply_models
{
	my ($verdict, $namespace) = @_;
	my $where = defined $namespace ? ', namespace => ' . literal($namespace) : '';

	return 'SELECT action FROM llm_policy_apply(' . literal(models_policy($verdict)) . "$where)";
}

# A request for the model opus, as SQL.
sub opus
{
	my (%more) = @_;

	return literal(encode_json({ llm => { model => 'opus' }, %more })) . '::jsonb';
}

# SQL that decides about it.
sub simulate_opus { return 'SELECT llm_policy_simulate(' . opus(@_) . ") ->> 'decision'"; }
sub evaluate_opus { return 'SELECT llm_policy_evaluate(' . opus(@_) . ") ->> 'decision'"; }

# What evaluate or simulate returns for a query that calls it, as a perl structure.
sub decision
{
	my ($node, $query, $database) = @_;

	return decode_json($node->safe_psql($database // 'postgres', $query));
}

# Runs SQL as `psql` would with VERBOSITY verbose: the SQLSTATE of its first error ("" without), and its output.
sub sqlstate_and_output
{
	my ($node, $sql, %options) = @_;
	my ($stdout, $stderr);

	$node->psql(
		$options{database} // 'postgres',
		"\\set VERBOSITY verbose\n$sql",
		stdout => \$stdout,
		stderr => \$stderr,
		on_error_stop => 1,
		extra_params => $options{params} // []);
	my ($sqlstate) = $stderr =~ /^(?:psql:[^:]*:\d+: )?(?:ERROR|FATAL):  ([0-9A-Z]{5}):/m;
	return ($sqlstate // '', $stdout, $stderr);
}

# The decisions that the server's log holds from an offset on, parsed.
sub log_entries
{
	my ($node, $offset) = @_;
	my $log = slurp_file($node->logfile, $offset // 0);

	return map { decode_json($_) } $log =~ /^.*? LOG:  llm_policy decision: (\{.*\})$/mg;
}

# Sends a query whose answer is fetched later, with `answer`.
sub ask
{
	my ($session, $query) = @_;

	$session->query_until(qr/asked/, "\\echo asked\n$query;\n");
	return;
}

# What psql printed for that query; its error is in $session->{stderr}.
sub answer
{
	my ($session) = @_;
	my ($output) = $session->query("\\echo answered");

	$output =~ s/^asked\n//;
	return $output =~ s/\n?answered.*//sr;
}

# The same, or, if it failed, the SQLSTATE.  For sessions that go on after errors.
sub answer_or_error
{
	my ($session) = @_;

	$session->{stderr} = '';
	my $output = answer($session);
	my ($sqlstate) = $session->{stderr} =~ /(?:ERROR|FATAL):  ([0-9A-Z]{5})/;
	$session->{stderr} = '';
	return $sqlstate // $output;
}

# Has all sessions run a query at the same moment; their answers.  They queue at a lock of this one's.
sub at_once
{
	my ($node, $query, @sessions) = @_;
	my $starter = $node->background_psql('postgres');

	$starter->query_safe('SELECT pg_advisory_lock(4711)');
	ask($_, "SELECT pg_advisory_xact_lock_shared(4711) \\g /dev/null\n$query") for @sessions;
	$node->poll_query_until('postgres',
		"SELECT count(*) = @{[ scalar @sessions ]} FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
	  or die 'the sessions do not wait';
	$starter->query_safe('SELECT pg_advisory_unlock(4711)');
	$starter->quit;
	return map { answer($_) } @sessions;
}

# SQL for the text of so many policies, each denying one model of its own: m1, m2, …; the reason begins with a word.
sub plain_policies
{
	my ($count, $reason) = @_;

	return "(SELECT string_agg(format('{metadata: {id: p%1\$s, name: p}, rules: [{id: r, condition: {operator: eq, "
	  . "field: llm.model, value: m%1\$s}, action: {decision: deny, reason: $reason %1\$s}}]}', i), E'\\n---\\n') "
	  . "FROM generate_series(1, $count) AS i)";
}

# What the cache holds, by a condition, a row a line; and one of its counters.
sub cache_entries
{
	my ($node, $columns, $condition) = @_;

	return $node->safe_psql('postgres', "SELECT $columns FROM llm_policy.program_cache WHERE $condition ORDER BY 1");
}

sub cache_totals
{
	my ($node, $columns) = @_;

	return $node->safe_psql('postgres', "SELECT $columns FROM llm_policy.program_cache_totals");
}

1;
