"""Ternary weights by a threshold: TWN, its relatives, and what is almost one of them."""

import torch
import torch.nn.functional as F
from intentions import floats, style
from torch import nn


class NestedWhere(nn.Linear):
    def forward(self, x):
        w = self.weight
        delta = 0.7 * w.abs().mean()
        one, zero = torch.ones_like(w), torch.zeros_like(w)
        t = torch.where(w > delta, one, torch.where(w < -delta, -one, zero))
        alpha = (w * t).sum() / t.abs().sum()
        return F.linear(x, alpha * t, self.bias)


class MaskDifference(nn.Linear):
    """(w > d) - (w < -d), the scale applied to the product."""

    def forward(self, inp):
        thr = 0.7 * torch.mean(torch.abs(self.weight))
        pos = (self.weight > thr).float()
        neg = (self.weight < -thr).float()
        mask = pos + neg
        scale = torch.sum(torch.abs(self.weight) * mask) / torch.sum(mask)
        return F.linear(inp, pos - neg) * scale


class SignOfSigns(nn.Module):
    """sign(sign(w + t) + sign(w - t)), thresholds per output."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out_features, in_features).normal_(0, 0.1))

    def ternarize(self):
        E = torch.mean(torch.abs(self.weight), (-1,), keepdim=True)
        threshold = E * 0.7
        output = torch.sign(torch.add(torch.sign(torch.add(self.weight, threshold)),
                                      torch.sign(torch.add(self.weight, -threshold))))
        above = torch.gt(self.weight.abs(), threshold).float()
        alpha = (self.weight.abs() * above).sum(-1, keepdim=True) / above.sum(-1, keepdim=True)
        return output * alpha

    def forward(self, x):
        return torch.matmul(x, self.ternarize().t())


class ZerosThenMask(nn.Linear):
    """Writes into zeros where a mask is set."""

    def forward(self, x):
        output = torch.zeros_like(self.weight)
        delta = 0.7 * self.weight.abs().mean()
        output[self.weight > delta] = 1
        output[self.weight < -delta] = -1
        return F.linear(x, output, self.bias)


class MaskedFill(nn.Linear):
    def forward(self, x):
        d = self.weight.abs().mean() * 0.75
        kept = self.weight.sign().masked_fill(self.weight.abs() <= d, 0.0)
        return F.linear(x, kept, None) + self.bias


class RowLoop(nn.Module):
    """A Python loop over the outputs."""

    def __init__(self, nin=32, nout=6):
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(nout, nin))

    def forward(self, x):
        rows = []
        for i in range(self.kernel.size(0)):
            row = self.kernel[i]
            delta = 0.7 * row.abs().sum() / row.numel()
            truth = (row.abs() > delta).to(torch.float32)
            alpha = torch.matmul(row.abs().view(1, -1), truth.view(-1, 1)).view(1) / truth.sum()
            rows.append(alpha * ((row > delta).float() + -1 * (row < -delta).float()))
        return x @ torch.stack(rows, dim=0).T


class StdThreshold(nn.Module):
    """tau = 0.5 std(W), a learned alpha: the paper of TernaryLM."""

    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features) * 0.02)
        self.alpha = nn.Parameter(torch.tensor(0.017))

    def forward(self, x):
        tau = 0.5 * torch.std(self.weight)
        w_q = torch.zeros_like(self.weight)
        w_q = torch.where(self.weight > tau, torch.ones_like(w_q), w_q)
        w_q = torch.where(self.weight < -tau, -torch.ones_like(w_q), w_q)
        return F.linear(x, self.alpha * w_q)


class StdThresholdDetached(nn.Linear):
    """The same rule, with the straight-through estimator of training left in."""

    def forward(self, x):
        w = self.weight
        tau = 0.5 * w.std(unbiased=False)
        q = torch.sign(w) * (w.abs() > tau)
        alpha = w.abs().mean()
        return F.linear(x, (alpha * q - w).detach() + w, self.bias)


class LearnedThreshold(nn.Module):
    """A threshold parameter per output."""

    def __init__(self, k, n):
        super().__init__()
        self.W = nn.Parameter(torch.randn(n, k))
        self.t = nn.Parameter(torch.full((n, 1), 0.4))

    def forward(self, x):
        ge = (self.W >= self.t).float()
        le = (self.W <= -self.t).float()
        return F.linear(x, ge - le)


class Levels(nn.Module):
    """The nearest of three levels, by bucketize and a table."""

    def __init__(self, k, n):
        super().__init__()
        self.W = nn.Parameter(torch.randn(n, k))
        self.register_buffer("edges", torch.tensor([-0.6, 0.6]))
        self.register_buffer("levels", torch.tensor([-0.9, 0.0, 0.9]))

    def forward(self, x):
        return F.linear(x, self.levels[torch.bucketize(self.W, self.edges)])


class RoundOfTanh(nn.Linear):
    """A latent squeezed by tanh and rounded; no scale."""

    def forward(self, x):
        return F.linear(x, torch.round(torch.tanh(self.weight * 20)))


class HiddenConv1D(nn.Module):
    """Weights [in, out] and addmm, as GPT-2's layers are written."""

    def __init__(self, nx, nf):
        super().__init__()
        self.nf = nf
        self.weight = nn.Parameter(torch.randn(nx, nf) * 0.02)
        self.bias = nn.Parameter(torch.randn(nf) * 0.02)

    def forward(self, x):
        size_out = x.size()[:-1] + (self.nf,)
        scale = self.weight.abs().mean()
        w = torch.clamp(torch.round(self.weight / scale), -1, 1) * scale
        return torch.addmm(self.bias, x.view(-1, x.size(-1)), w).view(size_out)


