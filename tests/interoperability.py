"""The README's snippets for readers of Parquet, on a finished and a half-finished run, against `tempered analyze`.

Usage: python interoperability.py TEMPERED README RUN_DIRECTORY
"""

import json
import re
import subprocess
import sys

tempered, readme, run = sys.argv[1:]
text = open(readme, encoding="utf-8").read().replace("runs/quickstart", run)
python = re.search(r"Polars:\n\n```python\n(.*?)```", text, re.S).group(1)
sql = re.search(r"DuckDB:\n\n```sql\n(.*?)```", text, re.S).group(1)
pandas = re.search(r"pandas:\n\n```python\n(.*?)```", text, re.S).group(1)

analysis = json.loads(subprocess.run([tempered, "analyze", run, "--format", "json"], check=True, capture_output=True).stdout)
expected, counts = {}, {}
for series in analysis:
    for level in series["levels"]:
        key = (*(series[part] for part in ("estimator", "design", "target", "noise")), level["n"])
        expected.setdefault(key, {})[series["p"]] = level["median"]
        counts[key] = level["trials"]

import duckdb
import pandas as pd
import polars as pl
import pyarrow.dataset as ds
import pyarrow.parquet as pq

shown = []
exec(python, {"print": shown.append})
from_polars = {row[:5]: row[5:] for row in shown[0].rows()}
from_duckdb = {row[:5]: row[5:] for row in duckdb.sql(sql).fetchall()}
shown.clear()
exec(pandas, {"print": shown.append})
from_pandas = {tuple(row[:5]): tuple(row[5:]) for row in shown[0].reset_index().values.tolist()}
for name, found in [("polars", from_polars), ("duckdb", from_duckdb), ("pandas", from_pandas)]:
    assert found.keys() == expected.keys(), (name, found.keys() ^ expected.keys())
    for key, medians in found.items():
        for p, median in zip((1.0, 3.0), medians):
            assert abs(median - expected[key][p]) <= 1e-12 * median, (name, key, p, median, expected[key])

glob = f"{run}/metrics/**/*.parquet"
rows = pl.scan_parquet(glob, hive_partitioning=True).group_by("estimator", "design", "target", "noise", "n").len().collect()
assert {row[:5]: row[5] for row in rows.rows()} == counts
weights = f"{run}/weights/**/*.parquet"
networks = pl.scan_parquet(weights, hive_partitioning=True).select(pl.len()).collect().item()
assert networks == sum(counts.values()), (networks, sum(counts.values()))
total = duckdb.sql(f'''SELECT count(*), sum(len("at")) FROM read_parquet('{weights}', hive_partitioning = true)''').fetchall()[0]
kinks = duckdb.sql(f"SELECT sum(kinks) FROM read_parquet('{glob}', hive_partitioning = true)").fetchall()[0][0]
# Knots are the kinks and the two outer ones.
assert total[0] == networks and kinks <= total[1] <= kinks + 2 * networks, (total, networks, kinks)
# Every value of the lists, through two readers that share no code with the writer.
sums = pl.scan_parquet(weights, hive_partitioning=True).select(pl.col("coefficient", "scale", "at").explode().abs().sum()).collect().row(0)
lists = ", ".join(f'sum(list_sum(list_transform("{name}", lambda w: abs(w))))' for name in ("coefficient", "scale", "at"))
sql_sums = duckdb.sql(f"SELECT {lists} FROM read_parquet('{weights}', hive_partitioning = true)").fetchall()[0]
assert sums[1] == total[1], (sums, total)
for a, b in zip(sums, sql_sums):
    assert abs(a - b) <= 1e-9 * abs(a), (sums, sql_sums)
# All tables of a run, read as one names a folder: without an option, and with every row.
for table in ("metrics", "weights"):
    folder = f"{run}/{table}"
    arrow = ds.dataset(folder, partitioning="hive").to_table()
    read = {
        "polars": pl.read_parquet(folder).select("estimator", "n", "trial").rows(),
        "duckdb": duckdb.sql(f"SELECT estimator, n, trial FROM '{folder}/**/*.parquet'").fetchall(),
        "pandas": pd.read_parquet(folder)[["estimator", "n", "trial"]].values.tolist(),
        "pyarrow.dataset": arrow.select(["estimator", "n", "trial"]).to_pandas().values.tolist(),
        "pyarrow.parquet": pq.read_table(folder, columns=["estimator", "n", "trial"]).to_pandas().values.tolist(),
    }
    rows = {name: sorted(map(tuple, rows)) for name, rows in read.items()}
    assert all(found == rows["polars"] for found in rows.values()), {name: len(found) for name, found in rows.items()}
    assert len(rows["polars"]) == sum(counts.values()), len(rows["polars"])
    assert [str(arrow.schema.field(key).type) for key in ("estimator", "n")] == ["string", "int32"]
lists = pd.read_parquet(f"{run}/weights")
for place, name in enumerate(("coefficient", "scale", "at")):
    total = sum(float(abs(values).sum()) for values in lists[name])
    assert abs(total - sums[place]) <= 1e-9 * abs(total), (name, total, sums[place])
print(f"{len(expected)} cells, {networks} networks agree")
