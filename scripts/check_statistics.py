"""Holds the formats of a table against the values as drawn: read_csv, pyjstat, pyarrow, and JSON-stat's own schema."""

import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pandas
import pyarrow.parquet
from jsonstat_validator import validate_jsonstat
from pyjstat import pyjstat

folder = Path(sys.argv[1])
truth = [
    value
    for row in json.loads((folder / "truth.json").read_text())
    for value in (row or [None, None])
]


def drawn(column):
    return [None if pandas.isna(value) else int(value) for value in column]


dataset = json.loads((folder / "table.json").read_text())
assert validate_jsonstat(dataset), "the dataset is no JSON-stat 2.0"

frame = pyjstat.Dataset.read((folder / "table.json").read_text()).write("dataframe", naming="id")
from_json = frame[frame["contents"] == "drawn"]
assert drawn(from_json["value"]) == truth, "pyjstat reads other values"

from_csv = pandas.read_csv(folder / "table.csv")
assert drawn(from_csv["drawn"]) == truth, "pandas reads other values"
assert list(from_csv["direction"].unique()) == ["left", 'right, "uphill"']

table = pyarrow.parquet.read_table(folder / "table.parquet")
from_parquet = table.to_pandas()
assert drawn(from_parquet["drawn"]) == truth, "pyarrow reads other values"
assert table.schema.metadata[b"vokter"], "the file does not say what it is"

same = pandas.to_datetime(from_csv["start"], utc=True).tolist() == from_parquet["start"].tolist()
assert same and from_csv["start"].tolist() == from_parquet["local_start"].tolist(), "the times differ"
assert from_json["time"].tolist() == from_csv["start"].tolist(), "the times differ"
for bound in ["low", "high"]:
    from_contents = frame[frame["contents"] == bound]["value"].astype(float).tolist()
    differ = [abs(a - b) > 0.051 for a, b in zip(from_contents, from_parquet[bound].tolist(), strict=True)]
    assert not any(differ), f"the {bound} ends differ"

for picture in ["series.svg", "week.svg"]:
    ElementTree.parse(folder / picture)

print(f"{len(truth)} cells read the same by jsonstat-validator, pyjstat, pandas and pyarrow")