class EinsumTernary(nn.Module):
    """The product as an einsum."""

    def __init__(self, i, o):
        super().__init__()
        self.w = nn.Parameter(torch.randn(o, i))

    def forward(self, x):
        d = 0.7 * self.w.abs().mean()
        t = (self.w > d).to(x) - (self.w < -d).to(x)
        return torch.einsum("bti,oi->bto", x, t)


class EinsumHeads(nn.Module):
    """Heads as axes of the weights, into and out of them."""

    def __init__(self, d, heads):
        super().__init__()
        self.w_in = nn.Parameter(torch.randn(heads, d, d // heads))
        self.w_out = nn.Parameter(torch.randn(heads, d // heads, d))

    def forward(self, x):
        w_in, w_out = (torch.sign(w) * (w.abs() > 0.7 * w.abs().mean())
                       for w in (self.w_in, self.w_out))
        h = torch.einsum("bsd,hdk->bhsk", x, w_in) * 0.1
        return torch.einsum("bhsk,hkd->bsd", F.relu(h), w_out)


class TwoScales(nn.Linear):
    """TTQ: one scale for the positive weights, another for the negative. Not ternary here."""

    def forward(self, x):
        t = 0.05 * self.weight.abs().max()
        w_p, w_n = 0.71, 0.52
        a = (self.weight > t).float()
        b = (self.weight < -t).float()
        return F.linear(x, w_p * a - w_n * b, self.bias)


class FourLevels(nn.Linear):
    """Two bits without a zero: -1.5, -0.5, 0.5 and 1.5 of the scale. Uniform, not ternary."""

    def forward(self, x):
        s = self.weight.abs().mean()
        q = (torch.floor(self.weight / s).clamp(-2, 1) + 0.5) * s
        return F.linear(x, q, self.bias)


X = floats(2, 5, 64)

STYLES = [
    style("threshold/nested where", lambda: NestedWhere(64, 40), X, ternary=1),
    style("threshold/difference of masks", lambda: MaskDifference(64, 40, bias=False), X,
          ternary=1),
    style("threshold/sign of signs", lambda: SignOfSigns(64, 40), X, ternary=1, free=(1,)),
    style("threshold/zeros, then masks", lambda: ZerosThenMask(64, 40), X, ternary=1),
    style("threshold/masked fill", lambda: MaskedFill(64, 40), X, ternary=1),
    style("threshold/loop over rows", lambda: RowLoop(), floats(3, 32), ternary=1),
    style("threshold/half of std, learned alpha", lambda: StdThreshold(64, 40), X, ternary=1),
    style("threshold/half of std, straight through", lambda: StdThresholdDetached(64, 40), X,
          ternary=1),
    style("threshold/learned per row", lambda: LearnedThreshold(64, 40), X, ternary=1),
    style("threshold/bucketize", lambda: Levels(64, 40), X, ternary=1),
    style("threshold/round of tanh", lambda: RoundOfTanh(64, 40), X, ternary=1),
    style("threshold/addmm of [in, out]", lambda: HiddenConv1D(64, 40), X, ternary=1),
    style("threshold/einsum", lambda: EinsumTernary(64, 40), X, ternary=1),
    style("threshold/einsum of heads", lambda: EinsumHeads(64, 4), X, ternary=2, free=(0,)),
    style("threshold/two scales", lambda: TwoScales(64, 40), X, almost=1),
    style("threshold/four levels", lambda: FourLevels(64, 40), X, uniform=1),
]
