"""The kit's tests run the tally service on real servers."""

from support.kit_bench import bench, own_bench

__all__ = ["bench", "own_bench"]
