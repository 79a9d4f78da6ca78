-- SQLite takes the index of which it can use the most columns, whichever is the newest: nothing to do here.
SELECT 1;
