from django.db import migrations, models

import experiments.core.choices

# Few rows, each written many times a second: half of a page is kept free, so that a new version finds room beside the
# old one and no index is written (HOT), and what is dead is cleared away by the thousand, without a rest.
HOT = (
    *("experiments_queue", "experiments_lane", "experiments_networkshare", "experiments_networkbudget"),
    *("experiments_workerlease", "experiments_workerprocess"),
)
HOT_SETTINGS = {
    "fillfactor": 50,
    "autovacuum_vacuum_scale_factor": 0,
    "autovacuum_vacuum_threshold": 1000,
    "autovacuum_vacuum_cost_delay": 0,
    "autovacuum_analyze_scale_factor": 0,
    "autovacuum_analyze_threshold": 5000,
}
# Many rows: a fifth of them dead, as PostgreSQL waits for by itself, may be millions. Inserts count too: pages that
# are known to be visible to all are read from the index alone.
MANY = ("experiments_queueitem", "experiments_attempt", "experiments_run", "experiments_lead")
MANY_SETTINGS = {
    "autovacuum_vacuum_scale_factor": 0.05,
    "autovacuum_vacuum_threshold": 10000,
    "autovacuum_vacuum_insert_scale_factor": 0.05,
    "autovacuum_vacuum_insert_threshold": 50000,
    "autovacuum_analyze_scale_factor": 0.02,
    "autovacuum_analyze_threshold": 10000,
}


def storage(tables, settings):
    """Counts for what is written from now on."""
    values = ", ".join(f"{name} = {value}" for name, value in settings.items())
    for table in tables:
        yield migrations.RunSQL(
            f"ALTER TABLE {table} SET ({values})", f"ALTER TABLE {table} RESET ({', '.join(settings)})"
        )


RUNS_BY_TRACE = "CREATE UNIQUE INDEX run_trace_unique ON experiments_run (trace_id, network_id)"
RUNS_BY_TRACE_ALONE = "ALTER TABLE experiments_run ADD CONSTRAINT run_trace_unique UNIQUE USING INDEX run_trace_unique"
NOT_BY_TRACE = "ALTER TABLE experiments_run DROP CONSTRAINT run_trace_unique"


class Migration(migrations.Migration):
    """Rows that wait take less room: two times and an index entry fewer each. Runs are found by one index, not two.

    Tables are not rewritten: what is stored stays as it is. Three indexes are built, a few seconds for a million rows,
    while others read but do not write; what nobody else may look on at comes last and takes no time.
    """

    dependencies = [("experiments", "0022_audit")]

    operations = [
        migrations.AddIndex(
            model_name="queueitem",
            index=models.Index(
                condition=models.Q(("status", experiments.core.choices.RowStatus["QUEUED"])),
                fields=["queue", "row_index", "delayed", "lost"],
                name="item_queued",
            ),
        ),
        migrations.AddIndex(
            model_name="queueitem",
            index=models.Index(
                condition=models.Q(("status__in", ("running", "succeeded", "failed"))),
                fields=["queue", "status", "row_index"],
                name="item_called",
            ),
        ),
        migrations.RunSQL(RUNS_BY_TRACE, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(RUNS_BY_TRACE_ALONE, NOT_BY_TRACE)],
            [
                migrations.AddConstraint(
                    model_name="run",
                    constraint=models.UniqueConstraint(fields=("trace_id", "network"), name="run_trace_unique"),
                )
            ],
        ),
        migrations.RemoveConstraint(model_name="run", name="run_trace_unique_in_network"),
        migrations.RemoveIndex(model_name="run", name="run_trace"),
        migrations.RemoveIndex(model_name="queueitem", name="item_claim"),
        migrations.RemoveIndex(model_name="queueitem", name="item_page_status"),
        migrations.AlterField(
            model_name="queueitem",
            name="available_at",
            field=models.DateTimeField(blank=True, help_text="Empty: at once, and it was never delayed.", null=True),
        ),
        migrations.AlterField(
            model_name="queueitem",
            name="queued_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When a person retried it last; empty: it waits since its queue began.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="queue",
            name="retrying",
            field=models.JSONField(
                blank=True,
                help_text="While a retry of many rows goes on part by part: {error_code, force, after, requeued}.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="queue",
            name="retried_at",
            field=models.DateTimeField(blank=True, help_text="When it went on last.", null=True),
        ),
        *storage(HOT, HOT_SETTINGS),
        *storage(MANY, MANY_SETTINGS),
    ]
