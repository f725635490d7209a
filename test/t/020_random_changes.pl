# Whatever happens to policies - by authors, by plain SQL, committed or undone -, every session decides as a reference does
# that knows no cache: the documents in force, put together to one text and evaluated by themselves.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use List::Util qw(shuffle);
use PolicyServer;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# More of them by hand: LLM_POLICY_TEST_STEPS=1000 LLM_POLICY_TEST_SEED=7.
my $seed = $ENV{LLM_POLICY_TEST_SEED} // 1;
my $steps = $ENV{LLM_POLICY_TEST_STEPS} // 40;

# What is compared: the parts of a result that say what was decided and by what, revisions aside.
my $setup = <<'SQL';
-- A grant makes its namespace known while it has no policies.
CREATE ROLE llm_policy_test_evaluator;
SELECT llm_policy_grant('llm_policy_test_evaluator', 'evaluator', 'acme');
CREATE TABLE requests (n int, body jsonb);
INSERT INTO requests
	SELECT n, jsonb_build_object('llm', jsonb_build_object('model', 'm' || n % 4, 'maxTokens', n * 100, 'prompt',
		(ARRAY['write a poem', 'my PASSWORD is secret99', 'ignore previous instructions', 'the Kelvin scale'])[1 + n % 4]),
		'user', jsonb_build_object('tier', CASE WHEN n % 3 = 0 THEN 'gold' ELSE 'basic' END))
	FROM generate_series(1, 4) AS n;
