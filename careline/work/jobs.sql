-- The queue: jobs are claimed for a while, done (and gone), tried again later, or given up where one can see them.

-- name: due_job
SELECT id FROM jobs WHERE given_up_at IS NULL AND run_at <= :now AND (claimed_until IS NULL OR claimed_until < :now)
ORDER BY run_at LIMIT 1;

-- name: claim_jobs [sqlite]
UPDATE jobs SET attempts = attempts + 1, claimed_until = :until
WHERE id IN (SELECT id FROM jobs WHERE given_up_at IS NULL AND run_at <= :now
             AND (claimed_until IS NULL OR claimed_until < :now) ORDER BY run_at LIMIT :most)
RETURNING id, workspace_id, kind, payload, attempts;

-- name: claim_jobs [postgres]
UPDATE jobs SET attempts = attempts + 1, claimed_until = :until
WHERE id IN (SELECT id FROM jobs WHERE given_up_at IS NULL AND run_at <= :now
             AND (claimed_until IS NULL OR claimed_until < :now) ORDER BY run_at LIMIT :most FOR UPDATE SKIP LOCKED)
RETURNING id, workspace_id, kind, payload, attempts;

-- name: finish_job
DELETE FROM jobs WHERE id = :id;

-- name: retry_job
UPDATE jobs SET run_at = :run_at, claimed_until = NULL, last_error = :last_error WHERE id = :id;

-- name: give_up_job
UPDATE jobs SET given_up_at = :now, claimed_until = NULL, last_error = :last_error WHERE id = :id;

-- name: waiting_jobs
SELECT COUNT(*) FROM jobs WHERE given_up_at IS NULL;
