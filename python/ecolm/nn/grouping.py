"""Scales per tensor, or per group of consecutive inputs of a row."""

from torch import Tensor


def split_groups(weight: Tensor, group: int) -> Tensor:
    """weight (N, K) -> (N, K / group, group); group 0, the whole tensor: (1, 1, N K).

    A group wider than a row is the row.
    """
    rows, columns = weight.shape
    if group == 0:
        return weight.reshape(1, 1, -1)
    group = min(group, columns)
    if columns % group:
        raise ValueError(f"groups of {group} do not divide {columns} inputs")
    return weight.reshape(rows, columns // group, group)
