#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The table of benchmarks/run: medians of our steps and of PyTorch's, from a folder of single figures."""
import json
import pathlib
import statistics
import sys


def main():
    folder, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    rows = {}
    for path in sorted(folder.iterdir()):
        who, model, threads, _ = path.stem.split("-")
        row = rows.setdefault((model, int(threads)), {"ours": [], "share": [], "ours_mib": [], "torch": [], "torch_mib": []})
        if who == "ours":
            figure = json.loads(path.read_text())["benchmarks"][0]
            row["ours"].append(figure["real_time"])
            row["share"].append(figure["share_of_peak"])
            row["ours_mib"].append(figure["resident_MiB"])
        else:
            milliseconds, memory = path.read_text().split()
            row["torch"].append(float(milliseconds))
            row["torch_mib"].append(float(memory))
    results = []
    print(f"{'model':6}{'threads':>8}{'ours ms':>11}{'of peak':>9}{'MiB':>8}{'PyTorch ms':>13}{'MiB':>8}{'ratio':>8}")
    for (model, threads), row in sorted(rows.items()):
        medians = {key: statistics.median(values) if values else None for key, values in row.items()}
        line = f"{model:6}{threads:>8}{medians['ours']:>11.3f}{medians['share']:>9.2f}{medians['ours_mib']:>8.0f}"
        if medians["torch"] is not None:
            medians["ratio"] = medians["torch"] / medians["ours"]
            line += f"{medians['torch']:>13.3f}{medians['torch_mib']:>8.0f}{medians['ratio']:>8.2f}"
        print(line)
        results.append({"model": model, "threads": threads, **medians})
    target.write_text(json.dumps(results, indent=2) + "\n")


main()
