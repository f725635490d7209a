-- The first evaluation of all on a server that has just started: milliseconds of the statement, and of compiling and
-- linking alone.  `name` says what had been compiled before.
SELECT bench.clock() AS before \gset
SELECT llm_policy_simulate(request) FROM bench.requests LIMIT 1 \g /dev/null
SELECT :'name' || '_first_ms', (bench.clock() - :before) / 1e6;
SELECT :'name' || '_ms', build_ms FROM llm_policy.program_cache WHERE database = current_database() AND kind = 'program';
