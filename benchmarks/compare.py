#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The table of benchmarks/run: medians of our steps and of the peers', from a folder of single figures."""
import json
import pathlib
import statistics
import sys


def read(path):
    text = path.read_text()
    if text.startswith("{"):  # of Google Benchmark
        figure = json.loads(text)["benchmarks"][0]
        unit = {"ms": 1, "us": 1e-3}[figure["time_unit"]]
        return {
            "milliseconds": figure["real_time"] * unit,
            "MiB": figure["resident_MiB"],
            "tokens_per_second": figure["tokens/s"],
            "share_of_peak": figure["share_of_peak"],
            "GFLOP_per_second": figure["GFLOP/s"],
            "peak_GFLOP_per_second": figure["peak_GFLOP/s"],
        }
    milliseconds, memory = text.split()
    return {"milliseconds": float(milliseconds), "MiB": float(memory)}


def main():
    folder, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    figures = {}
    for path in folder.glob("*-*-*-*"):
        who, model, threads, _ = path.name.split("-")
        figures.setdefault((model, int(threads)), {}).setdefault(who, []).append(read(path))
    peers = [peer for peer in ("libtorch", "pytorch") if any(peer in row for row in figures.values())]
    print("| model | threads | ours, ms | tokens/s | of the peak | MiB |" + "".join(f" {peer}, ms | MiB |" for peer in peers)
          + " best peer / ours |" * bool(peers))
    print("| --- " * (6 + 2 * len(peers) + bool(peers)) + "|")
    results = []
    for (model, threads), row in sorted(figures.items()):
        medians = {}
        for who, all in row.items():
            median = {key: statistics.median(figure[key] for figure in all) for key in all[0]}
            name = who.split("_")[0]  # the faster of the ways in which a peer was run
            if name not in medians or median["milliseconds"] < medians[name]["milliseconds"]:
                medians[name] = median
        ours = medians["transfix"]
        line = f"| {model} | {threads} | {ours['milliseconds']:.4g} | {ours['tokens_per_second']:,.0f} | "
        line += f"{ours['share_of_peak']:.0%} | {ours['MiB']:.0f} |"
        for peer in peers:
            line += f" {medians[peer]['milliseconds']:.4g} | {medians[peer]['MiB']:.0f} |" if peer in medians else " | |"
        result = {"model": model, "threads": threads, "medians": medians, "rounds": len(row["transfix"])}
        if len(medians) > 1:
            best = min(medians[peer]["milliseconds"] for peer in medians if peer != "transfix")
            result["ratio"] = best / ours["milliseconds"]
            line += f" {result['ratio']:.2f} |"
        print(line)
        results.append(result)
    for count in sorted({result["threads"] for result in results}):
        peaks = [row["medians"]["transfix"]["peak_GFLOP_per_second"] for row in results if row["threads"] == count]
        print(f"Peak of our instructions, {count} thread{'s' * (count > 1)}: {statistics.median(peaks):.0f} GFLOP/s")
    target.write_text(json.dumps(results, indent=2) + "\n")


main()
