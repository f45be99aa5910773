"""The model families: they learn, and their formats are the reference's, bit for bit."""

import numpy as np
import pytest
import torch
from ecolm import reference
from ecolm.calibration import calibrate_bases, input_moments, reconstruction_error
from ecolm.checkpoints import load_model, start_from
from ecolm.nn import pot, ternary, uniform
from ecolm.nn.butterfly_rotation import ButterflyRotation, Hadamard
from ecolm.nn.families import FAMILIES, build_family, penalty
from ecolm.nn.freezing import frozen, narrowed
from ecolm.nn.low_bit_linear import TokenInt8, low_bit_layers
from ecolm.nn.pair_rotation import PairRotation
from ecolm.spellings.weights import bits_per_weight

SLOW_SCALE = {"potptq", "apot"}  # search a grid of scales at each call: for after training


def small_family(name: str, **options) -> torch.nn.Module:
    """One layer, width 16, 24 hidden features (3 blocks of 8), context 12, 11 characters."""
    torch.manual_seed(0)
    hidden = 32 if FAMILIES[name].twin in ("nanogpt", "gpt2") else 24
    return build_family(name, vocabulary=11, context=12, layers=1, width=16, heads=2,
                        kv_heads=1 if name.startswith("bitnet") else 2, hidden=hidden,
                        options=options)


