-- The queue: jobs are claimed for a while, done (and gone), tried again later, or given up where one can see them.

-- name: due_job
SELECT id FROM jobs WHERE given_up_at IS NULL AND run_at <= :now AND (claimed_until IS NULL OR claimed_until < :now)
  AND NOT kind = ANY(:but)
ORDER BY run_at LIMIT 1;

-- name: claim_job [sqlite]
UPDATE jobs SET attempts = attempts + 1, claimed_until = :until
WHERE id = (SELECT id FROM jobs WHERE given_up_at IS NULL AND run_at <= :now
            AND (claimed_until IS NULL OR claimed_until < :now) AND NOT kind = ANY(:but) ORDER BY run_at LIMIT 1)
RETURNING id, workspace_id, kind, payload, attempts;

-- name: claim_job [postgres]
UPDATE jobs SET attempts = attempts + 1, claimed_until = :until
WHERE id = (SELECT id FROM jobs WHERE given_up_at IS NULL AND run_at <= :now
            AND (claimed_until IS NULL OR claimed_until < :now) AND NOT kind = ANY(:but)
            ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, workspace_id, kind, payload, attempts;

-- A claim is ended by whoever holds it: each has the job's next number of `attempts`.

-- name: finish_job
DELETE FROM jobs WHERE id = :id AND attempts = :attempts RETURNING id;

-- name: retry_job
UPDATE jobs SET run_at = :run_at, claimed_until = NULL, last_error = :last_error
WHERE id = :id AND attempts = :attempts;

-- name: give_up_job
UPDATE jobs SET given_up_at = :now, claimed_until = NULL, last_error = :last_error
WHERE id = :id AND attempts = :attempts;

-- name: waiting_jobs
SELECT COUNT(*) FROM jobs WHERE given_up_at IS NULL;
