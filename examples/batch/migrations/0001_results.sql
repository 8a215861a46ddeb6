-- One row for each version of a picture, however often its message comes.
CREATE TABLE results (
  key TEXT NOT NULL,
  etag TEXT NOT NULL,
  answer TEXT NOT NULL, -- JSON, as the QUESTION has it
  finished TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (key, etag)
) WITHOUT ROWID;

-- Messages that no retry will help, or none has.
CREATE TABLE dead_letters (
  message TEXT NOT NULL PRIMARY KEY, -- JSON
  reason TEXT, -- none if the queue gave up
  arrived TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) WITHOUT ROWID;
