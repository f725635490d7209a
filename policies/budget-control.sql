-- What budget-control.yaml reads: a table of the application, registered as a data source for policies.
CREATE TABLE team_budgets (
	team text PRIMARY KEY,
	monthly numeric NOT NULL,
	spent numeric NOT NULL DEFAULT 0,
	frozen boolean NOT NULL DEFAULT false
);
INSERT INTO team_budgets VALUES ('red', 100, 104.4, false), ('blue', 500, 20, false);

SELECT llm_policy_register_data('team_budget', 'SELECT monthly, spent, frozen FROM public.team_budgets WHERE team = $1');
