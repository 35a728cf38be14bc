"""The README's Polars and DuckDB snippets, on a finished and a half-finished run, against `tempered analyze`.

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

analysis = json.loads(subprocess.run([tempered, "analyze", run, "--format", "json"], check=True, capture_output=True).stdout)
expected, counts = {}, {}
for series in analysis:
    for level in series["levels"]:
        key = (*(series[part] for part in ("estimator", "design", "target", "noise")), level["n"])
        expected.setdefault(key, {})[series["p"]] = level["median"]
        counts[key] = level["trials"]

import duckdb
import polars as pl

shown = []
exec(python, {"print": shown.append})
from_polars = {row[:5]: row[5:] for row in shown[0].rows()}
from_duckdb = {row[:5]: row[5:] for row in duckdb.sql(sql).fetchall()}
for name, found in [("polars", from_polars), ("duckdb", from_duckdb)]:
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
total = duckdb.sql(f'''SELECT count(*), sum(len("outer")) FROM read_parquet('{weights}', hive_partitioning = true)''').fetchall()[0]
kinks = duckdb.sql(f"SELECT sum(kinks) FROM read_parquet('{glob}', hive_partitioning = true)").fetchall()[0][0]
assert total == (networks, kinks), (total, networks, kinks)
# Every value of the lists, through two readers that share no code with the writer.
sums = pl.scan_parquet(weights, hive_partitioning=True).select(pl.col("outer", "inner", "bias").explode().abs().sum()).collect().row(0)
lists = ", ".join(f'sum(list_sum(list_transform("{name}", lambda w: abs(w))))' for name in ("outer", "inner", "bias"))
sql_sums = duckdb.sql(f"SELECT {lists} FROM read_parquet('{weights}', hive_partitioning = true)").fetchall()[0]
assert sums[1] == kinks, (sums, kinks)
for a, b in zip(sums, sql_sums):
    assert abs(a - b) <= 1e-9 * abs(a), (sums, sql_sums)
print(f"{len(expected)} cells, {networks} networks agree")