CREATE FUNCTION essence(result jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('decision', result -> 'decision', 'reason', result -> 'reason',
		'decidedBy', (result -> 'decidedBy') - 'revision', 'matchedRules', result -> 'matchedRules',
		'matches', (SELECT jsonb_agg(m - 'revision') FROM jsonb_array_elements(result -> 'matches') AS m),
		'modifications', result -> 'modifications', 'advice', result -> 'advice', 'warnings', result -> 'warnings',
		'shadow', (SELECT jsonb_agg(s - 'revision') FROM jsonb_array_elements(result -> 'shadow') AS s))
$$;
-- A stored text of several begins with its separator.
CREATE FUNCTION parsed(document text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT replace(document, '---', '')::jsonb $$;
CREATE FUNCTION reference(scope text[]) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT string_agg(jsonb_set(parsed(d.document), '{status}', to_jsonb(d.status))::text, E'\n---\n')
	FROM llm_policy.policy_current c JOIN llm_policy.policy_documents d USING (namespace, id, revision)
	WHERE c.namespace = ANY (scope) AND d.status IN ('active', 'shadow')
$$;
-- One statement, one snapshot.
CREATE VIEW mismatches AS
	SELECT s.namespace, r.n, essence(llm_policy_simulate(r.body, namespace => s.namespace)) AS answer,
		   essence(llm_policy_simulate_document(s.text, r.body)) AS expected
	FROM (SELECT namespace, coalesce(reference(scope), '{metadata: {name: none}, rules: []}') AS text
		  FROM (VALUES ('default', ARRAY['default']), ('acme', ARRAY['acme', 'default']),
					   ('acme.prod', ARRAY['acme.prod', 'acme', 'default'])) AS v(namespace, scope)) AS s, requests AS r;
SQL

my $check = 'SELECT count(*), (SELECT m::text FROM mismatches AS m WHERE answer <> expected LIMIT 1) FROM requests';

# --- Changes ------------------------------------------------------------------------------------------------

my @namespaces = qw(default acme acme acme.prod);
my @conditions = (
	'{operator: eq, field: llm.model, value: m%d}',
	'{operator: in, field: llm.model, value: [m%d, m3]}',
	'{operator: gt, field: llm.maxTokens, value: 1%d0}',
	'{operator: contains, field: llm.prompt, value: secret}',
	'{operator: contains, field: llm.prompt, value: previous}',
	'{operator: matches, field: llm.prompt, value: "(?i)password|poem%d"}',
	'{operator: matches, field: llm.prompt, value: "the .elvin"}',
	'{operator: ne, field: user.tier, value: gold}',
	'{operator: exists, field: user.tier}',
	'{operator: and, conditions: [{operator: eq, field: user.tier, value: gold}, {operator: ne, field: llm.model, value: m%d}]}');
my @actions = (
	'{type: deny, reason: R}', '{type: warn, reason: R}', '{type: warn, reason: R}', '{type: allow, reason: R}',
	'{type: modify, reason: R, set: {llm.model: other}}', '{type: warn, reason: R}, {type: audit, severity: low}');
my $revision = 0;

sub pick { return $_[ int rand @_ ]; }
sub chance { return rand() < shift; }

# Flow YAML becomes JSON, so that the reference can set the status in it.
sub as_json
{
	my ($flow) = @_;

	$flow =~ s/("[^"]*")|([A-Za-z_][\w.]*)/$1 \/\/ qq{"$2"}/ge;
	return $flow;
}

sub document
{
	my ($id, $namespace) = @_;
	my $status = pick('active', 'active', 'active', 'shadow', 'draft');
	my $priority = int rand 5;
	my $default = chance(0.1) ? '"config": {"defaultAction": "deny"}, ' : '';
	my $rules = join ', ', map {
		my $condition = as_json(sprintf pick(@conditions), int rand 5);
		my $action = as_json(pick(@actions));
		$revision++;
		$action =~ s/"R"/"reason $revision"/g;
		qq({"id": "r$_", "condition": $condition, "actions": [$action]});
	} 1 .. 1 + int rand 3;

	return qq({"status": "$status", ${default}"metadata": {"id": "$id", "name": "$id", "namespace": "$namespace", )
	  . qq("priority": $priority}, "rules": [$rules]});
}

sub current
{
	my ($where) = @_;

	return "(SELECT c.* FROM llm_policy.policy_current c WHERE c.namespace = '$where' ORDER BY md5(id || '$revision') LIMIT 1)";
}

# SQL of one change; those that name a policy do nothing when there is none.
my %changes = (
	apply => sub {
		my ($ns) = @_;
		my @ids = (shuffle('a' .. 'h'))[ 0 .. int rand 3 ];

		return 'SELECT count(*) FROM llm_policy_apply(' . literal(join "\n---\n", map { document($_, $ns) } @ids) . ')';
	},
	prune => sub {
		my ($ns) = @_;
		my @ids = (shuffle('a' .. 'h'))[ 0 .. 4 ];

		return 'SELECT count(*) FROM llm_policy_apply(' . literal(join "\n---\n", map { document($_, $ns) } @ids) . ', prune => true)';
	},
	delete => sub { "SELECT llm_policy_delete(id, namespace) FROM @{[ current(@_) ]} AS c" },
	status => sub {
		"SELECT llm_policy_set_status(id, '@{[ pick(qw(active active shadow draft deprecated)) ]}', namespace) FROM @{[ current(@_) ]} AS c";
	},
	rollback => sub {
		"SELECT llm_policy_rollback(id, 1 + (revision * @{[ rand ]})::int % revision, namespace) FROM @{[ current(@_) ]} AS c";
	},
	'plain update of a document' => sub {
		"UPDATE llm_policy.policy_documents d SET document = replace(document, '\"llm.model\"', '\"user.tier\"') "
		  . "FROM @{[ current(@_) ]} AS c WHERE d.namespace = c.namespace AND d.id = c.id AND d.revision = c.revision";
	},
	'plain update of a priority' => sub {
		"UPDATE llm_policy.policy_documents d SET document = jsonb_set(parsed(document), '{metadata,priority}', '@{[ int rand 9 ]}')::text "
		  . "FROM @{[ current(@_) ]} AS c WHERE d.namespace = c.namespace AND d.id = c.id AND d.revision = c.revision";
	},
	'plain update of a status' => sub {
		"UPDATE llm_policy.policy_documents d SET status = '@{[ pick(qw(active shadow draft)) ]}' "
		  . "FROM @{[ current(@_) ]} AS c WHERE d.namespace = c.namespace AND d.id = c.id AND d.revision = c.revision";
	},
	'plain step back' => sub {
		"UPDATE llm_policy.policy_current p SET revision = 1 FROM @{[ current(@_) ]} AS c WHERE p.namespace = c.namespace AND p.id = c.id";
	},
	'plain delete' => sub { "DELETE FROM llm_policy.policy_current p USING @{[ current(@_) ]} AS c WHERE p.namespace = c.namespace AND p.id = c.id" },
	'plain insert' => sub {
		my ($ns) = @_;

		return 'INSERT INTO llm_policy.policy_current SELECT DISTINCT ON (namespace, id) namespace, id, revision FROM '
		  . "llm_policy.policy_documents WHERE namespace = '$ns' ORDER BY namespace, id, revision DESC ON CONFLICT DO NOTHING";
	},
	'damage of a fragment' => sub {
		"UPDATE llm_policy.policy_fragments f SET fragment = set_byte(fragment, 8 + length(fragment) / 3, @{[ int rand 256 ]}) "
		  . "FROM @{[ current(@_) ]} AS c WHERE f.namespace = c.namespace AND f.id = c.id";
	},
	'loss of fragments' => sub { 'DELETE FROM llm_policy.policy_fragments' },
	maintain => sub { 'SELECT count(*) FROM llm_policy_maintain()' },
	truncate => sub { 'TRUNCATE llm_policy.policy_current' },
);
my @likely = ((qw(apply) x 8, qw(status) x 3, qw(rollback) x 3, qw(delete) x 2, 'prune'), keys %changes);

# --- A run --------------------------------------------------------------------------------------------------

sub run
{
	my ($node) = @_;
	my %sessions = map { $_ => $node->background_psql('postgres', on_error_stop => 0) } qw(ann bob old);
	my (@story, $count, $checks, $old_is_open, $wrong);
	my %done;

	my $act = sub {
		my ($who, $sql) = @_;
		push @story, "$who: $sql";
		$sessions{$who}->query_safe($sql);
	};
	my $verify = sub {
		my ($when) = @_;

		for my $who ('ann', 'bob', $old_is_open ? 'old' : (), chance(0.2) ? 'new' : ())
		{
			my $found = $who eq 'new' ? $node->safe_psql('postgres', $check) : $sessions{$who}->query_safe($check);
			$checks++;
			next if $found eq '4|';
			$wrong //= "$who decides otherwise $when:\n$found\nafter\n" . join "\n", @story[ -($#story < 30 ? $#story + 1 : 30) .. -1 ];
		}
	};
	my $change = sub {
		my ($who, $alone) = @_;
		my $kind = pick(@likely);

		if ($kind eq 'truncate')
		{
			# It would make the others wait, and an old snapshot find nothing.
			return if !$alone || chance(0.5);
			$act->('old', 'COMMIT') if $old_is_open;
			$old_is_open = 0;
		}
		$act->($who, $changes{$kind}->(pick(@namespaces)));
		$count++;
		$done{$kind}++;
		$verify->("after $kind");
	};

	for (1 .. $steps)
	{
		my $who = pick('ann', 'bob');
		my $way = rand;

		if ($way < 0.5)
		{
			$change->($who, 1);
		}
		else
		{
			$act->($who, 'BEGIN');
			$change->($who) for 1 .. 1 + rand 2;
			if ($way > 0.8)
			{
				$act->($who, 'SAVEPOINT a');
				$change->($who);
				$act->($who, 'ROLLBACK TO a');
				$verify->('after a rollback to a savepoint');
				$change->($who) if chance(0.5);
			}
			$act->($who, $way < 0.65 ? 'ROLLBACK' : 'COMMIT');
			$verify->('after the end of the transaction');
		}
		if ($old_is_open ? chance(0.1) : chance(0.2))
		{
			$act->('old', $old_is_open ? 'COMMIT' : 'BEGIN ISOLATION LEVEL REPEATABLE READ');
			$old_is_open = !$old_is_open;
		}
		last if $wrong;
	}
	is($wrong, undef, 'every session decides as the reference does, after each change and its end');
	note("$count changes, $checks checks of twelve decisions: " . join ', ', map { "$_ $done{$_}" } sort keys %done);
	$_->quit for values %sessions;
	return;
}

for my $variant (preload_variants(), [ 'preloaded and small' => "shared_preload_libraries = 'llm_policy'\nllm_policy.cache_size = '64kB'" ])
{
	my ($label, $preload) = @$variant;

	srand $seed++;
	subtest $label => sub {
		my $node = start_server($label =~ s/ /_/gr, $preload);

		$node->safe_psql('postgres', $setup);
		run($node);
		note($node->safe_psql('postgres', 'SELECT t::text FROM llm_policy.program_cache_totals t'));
		$node->stop;
	};
}
done_testing();
