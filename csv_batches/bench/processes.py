"""What a tree of processes has used: CPU seconds and memory. Processes that are gone meanwhile count as far as seen."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import psutil

PSS = re.compile(r"^Pss: +(\d+) kB$", re.MULTILINE)
PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def tree(root: int) -> list[psutil.Process]:
    """The process and all below it; nothing where it has ended."""
    try:
        process = psutil.Process(root)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_s(root: int, *, without: Collection[int] = ()) -> float:
    """CPU seconds of a tree so far, with those of its processes that have ended; never falls."""
    return sum(_own_cpu_s(process) for process in tree(root) if process.pid not in without)


def _own_cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    ended = float(getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0))
    return float(times.user + times.system) + ended


def largest_mb(root: int) -> dict[str, float]:
    """Of the largest process of a tree: `rss_mb`, its peak so far, and `pss_mb`, what it has now where pages that
    several share are divided by their number. Only what the system tells."""
    peaks = list(_found(root, "status", PEAK)) or [_rss_mb(process) for process in tree(root)]
    found = {"rss_mb": max(peaks, default=0.0), "pss_mb": max(_found(root, "smaps_rollup", PSS), default=0.0)}
    return {name: value for name, value in found.items() if value}


def _found(root: int, file: str, pattern: re.Pattern[str]) -> Iterator[float]:
    for process in tree(root):
        try:
            match = pattern.search(Path(f"/proc/{process.pid}/{file}").read_text())
        except OSError:
            continue
        if match:
            yield int(match[1]) / 1024


def _rss_mb(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / 1024**2
    except psutil.Error:
        return 0.0
