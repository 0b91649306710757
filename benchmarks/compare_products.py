#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The table of benchmarks/products: shares of the peak and the ratio to the best other library."""
import json
import sys


def main():
    products = {}
    for figure in json.load(sys.stdin)["benchmarks"]:
        if figure.get("aggregate_name", "median") != "median":
            continue
        product, library = figure["run_name"].rsplit("/", 1)
        products.setdefault(product, {})[library] = figure
    libraries = [name for name in ("transfix", "OpenBLAS", "Eigen") if any(name in row for row in products.values())]
    print("| rows x depth x columns | microseconds |" + "".join(f" {library} |" for library in libraries) + " best / ours |")
    print("| --- " * (len(libraries) + 3) + "|")
    for product, row in sorted(products.items()):
        ours = row["transfix"]
        others = [figure["real_time"] for library, figure in row.items() if library != "transfix"]
        print(f"| {product.replace('_', ' ')} | {ours['real_time']:.4g} |"
              + "".join(f" {row[library]['share_of_peak']:.0%} |" for library in libraries)
              + (f" {min(others) / ours['real_time']:.2f} |" if others else " |"))


main()
