# A sample that is read, never run.
# mypy: ignore-errors
# ruff: noqa
from pyflink.table import EnvironmentSettings, TableEnvironment

TOPIC = "parcels"
tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.execute_sql(f"""
    CREATE TABLE parcels (
        id STRING,
        -- where it was seen
        hub STRING
    ) WITH (
        'connector' = 'kafka',
        'topic' = '{TOPIC}',
        'scan.startup.mode' = 'earliest-offset'
    )
""")
tables.execute_sql("INSERT INTO hubs SELECT hub, COUNT(id) FROM parcels GROUP BY hub")
