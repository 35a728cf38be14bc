"""A directory whose files hold the keys of their folders as well: Polars and DuckDB read it with one glob, pandas and
pyarrow where they are told not to look at folders.

Usage: python readers_of_generator_3.py RUN_DIRECTORY
"""

import sys

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as ds

run = sys.argv[1]
for table in ("metrics", "weights", "checkpoints"):
    folder, glob, keys = f"{run}/{table}", f"{run}/{table}/**/*.parquet", ["estimator", "n", "trial"]
    read = {
        "polars": pl.scan_parquet(glob, hive_partitioning=True).select(keys).collect().rows(),
        "duckdb": duckdb.sql(f"SELECT estimator, n, trial FROM read_parquet('{glob}', hive_partitioning = true)").fetchall(),
        "pandas": pd.read_parquet(folder, partitioning=None)[keys].values.tolist(),
        "pyarrow": ds.dataset(folder).to_table(columns=keys).to_pandas().values.tolist(),
    }
    rows = {name: sorted(map(tuple, rows)) for name, rows in read.items()}
    assert rows["polars"] and all(found == rows["polars"] for found in rows.values()), (table, {n: len(f) for n, f in rows.items()})
