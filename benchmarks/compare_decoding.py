#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The table of benchmarks/run about decoding: medians of tokens a second, from a folder of single figures."""
import json
import pathlib
import statistics
import sys


def main():
    figures = {}
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*-*-*-*")):
        who, model, _, _ = path.name.split("-")
        figure = json.loads(path.read_text())["benchmarks"][0]
        figures.setdefault(model, {}).setdefault(who, []).append(figure["tokens/s"])
    print("| model | ours, tokens/s | libtorch, tokens/s | ours / libtorch |")
    print("| --- | --- | --- | --- |")
    for model, row in sorted(figures.items()):
        ours, peer = statistics.median(row["transfix"]), statistics.median(row["libtorch"])
        print(f"| {model} | {ours:,.4g} | {peer:,.4g} | {ours / peer:.2f} |")


main()