def perturbed(model: torch.nn.Module) -> torch.nn.Module:
    """`model` with weights of order one and rotations far from the identity."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            part = name.rsplit(".", 1)[-1]
            if part in ("angles", "skew", "bias"):
                parameter.normal_(std=0.5)
            elif part == "scales":
                parameter.uniform_(0.5, 2.0)
            elif parameter.dim() > 1 and "embedding" not in name:
                parameter.mul_(10)
    return model


def random_weight(rows: int = 24, columns: int = 48) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(5).standard_normal((rows, columns))).float()


@pytest.mark.parametrize("name", FAMILIES)
def test_a_few_steps_learn(name):
    model = small_family(name)
    ids = torch.arange(13).repeat(4, 1) % 11
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-2)
    losses = []
    for _ in range(2 if name in SLOW_SCALE else 15):
        loss = torch.nn.functional.cross_entropy(model(ids[:, :-1]).flatten(0, 1),
                                                 ids[:, 1:].flatten())
        (loss + 0.1 * penalty(model)).backward()
        assert all(p.grad is not None for p in model.parameters())
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    assert losses[-1] < (0.999 if name in SLOW_SCALE else 0.7) * losses[0]


@pytest.mark.parametrize("name", FAMILIES)
def test_stored_values_compute_the_same(name):
    """Freezing changes nothing that is computed."""
    model = perturbed(small_family(name)).eval()
    ids = torch.randint(0, 11, (2, 12))
    with torch.no_grad():
        torch.testing.assert_close(frozen(model)(ids), model(ids), rtol=1e-5, atol=1e-5)
    # Planted: latents in place of what is stored.
    if low_bit_layers(model):
        wrong = frozen(model)
        for layer, latent in zip(low_bit_layers(wrong).values(), low_bit_layers(model).values()):
            layer.weight = torch.nn.Parameter(latent.latent().detach() * 1.5)
        with torch.no_grad():
            assert (wrong(ids) - model(ids)).abs().max() > 1e-3


def test_ternary_codes_are_the_references():
    weight = random_weight()
    for form, rule in ((ternary.HalfStdTernary(), "half_std"),
                       (ternary.AbsmeanTernary(), "absmean")):
        expected, mean = reference.ternary_quantize(weight.numpy(), rule, scale="mean")
        np.testing.assert_array_equal(form.codes(weight).numpy(), expected)
    np.testing.assert_allclose(form.scale(weight).item(), mean.item(), rtol=1e-6)
    # Planted: the other rule's threshold.
    wrong = reference.ternary_quantize(weight.numpy(), "twn")[0]
    assert np.any(ternary.HalfStdTernary().codes(weight).numpy() != wrong)


def test_learned_scale_starts_at_the_mean_above_the_threshold():
    layer = low_bit_layers(small_family("ternarylm-paper"))["layers.0.attention.query"]
    _, scale = reference.ternary_quantize(layer.weight.detach().numpy(), "half_std",
                                          scale="mean_above")
    assert layer.weight_format.alpha.item() == pytest.approx(scale.item(), rel=1e-5)


@pytest.mark.parametrize("options", [
    {"emin": -7, "emax": 0, "integers": True}, {"emin": -7, "emax": 0, "group": 16},
    {"emin": 0, "emax": 3, "group": 16, "zero": False, "half": True}])
def test_power_of_two_codes_are_the_references(options):
    weight, form = random_weight(), pot.PowerOfTwo(**options)
    weight[0, :3] = torch.tensor([0.0, -0.0, 1e-20])
    scale = form.scale(weight).numpy()
    stretched = np.broadcast_to(scale, (24, 3, 16) if options.get("group") else (1, 1, 1152))
    # The reference rounds to integers of its scale: 2^emin of the format's.
    unit = stretched.reshape(24, -1) * np.float32(2.0 ** options["emin"])
    codes, values = reference.pot_quantize(
        weight.numpy(), unit, 0, options["emax"] - options["emin"],
        has_zero=options.get("zero", True), pre_round=options.get("integers", False))
    np.testing.assert_array_equal(form.codes(weight)[0].numpy(), codes)
    np.testing.assert_array_equal(form.eval()(weight).numpy(), values * unit)


def test_terms_are_the_references():
    weight, form = random_weight(), pot.PowerOfTwo(-7, 0, terms=2)
    ratio = (weight / form.scale(weight).view(())).numpy()
    np.testing.assert_array_equal(np.stack([c.numpy() for c in form.codes(weight)]),
                                  reference.pot_terms(ratio, 2, -7, 0))


@pytest.mark.parametrize("bits, count", [(3, 4), (4, 8), (5, 16)])
def test_additive_powers_have_their_papers_levels(bits, count):
    form = pot.AdditivePowers(bits)
    assert len(form.levels) == count and len(form.levels.unique()) == count
    weight = random_weight()
    codes = [term.numpy() for term in form.codes(weight)]
    total = sum(reference.pot_values(code, form.emin) for code in codes)
    np.testing.assert_allclose(form.eval()(weight).numpy(), total * form.scale(weight).item(),
                               rtol=1e-6)


def test_a_searched_scale_is_no_worse_than_the_largest_weight():
    weight = random_weight()
    errors = [(pot.PowerOfTwo(-3, 0, 16, search=search).eval()(weight) - weight).square().sum()
              for search in (False, True)]
    assert errors[1] < errors[0]


def test_uniform_weights_are_dequantized_codes():
    weight, form = random_weight(), uniform.Uniform(2, 16)
    scale, zero = (np.repeat(t[..., 0].numpy(), 16, axis=1) for t in form.grid(weight))
    expected = reference.dequantize(form.codes(weight).numpy(), scale, zero.astype(np.int32))
    np.testing.assert_array_equal(form.eval()(weight).numpy(), expected)
    assert np.abs(expected - weight.numpy()).max() < 0.51 * scale.max()


def test_token_int8_is_the_reference():
    """PyTorch divides a number by a tensor as BitNet's code does: through the reciprocal."""
    x = random_weight()
    q, _ = reference.quantize_int8(x.numpy())
    scale = reference.absolute_scale_int8(x.numpy())
    y = TokenInt8().eval()(x).numpy()
    np.testing.assert_array_equal(np.rint(y * scale), q)
    np.testing.assert_allclose(y, q / scale, rtol=3e-7)


def test_a_butterfly_is_its_stages():
    """Strides 1, 2, 4, 8 on 16 points, one after another, in the reference's convention."""
    basis = perturbed(ButterflyRotation(16)).eval()
    x = random_weight(3, 16)
    expected = x.numpy()
    for stage, angles in enumerate(basis.angles.detach().numpy()):
        expected = reference.rotate_stride(expected, angles, 2**stage)
    np.testing.assert_allclose(basis(x).detach().numpy(), expected, atol=1e-6)
    wrong = reference.rotate_stride(x.numpy(), basis.angles.detach().numpy()[0], 1, transposed=True)
    assert np.abs(basis(x).detach().numpy() - wrong).max() > 0.1


@pytest.mark.parametrize("make, n", [(ButterflyRotation, 16), (ButterflyRotation, 24),
                                     (Hadamard, 24), (PairRotation, 24)])
