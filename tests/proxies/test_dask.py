"""The proxies on a Dask cluster, over a file that is mapped into memory."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases.attention_samples import attention

from dagmix import proxies

LAYERS, N = 48, 64


class Mapped:
    """An .npy file, mapped by each process for each part; `marks` takes a line for each."""

    def __init__(self, path: Path, marks: Path) -> None:
        self.path, self.marks = path, marks
        array = np.load(path, mmap_mode="r")
        self.shape, self.dtype, self.ndim = array.shape, array.dtype, array.ndim

    def __getitem__(self, index: Any) -> Any:
        with self.marks.open("a", encoding="ascii") as file:
            file.write(f"{os.getpid()}\n")
        return np.load(self.path, mmap_mode="r")[index]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # a cluster has much to say while a worker dies
def test_a_killed_worker_changes_no_bit(tmp_path: Path) -> None:
    """Two workers, one killed in mid-run; what it was at is measured again, to the same bits."""
    distributed, da = pytest.importorskip("distributed"), pytest.importorskip("dask.array")
    tensor = np.stack([attention(2, N, seed) for seed in range(LAYERS)])
    np.save(tmp_path / "a.npy", tensor)
    mapped = Mapped(tmp_path / "a.npy", tmp_path / "marks")
    mapped.marks.touch()
    lazy = da.apply_gufunc(
        proxies.hitting_time,
        "(h,i,j)->()",
        da.from_array(mapped, chunks=(1, 2, N, N)),
        output_dtypes=np.float64,
        max_steps=20_000,
    )
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with (
        distributed.LocalCluster(**options, local_directory=str(tmp_path)) as cluster,
        distributed.Client(cluster) as client,
    ):
        victim, other = client.run(os.getpid).values()
        found = client.compute(lazy)
        while mapped.marks.read_text(encoding="ascii").split().count(str(victim)) < 3:
            time.sleep(0.001)
        os.kill(victim, signal.SIGKILL)
        measured = found.result(timeout=120)
    pids = mapped.marks.read_text(encoding="ascii").split()
    assert pids.count(str(victim)) < LAYERS // 2, "it was killed in mid-run"
    assert pids.count(str(other)) > 0
    expected = proxies.hitting_time(tensor, max_steps=20_000)
    np.testing.assert_array_equal(measured, expected)
