"""The lines that `tempered analyze --explain` prints for Polars and DuckDB, pasted as they stand, below folders of any name.

Usage: python pasted_lines.py TEMPERED RUN_DIRECTORY FOLDER
"""

import json
import os
import shutil
import subprocess
import sys

import duckdb
import polars as pl

tempered, run, folder = sys.argv[1:]
names = ["plain", "it's", 'say "hi"', "a[1]", "[b]", "x]y", "st*r", "wh?t", "a b", "{a,b}", "n=5", "estimator=x",
         "design=grid", "n=5/estimator=x", "ünïcode-日本", "back\\slash", "%20", "$HOME", "q'n=1[*"]
keys = ("estimator", "design", "target", "noise")


def output(*arguments):
    return subprocess.run([tempered, *arguments], check=True, capture_output=True, text=True).stdout


expected = {}
for series in json.loads(output("analyze", run, "--format", "json")):
    for level in series["levels"]:
        key = (*(series[part] for part in keys), level["n"])
        expected.setdefault(key, []).append(level["median"])
assert len({key[1:4] for key in expected}) == 8, "the study varies in every axis"

for name in names:
    place = os.path.join(folder, name, "run")
    shutil.copytree(run, place)
    lines = dict(line.split(": ", 1) for line in output("analyze", place, "--explain").splitlines() if line.startswith(("polars: ", "duckdb: ")))
    from_polars = eval(lines["polars"]).rows()
    os.chdir(place if "\\" in name else folder)
    from_duckdb = duckdb.sql(lines["duckdb"]).fetchall()
    for reader, rows in [("polars", from_polars), ("duckdb", from_duckdb)]:
        found = {row[:5]: row[5:] for row in rows}
        assert len(rows) == len(found) and found.keys() == expected.keys(), (name, reader, found.keys() ^ expected.keys())
        for key, medians in found.items():
            close = [abs(a - b) <= 1e-12 * abs(b) for a, b in zip(medians, expected[key], strict=True)]
            assert all(close), (name, reader, key, medians, expected[key])
print(f"{len(names)} folders, {len(expected)} groups")
