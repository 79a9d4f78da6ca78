-- Once a day the last seals of all workspaces, signed by a key that is not in this store: `body` as it was signed.
CREATE TABLE audit_anchors (
  number BIGINT PRIMARY KEY, at BIGINT NOT NULL, body TEXT NOT NULL, signer TEXT NOT NULL, signature TEXT NOT NULL
) WITHOUT ROWID;
