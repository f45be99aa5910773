"""Train an EcoLM, its FP32 twin or a model of another family on a text file."""

import argparse
import dataclasses
import json
import math
import pathlib
import time

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from .checkpoints import load_model, start_from
from .nn import EcoLM, EcoLMConfig, clip_per_layer, gradient_groups
from .nn.families import FAMILIES, build_family, penalty
from .nn.muon import Muon
from .nn.transformer import TransformerConfig
from .text import CharacterText, windows


@dataclasses.dataclass
class TrainConfig:
    """How to train; the token budget and the time budget both end the schedule."""

    tokens: int = 13_000_000
    minutes: float = 60.0
    batch: int = 8
    rate: float = 2e-3
    latent_rate: float = 2e-3
    exponent_rate: float = 1e-2
    final_rate: float = 0.05
    warmup: float = 0.02
    clip: float = 1.0
    weight_decay: float = 0.1
    muon: bool = False
    beta2: float = 0.99
    evaluate_every: int = 1_000_000
    teacher_share: float = 0.5
    penalty: float = 0.1
    seed: int = 1337
    threads: int = 1


def build_model(kind: str, options: dict) -> nn.Module:
    """The model of `kind` (ecolm, fp32, a family) with `options` over its default configuration."""
    if kind in FAMILIES:
        return build_family(kind, **options)
    return EcoLM(EcoLMConfig(**{**options, "fp32": kind == "fp32"}))


