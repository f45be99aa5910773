"""The rest of a language model: row reductions, norms, softmax, grouped attention."""

import numpy as np

from .quantizers import log_quantize

LANES = 16


def row_sum(x: np.ndarray) -> np.ndarray:
    """Sum of the last axis, f32, in the canonical order; (..., n) -> (...).

    16 partial sums start at 0; element i is added to partial i mod 16, in order
    of i; then 16 -> 8 -> 4 -> 2 -> 1 by adding partial j and partial j + half.
    """
    x = np.asarray(x, np.float32)
    partial = np.zeros((*x.shape[:-1], LANES), np.float32)
    for start in range(0, x.shape[-1], LANES):
        piece = x[..., start:start + LANES]
        partial[..., :piece.shape[-1]] += piece
    half = LANES // 2
    while half:
        partial = partial[..., :half] + partial[..., half:2 * half]
        half //= 2
    return partial[..., 0]


def layer_norm(x: np.ndarray, weight: np.ndarray | None = None, bias: np.ndarray | None = None,
               epsilon: float = 1e-5) -> np.ndarray:
    """(x - mean) / sqrt(variance + eps) * weight + bias over the last axis, f32.

    mean = row_sum(x) / n; variance = row_sum((x - mean)^2) / n; the factor is
    1 / sqrt(variance + eps), multiplied to x - mean.
    """
    x = np.asarray(x, np.float32)
    n = np.float32(x.shape[-1])
    centred = x - (row_sum(x) / n)[..., None]
    variance = row_sum(centred * centred) / n
    y = centred * (np.float32(1) / np.sqrt(variance + np.float32(epsilon)))[..., None]
    y = y if weight is None else y * weight.astype(np.float32)
    return y if bias is None else y + bias.astype(np.float32)


def rms_norm(x: np.ndarray, weight: np.ndarray | None = None,
             epsilon: float = 1e-6) -> np.ndarray:
    """x / sqrt(mean(x^2) + eps) * weight over the last axis, f32; mean by `row_sum`."""
    x = np.asarray(x, np.float32)
    mean = row_sum(x * x) / np.float32(x.shape[-1])
    y = x * (np.float32(1) / np.sqrt(mean + np.float32(epsilon)))[..., None]
    return y if weight is None else y * weight.astype(np.float32)


def softmax(x: np.ndarray) -> np.ndarray:
    """exp(x - max) / row_sum(exp(x - max)) over the last axis; -inf entries give 0."""
    x = np.asarray(x, np.float32)
    exponential = np.exp(x - x.max(axis=-1, keepdims=True))
    return exponential / row_sum(exponential)[..., None]


def attention(q: np.ndarray, k: np.ndarray, v: np.ndarray, heads: int, kv_heads: int,
              causal: bool = True, scale: float | None = None,
              probabilities: dict | None = None) -> np.ndarray:
    """softmax(scale Q K^T) V per head; query head h uses key/value head h // (heads / kv_heads).

    q (..., time, heads size), k and v (..., past + time, kv_heads size) -> like q, f32.
    scale is 1 / sqrt(size) unless given. Causal: query t sees the first
    past + t + 1 keys. Dot products run in order of the summed index. With
    `probabilities` the softmax is log-quantized; they are keywords of `log_quantize`.
    """
    time, total = q.shape[-2], k.shape[-2]
    size = q.shape[-1] // heads
    scale = np.float32(1 / np.sqrt(size) if scale is None else scale)
    hidden = np.arange(total)[None] > np.arange(time)[:, None] + (total - time)
    result = np.empty(q.shape, np.float32)
    for head in range(heads):
        group = head // (heads // kv_heads)
        rows = slice(head * size, (head + 1) * size)
        shared = slice(group * size, (group + 1) * size)
        qh, kh, vh = (t.astype(np.float32) for t in
                      (q[..., rows], k[..., shared], v[..., shared]))
        scores = np.zeros((*q.shape[:-1], total), np.float32)
        for i in range(size):
            scores = scores + qh[..., :, None, i] * kh[..., None, :, i]
        scores = scores * scale
        if causal:
            scores = np.where(hidden, np.float32(-np.inf), scores)
        weights = softmax(scores)
        if probabilities is not None:
            weights = log_quantize(weights, **probabilities)
        out = np.zeros((*q.shape[:-1], size), np.float32)
        for s in range(total):
            out = out + weights[..., s, None] * vh[..., s, None, :]
        result[..., rows] = out
    return result
