"""Files as pandas, pyarrow and DuckDB write them, fitted by `tempered fit`.

Usage: python user_files.py TEMPERED FOLDER
"""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

tempered, folder = sys.argv[1], Path(sys.argv[2])
frame = pd.DataFrame({"name": ["ä", "b", None, "d"], "Y": [2.0, 3.0, 1.0, 4.0], "X": [1, 2, 4, 8]})


def fitted(path, *flags):
    words = [tempered, "fit", path, "--format", "json", *flags]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    assert done.returncode == 0, (path, done.stderr)
    return json.loads(done.stdout)


count = 0


def check(path, at=(1, 2, 4, 8)):
    global count
    found = fitted(path, "--estimator", "linear_spline")["predictor"]
    assert found["at"] == list(at) and found["coefficient"] == [2, 3, 1, 4], (path, found)
    count += 1


frame.to_parquet(folder / "pandas.parquet")
check(folder / "pandas.parquet")
for codec in ("none", "snappy", "gzip", "brotli", "lz4", "zstd"):
    for version in ("1.0", "2.0"):
        path = folder / f"arrow-{codec}-{version}"
        pq.write_table(pa.Table.from_pandas(frame), path, compression=codec, data_page_version=version)
        check(path)
for codec in ("uncompressed", "snappy", "gzip", "brotli", "lz4", "lz4_raw", "zstd"):
    path = folder / f"duck-{codec}.data"
    duckdb.sql(f"COPY (SELECT * FROM frame) TO '{path}' (FORMAT parquet, COMPRESSION {codec})")
    check(path)
types = {
    "int8": pa.int8(), "uint64": pa.uint64(), "float": pa.float32(), "decimal": pa.decimal128(12, 3),
    "dictionary": pa.dictionary(pa.int32(), pa.int64()), "date": pa.date32(), "timestamp": pa.timestamp("ms"),
}
for name, kind in types.items():
    x = pa.array([1, 2, 4, 8])
    if name == "decimal":
        x = pa.array([Decimal(v) for v in (1, 2, 4, 8)], kind)
    elif name == "dictionary":
        x = x.dictionary_encode()
    else:
        x = x.cast(pa.int32()).cast(kind) if name == "date" else x.cast(kind)
    pq.write_table(pa.table({"x": x, "y": pa.array([2.0, 3.0, 1.0, 4.0])}), folder / f"{name}.parquet")
    check(folder / f"{name}.parquet")
for separator in (",", ";", "\t"):
    for encoding in ("utf-8", "latin-1", "utf-8-sig"):
        path = folder / f"{ord(separator)}-{encoding}.csv"
        frame.to_csv(path, index=False, sep=separator, encoding=encoding)
        check(path)
print(f"{count} files agree")