def test_a_basis_changes_no_product(make, n):
    """(W M^-1)(M x) = W x, staged or as one matrix, and rotations keep lengths."""
    basis = perturbed(make(n))
    x, weight = random_weight(5, n), random_weight(7, n)
    for mode in (False, True):
        basis.train(mode)
        y = basis(x) @ basis.weight(weight).T
        torch.testing.assert_close(y, x @ weight.T, rtol=1e-4, atol=1e-4)
    if make is not PairRotation:
        torch.testing.assert_close(basis(x).norm(dim=1), x.norm(dim=1))


def test_pair_rotations_are_the_references():
    basis = perturbed(PairRotation(24, rounds=3)).eval()
    x = random_weight(3, 24)
    expected = x.numpy() * basis.scales.detach().numpy()
    for order, angles in zip(basis.order.numpy(), basis.angles.detach().numpy()):
        expected = reference.rotate(expected, order.reshape(-1, 2), angles, transposed=True)
    np.testing.assert_allclose(basis(x).detach().numpy(), expected, atol=1e-6)
    assert all(set(order[i:i + 8]) == set(range(i, i + 8)) for order in basis.order.tolist()
               for i in (0, 8, 16))


def test_calibration_brings_the_error_down_and_keeps_the_best():
    twin, model = perturbed(small_family("llama")).eval(), small_family("butterflyquant", group=32)
    model.load_state_dict(twin.state_dict(), strict=False)
    ids = torch.randint(0, 11, (16, 12))
    errors = calibrate_bases(model, twin, ids, steps=20)
    assert set(errors) == set(low_bit_layers(model))
    assert all(after < before for before, after in errors.values())
    moments = input_moments(twin, ids)
    for name, layer in low_bit_layers(model).items():
        error = reconstruction_error(layer, moments[name]).item()
        assert error == pytest.approx(errors[name][1], rel=1e-3)


def test_the_error_is_that_of_the_layers_outputs():
    model = perturbed(small_family("butterflyquant", group=24)).eval()
    layer = low_bit_layers(model)["layers.0.feed_forward.down"]
    x = random_weight(200, 24)
    with torch.no_grad():
        exact = x @ layer.weight.T
        expected = (layer(x) - exact).square().sum() / exact.square().sum()
        actual = reconstruction_error(layer, x.T @ x / len(x))
    assert actual.item() == pytest.approx(expected.item(), rel=1e-3)


def test_orthogonal_blocks_have_no_penalty():
    model = small_family("pot-butterfly")
    assert penalty(model) > 0.1
    with torch.no_grad():
        for layer in model.modules():
            for latent in getattr(layer, "factors", []):
                _, b, c, _ = latent.shape
                latent.copy_(torch.eye(b, c)[None, :, :, None].expand_as(latent))
    assert penalty(model).item() == 0


@pytest.mark.parametrize("name, bits", [
    ("ternarylm", 2 + 16 / 256), ("pot-llm", 5 + 16 / 256), ("n-hot", 10 + 16 / 256),
    ("potptq", 3 + 16 / 16), ("uniform", 2 + (16 + 2) / 16), ("apot", 5 + 16 / 256)])
def test_bits_per_weight(name, bits):
    """17 codes of a sign and eight exponents are no 4 bits."""
    layer = low_bit_layers(small_family(name))["layers.0.attention.output"]
    assert bits_per_weight(layer) == pytest.approx(bits)


def test_models_start_from_their_twins(tmp_path):
    twin = small_family("ternarylm-fp32")
    torch.save({"model": twin.state_dict(), "config": vars(twin.config), "vocabulary": []},
               tmp_path / "best.pt")
    model = small_family("ternarylm-paper")
    start_from(model, tmp_path / "best.pt")
    layer = low_bit_layers(model)["layers.0.attention.query"]
    assert torch.equal(layer.weight, twin.layers[0].attention.query.weight)
    assert torch.equal(load_model(tmp_path / "best.pt")[0].head.weight, twin.head.weight)
    with pytest.raises(ValueError, match="does not fit the model: head.bias"):
        start_from(small_family("llama"), tmp_path / "best.pt")


def test_groups_must_divide_a_row():
    with pytest.raises(ValueError, match="groups of 20 do not divide 48 inputs"):
        uniform.Uniform(2, 20)(random_weight())


def test_narrow_matrices_hold_narrow_values():
    model = narrowed(small_family("nanogpt"), torch.bfloat16)
    weight = model.token_embedding.weight
    assert torch.equal(weight, weight.bfloat16().float())
