"""Reference norms and attention against float64 formulations."""

import numpy as np
import pytest
from ecolm import reference


def test_row_sum_order():
    # Element i goes to partial i mod 16: 2^24 and the ones meet only in the tree.
    x = np.zeros(32, np.float32)
    x[0], x[16] = 2.0**24, 1  # the same partial: the one is lost
    assert reference.row_sum(x) == 2.0**24
    x[16], x[1], x[9] = 0, 1, 1  # partials 1 and 9 meet first and survive
    assert reference.row_sum(x) == 2.0**24 + 2
    x[:] = 0
    x[0], x[8], x[1] = 2.0**24, 1, 1  # partials 0 and 8 meet first: lost; then 1 lost again
    assert reference.row_sum(x) == 2.0**24


@pytest.mark.parametrize("n", [1, 15, 16, 17, 250])
def test_norms(n):
    g = np.random.default_rng(n)
    x, w, b = (g.normal(size=s).astype(np.float32) for s in ((3, n), n, n))
    wide = x.astype(np.float64)
    centred = wide - wide.mean(-1, keepdims=True)
    expected = centred / np.sqrt(wide.var(-1, keepdims=True) + 1e-5) * w + b
    np.testing.assert_allclose(reference.layer_norm(x, w, b), expected, atol=3e-6)
    expected = wide / np.sqrt((wide**2).mean(-1, keepdims=True) + 1e-6) * w
    np.testing.assert_allclose(reference.rms_norm(x, w), expected, atol=3e-6)


def dense_attention(q, k, v, heads, kv_heads):
    """float64 causal attention with the key/value heads repeated."""
    size, time, total = q.shape[-1] // heads, q.shape[0], k.shape[0]
    q = q.reshape(time, heads, size).astype(float)
    k, v = (np.repeat(t.reshape(total, kv_heads, size).astype(float), heads // kv_heads, axis=1)
            for t in (k, v))
    scores = np.einsum("thd,shd->hts", q, k) / np.sqrt(size)
    scores[:, np.triu(np.ones((time, total), bool), 1 + total - time)] = -np.inf
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return np.einsum("hts,shd->thd", weights, v).reshape(time, -1)


@pytest.mark.parametrize("heads, kv_heads, time, total", [(4, 4, 5, 5), (4, 2, 7, 7), (6, 1, 3, 9)])
def test_grouped_causal_attention(heads, kv_heads, time, total):
    g = np.random.default_rng(7)
    q = g.normal(size=(time, heads * 8)).astype(np.float32)
    k, v = (g.normal(size=(total, kv_heads * 8)).astype(np.float32) for _ in range(2))
    actual = reference.attention(q, k, v, heads, kv_heads)
    np.testing.assert_allclose(actual, dense_attention(q, k, v, heads, kv_heads), atol=2e-6)


def test_attention_is_causal():
    g = np.random.default_rng(8)
    q, k, v = (g.normal(size=(6, 16)).astype(np.float32) for _ in range(3))
    before = reference.attention(q, k, v, 2, 2)
    k[4:], v[4:] = 9, 9
    np.testing.assert_array_equal(reference.attention(q, k, v, 2, 2)[:4], before[:4])
    assert np.any(reference.attention(q, k, v, 2, 2, causal=False)[:4] != before[:4])