def optimizers_for(model: nn.Module, config: TrainConfig) -> list[torch.optim.Optimizer]:
    """AdamW, or with `muon` Muon for the factor latents and AdamW for the rest.

    Latents, scale exponents, matrices and vectors have their own rate and decay.
    """
    latents, groups = [], {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        if ".latents." in name:
            latents.append(parameter)
            continue
        if name.endswith("exponent"):
            key = (config.exponent_rate, 0.0)
        else:
            key = (config.rate, config.weight_decay if parameter.dim() > 1 else 0.0)
        groups.setdefault(key, []).append(parameter)
    if latents and not config.muon:
        decay = config.weight_decay if model.config.fp32 else 0.0
        groups[(config.latent_rate, decay)] = groups.get((config.latent_rate, decay), []) + latents
    result: list[torch.optim.Optimizer] = [torch.optim.AdamW(
        [{"params": p, "lr": rate, "weight_decay": decay}
         for (rate, decay), p in groups.items()], betas=(0.9, config.beta2), fused=True)]
    if latents and config.muon:
        result.append(Muon(latents, config.latent_rate))
    for optimizer in result:
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
    return result


def rate_factor(progress: float, config: TrainConfig) -> float:
    """Linear warm-up, then a cosine down to `final_rate`."""
    if progress < config.warmup:
        return max(progress, 1e-4) / config.warmup
    phase = (progress - config.warmup) / (1 - config.warmup)
    return config.final_rate + (1 - config.final_rate) * 0.5 * (1 + math.cos(math.pi * phase))


@torch.no_grad()
def validation_loss(model: nn.Module, text: CharacterText) -> float:
    """Mean cross entropy (nats per character) over the whole validation split."""
    model.eval()
    context, total = model.config.context, 0.0
    pieces = windows(text.validation, context)
    full = [piece for piece in pieces if len(piece[0]) == context]
    batches = [full[i:i + 8] for i in range(0, len(full), 8)]
    batches += [[piece] for piece in pieces if len(piece[0]) < context]
    for batch in batches:
        ids = torch.stack([inputs for inputs, _ in batch])
        targets = torch.stack([targets for _, targets in batch])
        total += F.cross_entropy(model(ids).flatten(0, 1), targets.flatten(),
                                 reduction="sum").item()
    model.train()
    return total / (len(text.validation) - 1)


def soft_targets(targets: Tensor, teacher: nn.Module, inputs: Tensor, share: float) -> Tensor:
    """Distributions to learn: `share` of the teacher's, the rest on the next character.

    targets, inputs (batch, time) -> (batch, time, vocabulary). A teacher whose context
    is shorter reads the rows in pieces.
    """
    context = min(teacher.config.context, inputs.shape[1])
    with torch.no_grad():
        logits = teacher(inputs.reshape(-1, context))
    taught = logits.softmax(-1).view(*inputs.shape, -1)
    return torch.lerp(F.one_hot(targets, taught.shape[-1]).to(taught.dtype), taught, share)


def train(model: nn.Module, text: CharacterText, config: TrainConfig, out: pathlib.Path,
          progress_bar: bool = True, teacher: nn.Module | None = None) -> dict:
    """Train `model`; write best.pt and record.json under `out`; return the record."""
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(config.threads)
    generator = torch.Generator().manual_seed(config.seed)
    optimizers, groups = optimizers_for(model, config), gradient_groups(model)
    context = model.config.context
    start, seen, best = time.time(), 0, math.inf
    record: dict = {"model": dataclasses.asdict(model.config),
                    "training": dataclasses.asdict(config), "curve": []}
    bar = tqdm(total=config.tokens, unit="tok", unit_scale=True, disable=not progress_bar,
               mininterval=10)
    next_evaluation, recent = config.evaluate_every, []
    while True:
        elapsed = (time.time() - start) / 60
        progress = max(seen / config.tokens, elapsed / config.minutes)
        if progress >= 1 or seen >= next_evaluation:
            loss = validation_loss(model, text)
            record["curve"].append({"tokens": seen, "minutes": round(elapsed, 2),
                                    "train": sum(recent) / max(len(recent), 1),
                                    "rate": rate_factor(min(progress, 1), config),
                                    "validation": loss})
            record.update(tokens=seen, wall_minutes=(time.time() - start) / 60)
            if loss < best:
                best = record["best_validation"] = loss
                torch.save({"model": model.state_dict(), "config": record["model"],
                            "vocabulary": text.vocabulary}, out / "best.pt")
            (out / "record.json").write_text(json.dumps(record, indent=1))
            next_evaluation, recent = seen + config.evaluate_every, []
            if progress >= 1:
                break
        for group in (g for optimizer in optimizers for g in optimizer.param_groups):
            group["lr"] = group["peak"] * rate_factor(progress, config)
        inputs, targets = text.batch(config.batch, context, generator)
        logits = model(inputs).flatten(0, 1)
        loss = F.cross_entropy(logits, targets.flatten())
        objective = loss if teacher is None else F.cross_entropy(logits, soft_targets(
            targets, teacher, inputs, config.teacher_share).flatten(0, 1))
        (objective + config.penalty * penalty(model)).backward()
        clip_per_layer(groups, config.clip)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        seen += inputs.numel()
        recent.append(loss.item())
        bar.update(inputs.numel())
        bar.set_postfix(loss=f"{recent[-1]:.3f}", refresh=False)
    bar.close()
    record["final_validation"] = record["curve"][-1]["validation"]
    (out / "record.json").write_text(json.dumps(record, indent=1))
    return record


def plot(records: dict[str, dict], path: pathlib.Path) -> None:
    """Validation loss against tokens seen, one line per named record."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(7, 4))
    for name, record in records.items():
        tokens = [point["tokens"] / 1e6 for point in record["curve"]]
        axes.plot(tokens, [point["validation"] for point in record["curve"]],
                  label=f"{name} ({record['best_validation']:.3f})", marker=".")
    axes.set_xlabel("training tokens (millions)")
    axes.set_ylabel("validation loss (nats per character)")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def parse_overrides(pairs: list[str], kind: type) -> dict:
    """`name=value` pairs (values in JSON) that name fields of the dataclass `kind`."""
    names = {field.name for field in dataclasses.fields(kind)}
    options = dict(pair.split("=", 1) for pair in pairs)
    return {name: json.loads(value) if name != "compute" else value
            for name, value in options.items() if name in names}


def main() -> None:
    """Command line of `python -m ecolm.train`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", help="text file to learn")
    parser.add_argument("out", type=pathlib.Path, help="folder for checkpoint, record and plot")
    parser.add_argument("--model", choices=["ecolm", "fp32", *FAMILIES], default="ecolm")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE",
                        help="override a field of the model or training configuration")
    parser.add_argument("--start", type=pathlib.Path,
                        help="checkpoint of an equal model whose weights to start from")
    parser.add_argument("--teacher", type=pathlib.Path,
                        help="checkpoint of an FP32 twin whose predictions to learn as well")
    parser.add_argument("--no-progress", action="store_true")
    arguments = parser.parse_args()
    model_kind = TransformerConfig if arguments.model in FAMILIES else EcoLMConfig
    known = {f.name for kind in (model_kind, TrainConfig) for f in dataclasses.fields(kind)}
    unknown = [pair for pair in arguments.set if pair.split("=")[0] not in known]
    if unknown:
        parser.error(f"unknown option {unknown[0]}")
    training = TrainConfig(**parse_overrides(arguments.set, TrainConfig))
    torch.manual_seed(training.seed)
    text = CharacterText(arguments.data)
    options = parse_overrides(arguments.set, model_kind)
    model = build_model(arguments.model, {"vocabulary": len(text.vocabulary), **options})
    if arguments.start:
        start_from(model, arguments.start)
    teacher = load_model(arguments.teacher, model.config.compute)[0] if arguments.teacher else None
    record = train(model, text, training, arguments.out, not arguments.no_progress, teacher)
    plot({arguments.model: record}, arguments.out / "loss.png")
    print(f"{arguments.out}: validation loss {record['final_validation']:.4f} "
          f"(best {record['best_validation']:.4f}), {record['tokens']} tokens, "
          f"{record['wall_minutes']:.1f} minutes")


if __name__ == "__main__":
    main()
