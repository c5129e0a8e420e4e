-- Times are seconds since 1970. "key" is a keyed hash of source and article: it names the
-- mention, is its status token, and is all that stays of an erased one.
CREATE TABLE mention (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    source TEXT NOT NULL,
    host TEXT NOT NULL,
    article TEXT NOT NULL,
    target TEXT NOT NULL,
    protocols INTEGER NOT NULL,
    claims TEXT NOT NULL DEFAULT '',
    first_received REAL NOT NULL,
    last_received REAL NOT NULL,
    verification TEXT NOT NULL DEFAULT 'queued',
    reason TEXT NOT NULL DEFAULT '',
    moderation TEXT NOT NULL DEFAULT 'pending',
    reading TEXT NOT NULL DEFAULT '',
    shown TEXT NOT NULL DEFAULT '',
    author TEXT NOT NULL DEFAULT '',
    signals TEXT NOT NULL DEFAULT '',
    checked REAL NOT NULL DEFAULT 0,
    etag TEXT NOT NULL DEFAULT '',
    last_modified TEXT NOT NULL DEFAULT '',
    digest TEXT NOT NULL DEFAULT '',
    failures INTEGER NOT NULL DEFAULT 0,
    missing INTEGER NOT NULL DEFAULT 0,
    missing_at REAL NOT NULL DEFAULT 0,
    rechecks INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX mention_by_host ON mention (host, moderation);
CREATE INDEX mention_by_article ON mention (article, moderation, verification);

-- Every message as it came, for two weeks.
CREATE TABLE inbound (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    mention INTEGER NOT NULL,
    protocol TEXT NOT NULL,
    source TEXT NOT NULL,
    target TEXT NOT NULL,
    claims TEXT NOT NULL,
    client TEXT NOT NULL,
    agent TEXT NOT NULL
);
CREATE INDEX inbound_by_mention ON inbound (mention);

-- A number is never given twice: a worker may still be about a job that is gone.
CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    mention INTEGER NOT NULL REFERENCES mention (id),
    run_at REAL NOT NULL,
    again INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    owner TEXT NOT NULL DEFAULT '',
    leased_until REAL NOT NULL DEFAULT 0,
    UNIQUE (mention, kind)
);
CREATE INDEX job_by_time ON job (run_at);

CREATE TABLE rule (
    scope TEXT NOT NULL,
    value TEXT NOT NULL,
    action TEXT NOT NULL,
    note TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (scope, value)
);

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at REAL NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    mention INTEGER,
    note TEXT NOT NULL
);
CREATE INDEX audit_by_mention ON audit (mention);

-- Keyed hashes of sources and authors that stay erased.
CREATE TABLE erasure (hash BLOB PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;

CREATE TABLE media (
    origin TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    data BLOB NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX media_by_name ON media (name);

CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
