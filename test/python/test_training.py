"""The PyTorch EcoLM: exact forward values, straight-through gradients, clipping."""

import dataclasses

import numpy as np
import pytest
import torch
from ecolm import nn, reference
from ecolm.checkpoints import start_from
from ecolm.nn import muon, quantizers
from ecolm.nn.model import causal_attention
from ecolm.text import windows
from ecolm.train import soft_targets
from test_reference_quantizers import boundary_floats

SMALL = nn.EcoLMConfig(vocabulary=11, context=16, layers=2, width=32, heads=4, kv_heads=2,
                       hidden=64, stages=[(8, 1), (8, 4)], compute="float32")


def small_model(**changes) -> nn.EcoLM:
    torch.manual_seed(0)
    return nn.EcoLM(dataclasses.replace(SMALL, **changes))


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("rounding", ["floor", "nearest"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_log_quantize_is_the_reference(relu, rounding, dtype):
    x = boundary_floats(-6, 3)
    x = torch.from_numpy(x[~np.isnan(x)]).to(dtype)
    actual = quantizers.log_quantize(x, -6, 3, rounding, relu).float().numpy()
    wide = x.float().numpy()
    expected = reference.log_quantize(np.maximum(wide, 0) if relu else wide, -6, 3, rounding)
    np.testing.assert_array_equal(actual, expected)


def test_fixed_point_rounds_half_to_even_and_clips():
    x = torch.tensor([0.03125, 0.09375, -0.03126, 7.96, -9.0, 100.0], requires_grad=True)
    y = quantizers.fixed_point(x, -4)
    assert y.tolist() == [0.0, 0.125, -0.0625, 7.9375, -8.0, 7.9375]
    y.sum().backward()
    assert x.grad.tolist() == [1, 1, 1, 1, 0, 0]


def test_attention_is_the_reference():
    g = np.random.default_rng(3)
    q, k, v = (g.integers(-128, 128, (7, heads * 8)).astype(np.float32) / 16 / 4
               for heads in (4, 2, 2))
    split = [torch.from_numpy(t).view(1, 7, -1, 8).transpose(1, 2) for t in (q, k, v)]
    actual = causal_attention(*split, SMALL).transpose(1, 2).reshape(7, -1).numpy()
    expected = reference.attention(q, k, v, 4, 2, probabilities={
        "emin": SMALL.probability_emin, "emax": 0, "rounding": "nearest"})
    np.testing.assert_array_equal(actual, expected)


def test_soft_targets_mix_the_teacher_with_the_text():
    teacher, inputs = small_model(fp32=True), torch.randint(0, 11, (2, 32))
    targets = torch.randint(0, 11, (2, 32))
    mixed = soft_targets(targets, teacher, inputs, 0.25)
    with torch.no_grad():
        second = teacher(inputs[1:, 16:]).softmax(-1)[0]
    expected = 0.25 * second + 0.75 * torch.nn.functional.one_hot(targets[1, 16:], 11)
    torch.testing.assert_close(mixed[1, 16:], expected)


def test_a_longer_context_starts_from_a_shorter_one(tmp_path):
    model, longer = small_model(), small_model(context=40)
    torch.save({"model": model.state_dict()}, tmp_path / "best.pt")
    start_from(longer, tmp_path / "best.pt")
    positions = model.position_embedding.weight
    assert torch.equal(longer.position_embedding.weight[:16], positions)
    assert torch.equal(longer.position_embedding.weight[16:32], positions)
    assert torch.equal(longer.position_embedding.weight[32:], positions[:8])


def test_log_quantize_gradient_passes_inside_and_stops_outside():
    x = torch.tensor([0.3, -5.0, 15.9, 16.1, -17.0], requires_grad=True)
    quantizers.log_quantize(x, -6, 3).sum().backward()
    assert x.grad.tolist() == [1, 1, 1, 0, 0]


def test_ternarize_is_the_reference_per_factor():
    latent = torch.randn(2, 4, 8, 8, 1) * torch.tensor([0.1, 3.0]).view(2, 1, 1, 1, 1)
    values = quantizers.ternarize(latent, 0.7).numpy()
    for factor, expected in zip(values, latent.numpy()):
        np.testing.assert_array_equal(factor, reference.ternary_quantize(expected, "twn")[0])


@pytest.mark.parametrize("stages", [[(8, 1), (8, 4)], [(2, 1), (2, 2), (2, 4), (2, 8), (2, 16)]])
def test_matrices_are_the_chains(stages):
    model = small_model(stages=stages)
    with torch.no_grad():
        projection, output, up, down = model.matrices()[1]
        block = model.layers[1]
        for matrix, linears in ((projection, [block.attention.query, block.attention.key,
                                              block.attention.value]),
                                (output, [block.attention.output]),
                                (up, [block.feed_forward.up]), (down, [block.feed_forward.down])):
            identity = np.eye(linears[0].n_in, dtype=np.float32)
            expected = [reference.butterfly(identity, [v.numpy() for v in linear.values()],
                                            linear.scale().numpy()) for linear in linears]
            np.testing.assert_array_equal(matrix.numpy(), np.concatenate(expected, axis=1))


def test_scales_are_powers_of_two():
    linear = small_model().layers[0].attention.query
    with torch.no_grad():
        linear.exponent.add_(torch.randn_like(linear.exponent))
        mantissa, _ = np.frexp(linear.scale().numpy())
    assert np.all(mantissa == 0.5)


@pytest.mark.parametrize("fp32", [False, True])
def test_a_few_steps_learn(fp32):
    model = small_model(fp32=fp32)
    ids = torch.arange(17).repeat(4, 1) % 11
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(20):
        loss = torch.nn.functional.cross_entropy(model(ids[:, :-1]).flatten(0, 1),
                                                 ids[:, 1:].flatten())
        loss.backward()
        assert all(p.grad is not None for p in model.parameters())
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_model_is_causal():
    model = small_model()
    ids = torch.randint(0, 11, (1, 16))
    changed = ids.clone()
    changed[0, 9:] = (changed[0, 9:] + 1) % 11
    with torch.no_grad():
        assert torch.equal(model(ids)[0, :9], model(changed)[0, :9])


def test_clipping_bounds_each_layer_alone():
    model = small_model()
    for p in model.parameters():
        p.grad = torch.full_like(p, 1e-6)
    for p in model.layers[0].parameters():
        p.grad.fill_(10.0)
    groups = nn.gradient_groups(model)
    nn.clip_per_layer(groups, 1.0)
    norms = [torch.stack([p.grad.norm() for p in group]).norm().item() for group in groups]
    assert norms[0] == pytest.approx(1.0, rel=1e-3)
    assert model.layers[1].attention_norm.weight.grad[0] == pytest.approx(1e-6)
    assert sum(len(group) for group in groups) == len(list(model.parameters()))


def test_orthogonalize_flattens_the_spectrum():
    for shape in ((3, 8, 20), (3, 20, 8)):
        values = torch.linalg.svdvals(muon.orthogonalize(torch.randn(shape)))
        assert values.min() > 0.5 and values.max() < 1.3


def test_windows_cover_every_target_once():
    ids = torch.arange(23)
    pieces = windows(ids, 5)
    assert torch.cat([targets for _, targets in pieces]).tolist() == list(range(1, 23))
    assert all(torch.equal(inputs + 1, targets) for inputs, targets in pieces)


def test_chain_shapes_refuse_what_does_not_fit():
    with pytest.raises(ValueError, match="does not divide width"):
        nn.chain_shapes(32, 32, 32, [(8, 1), (8, 8)])
    with pytest.raises(ValueError, match="neither 16 nor 64 is the model width 32"):
        nn.chain_shapes(16, 64, 32, [(8, 1), (8, 4)])
    with pytest.raises(ValueError, match=r"last stage \(1, 8, 8, 4\) cannot reach 3 outputs"):
        nn.chain_shapes(32, 3, 32, [(8, 1), (8, 4)])
