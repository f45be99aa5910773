"""Muon for factor latents: momentum whose (b, c) blocks are orthogonalised."""

import torch
from torch import Tensor


def orthogonalize(x: Tensor, steps: int = 5) -> Tensor:
    """Newton-Schulz iteration towards U V^T of each matrix; x (batch, rows, columns)."""
    tall = x.shape[1] > x.shape[2]
    x = (x.mT if tall else x).to(torch.bfloat16)
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=-4.7750, alpha=2.0315), x,
                          beta=3.4445)
    return (x.mT if tall else x).float()


class Muon(torch.optim.Optimizer):
    """w -= lr * sqrt(max(b, c)) * orthogonalize(momentum), so an update has RMS near lr."""

    def __init__(self, parameters, lr: float, momentum: float = 0.95,
                 weight_decay: float = 0.0):
        super().__init__(parameters, {"lr": lr, "momentum": momentum,
                                      "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None) -> None:
        """One update; factors with equal (b, c) are orthogonalised in one batch."""
        for group in self.param_groups:
            batches: dict[tuple[int, int], list[tuple[Tensor, Tensor]]] = {}
            for p in group["params"]:
                if p.grad is None:
                    continue
                momentum = self.state[p].setdefault("momentum", torch.zeros_like(p))
                momentum.lerp_(p.grad, 1 - group["momentum"])
                update = p.grad.lerp(momentum, group["momentum"])
                matrices = update.permute(0, 3, 1, 2).flatten(0, 1)
                batches.setdefault(tuple(p.shape[1:3]), []).append((p, matrices))
            for (rows, columns), pairs in batches.items():
                counts = [matrices.shape[0] for _, matrices in pairs]
                updates = orthogonalize(torch.cat([m for _, m in pairs])).split(counts)
                size = group["lr"] * max(rows, columns) ** 0.5
                for (p, _), update in zip(pairs, updates):
                    a, b, c, d = p.shape
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                    p.sub_(update.view(a, d, b, c).permute(0, 2, 3, 1), alpha=size)
