"""`manage.py backup` and `manage.py restore`: the whole site in one file.

A backup is a tar of ordinary files, which other programs read too: `database.sql.zst` as `pg_dump` wrote it, `media/…`
with what people uploaded, `keys.json` where it was asked for, and at the end `manifest.json` with the hash of each
part. One without its end is therefore known to be incomplete.
"""
