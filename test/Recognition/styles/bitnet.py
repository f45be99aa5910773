"""BitLinear: ternary weights by the mean magnitude, activations in int8 per token."""

import torch
import torch.nn.functional as F
from intentions import floats, style
from torch import Tensor, nn

# --- free functions and a straight-through detach, as the first report's companion text has it


def activation_quant(x):
    scale = 127.0 / x.abs().max(dim=-1, keepdim=True).values.clamp_(min=1e-5)
    return (x * scale).round().clamp_(-128, 127) / scale


def weight_quant(w):
    scale = 1.0 / w.abs().mean().clamp_(min=1e-5)
    return (w * scale).round().clamp_(-1, 1) / scale


class RMSNorm(nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.eps = eps
        self.g = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.g


class BitLinearReport(nn.Linear):
    """RMSNorm inside the layer, both quantizers behind a straight-through estimator."""

    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out, bias=False)
        self.norm = RMSNorm(n_in)

    def forward(self, x):
        w = self.weight
        x_norm = self.norm(x)
        x_quant = x_norm + (activation_quant(x_norm) - x_norm).detach()
        w_quant = w + (weight_quant(w) - w).detach()
        return F.linear(x_quant, w_quant)


class BitLinearPlain(nn.Linear):
    """The same functions with nothing around them."""

    def forward(self, x):
        return F.linear(activation_quant(x), weight_quant(self.weight), self.bias)


# --- autograd functions, quantizers in float32 whatever the model's type


class WeightQuant(torch.autograd.Function):
    @staticmethod
    def forward(ctx, weight):
        dtype = weight.dtype
        weight = weight.float()
        scale = 1.0 / weight.abs().mean().clamp_(min=1e-5)
        weight = (weight * scale).round().clamp(-1, 1) / scale
        return weight.to(dtype)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.clone()


class ActQuant(torch.autograd.Function):
    @staticmethod
    def forward(ctx, activation):
        dtype = activation.dtype
        activation = activation.float()
        scale = 127 / activation.abs().max(dim=-1, keepdim=True).values.clamp_(min=1e-5)
        activation = (activation * scale).round().clamp(-128, 127) / scale
        return activation.to(dtype)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.clone()


class OnlineBitLinear(nn.Linear):
    def forward(self, input):
        weight = WeightQuant.apply(self.weight)
        input = ActQuant.apply(input)
        output = F.linear(input, weight, self.bias)
        return output


# --- packed bytes, unpacked when the layer runs; the scale divides

VALUES_PER_ITEM = 4


def pack(codes: Tensor) -> Tensor:
    rows = codes.shape[0] // VALUES_PER_ITEM
    packed = torch.zeros((rows, codes.shape[1]), dtype=torch.uint8)
    shifted = (codes + 1).to(torch.uint8)
    for i in range(VALUES_PER_ITEM):
        packed |= shifted[i * rows:(i + 1) * rows] << (2 * i)
    return packed


def unpack(packed: Tensor, dtype: torch.dtype) -> Tensor:
    rows, columns = packed.shape
    unpacked = torch.zeros((rows * VALUES_PER_ITEM, columns), dtype=torch.uint8)
    for i in range(VALUES_PER_ITEM):
        mask = 3 << (2 * i)
        unpacked[i * rows:(i + 1) * rows] = (packed & mask) >> (2 * i)
    return unpacked.to(dtype) - 1


class PackedBitLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.register_buffer("weight", pack(torch.randint(-1, 2, (out_features, in_features))))
        self.register_buffer("weight_scale", torch.tensor([41.5]))

    def forward(self, x):
        w = unpack(self.weight, x.dtype)
        amax = torch.max(torch.abs(x), dim=-1, keepdim=True)[0]
        input_scale = 127 / torch.clamp(amax, min=1e-5)
        x_int = torch.clamp(torch.round(x * input_scale), -128, 127)
        return F.linear(x_int, w) / (input_scale * self.weight_scale)


# --- offline: codes in a float buffer, the scale multiplies


class OfflineBitLinear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.register_buffer("weight", torch.randint(-1, 2, (out_features, in_features)).float())
        self.register_buffer("weight_scale", torch.tensor(0.0231))
        self.bias = nn.Parameter(torch.randn(out_features) * 0.1) if bias else None

    def forward(self, x):
        y = F.linear(activation_quant(x), self.weight) * self.weight_scale
        return y if self.bias is None else y + self.bias


class CodesBitLinear(nn.Module):
    """int8 codes, cast and scaled row by row when the layer runs."""

    def __init__(self, k, n):
        super().__init__()
        self.register_buffer("codes", torch.randint(-1, 2, (n, k), dtype=torch.int8))
        self.register_buffer("scales", torch.rand(n, 1) * 0.05 + 0.01)

    def forward(self, x):
        return x @ (self.codes.to(x.dtype) * self.scales).t()


# --- bits as parameters, Qn and Qp by name


class QuantizeLinear1bit(nn.Linear):
    def __init__(self, *kargs, weight_bits=1, input_bits=8, **kwargs):
        super().__init__(*kargs, **kwargs)
        self.weight_bits, self.input_bits = weight_bits, input_bits

    def quantize_weight(self, weight):
        dtype = weight.dtype
        weight = weight.float()
        s = 1 / weight.abs().mean().clamp(min=1e-5)
        result = (weight * s).round().clamp(-1, 1) / s
        return result.type(dtype)

    def quantize_input(self, input):
        dtype = input.dtype
        input = input.float()
        Qn = -2 ** (self.input_bits - 1)
        Qp = 2 ** (self.input_bits - 1) - 1
        s = Qp / input.abs().max(dim=-1, keepdim=True).values.clamp(min=1e-5)
        result = (input * s).round().clamp(Qn, Qp) / s
        return result.type(dtype)

    def forward(self, input):
        quant_input = input + (self.quantize_input(input) - input).detach()
        quant_weight = self.weight + (self.quantize_weight(self.weight) - self.weight).detach()
        out = nn.functional.linear(quant_input, quant_weight)
        if self.bias is not None:
            out += self.bias.view(1, -1).expand_as(out)
        return out


# --- helper classes, LayerNorm in front, division in place of the reciprocal


class AbsMeanTernarizer(nn.Module):
    def __init__(self, eps: float = 1e-6):
        super().__init__()
        self.eps = eps

    def forward(self, weights: Tensor) -> tuple[Tensor, Tensor]:
        gamma = torch.mean(torch.abs(weights))
        return torch.clip(torch.round(weights / (gamma + self.eps)), -1.0, 1.0), gamma


class AbsMaxInt8(nn.Module):
    def forward(self, hidden: Tensor) -> tuple[Tensor, Tensor]:
        peak = torch.amax(torch.abs(hidden), dim=-1, keepdim=True)
        step = torch.clamp(peak, min=1e-5) / 127.0
        return torch.clamp(torch.round(hidden / step), -128.0, 127.0), step


class BitLayer(nn.Module):
    def __init__(self, features_in: int, features_out: int):
        super().__init__()
        self.pre_norm = nn.LayerNorm(features_in)
        self.latent = nn.Parameter(torch.randn(features_out, features_in) * 0.02)
        self.ternarize = AbsMeanTernarizer()
        self.quantize = AbsMaxInt8()

    def forward(self, hidden: Tensor) -> Tensor:
        hidden = self.pre_norm(hidden)
        codes, step = self.quantize(hidden)
        trits, gamma = self.ternarize(self.latent)
        return torch.matmul(codes, trits.transpose(0, 1)) * gamma * step


class TritRows(nn.Linear):
    """One scale for every output, no quantized activations."""

    def forward(self, x):
        alpha = self.weight.abs().mean(dim=1, keepdim=True).clamp(min=1e-8)
        q = torch.clamp((self.weight / alpha).round(), min=-1, max=1)
        return F.linear(x, q * alpha, self.bias)


class GroupedBitLinear(nn.Module):
    """One scale for every 32 weights of an output."""

    def __init__(self, d_in, d_out, group=32):
        super().__init__()
        self.w = nn.Parameter(torch.randn(d_out, d_in))
        self.group = group

    def forward(self, x):
        d_out, d_in = self.w.shape
        g = self.w.reshape(d_out, d_in // self.group, self.group)
        s = g.abs().mean(-1, keepdim=True)
        q = torch.round(g / (s + 1e-6)).clamp(-1, 1) * s
        return x @ q.reshape(d_out, d_in).T


class SharedCodes(nn.Module):
    """Three projections of the same codes, each scaled behind its product."""

    def __init__(self, d):
        super().__init__()
        self.weights = nn.ParameterList(torch.randint(-1, 2, (d, d)).float() for _ in range(3))
        self.scales = nn.Parameter(torch.rand(3, d) * 0.05)

    def forward(self, x):
        peak = x.abs().amax(-1, keepdim=True).clamp(min=1e-5)
        codes = (x * (127 / peak)).round().clamp(-128, 127).to(torch.int8).float()
        q, k, v = (F.linear(codes, w) * s * (peak / 127)
                   for w, s in zip(self.weights, self.scales))
        return torch.cat([q, k, v], -1)


class FeedForward(nn.Module):
    """relu(gate)^2 * up with a norm before the last layer, three BitLinears in all."""

    def __init__(self, dim, hidden):
        super().__init__()
        self.gate_proj = BitLinearPlain(dim, hidden, bias=False)
        self.up_proj = BitLinearPlain(dim, hidden, bias=False)
        self.down_proj = BitLinearPlain(hidden, dim, bias=False)
        self.ffn_sub_norm = RMSNorm(hidden, eps=1e-5)

    def forward(self, x):
        h = F.relu(self.gate_proj(x)).square() * self.up_proj(x)
        return x + self.down_proj(self.ffn_sub_norm(h))


class BinaryBitLinear(nn.Linear):
    """The one-bit layer of the first BitNet: signs about the mean, which are ternary without a
    zero; its activations are scaled by the largest of the tensor and not rounded."""

    def forward(self, x):
        x = F.layer_norm(x, x.shape[-1:])
        w = torch.sign(self.weight - self.weight.mean())
        beta = self.weight.abs().mean()
        gamma = x.abs().max()
        x = torch.clamp(x * 127 / (gamma + 1e-5), -127 + 1e-5, 127 - 1e-5)
        return F.linear(x, w) * (beta * gamma / 127)


X = floats(2, 5, 64)

STYLES = [
    style("bitnet/report", lambda: BitLinearReport(64, 48), X, ternary=1, int8=1, rms_norm=1),
    style("bitnet/plain functions", lambda: BitLinearPlain(64, 48), X, ternary=1, int8=1),
    style("bitnet/autograd functions", lambda: OnlineBitLinear(64, 48, bias=False), X,
          ternary=1, int8=1),
    style("bitnet/packed bytes", lambda: PackedBitLinear(64, 48), X, ternary=1, int8=1),
    style("bitnet/offline, scale multiplies", lambda: OfflineBitLinear(64, 48), X,
          ternary=1, int8=1),
    style("bitnet/int8 codes and row scales", lambda: CodesBitLinear(64, 48), X, ternary=1),
    style("bitnet/bits as parameters", lambda: QuantizeLinear1bit(64, 48), X, ternary=1, int8=1),
    style("bitnet/quantizer modules", lambda: BitLayer(64, 48), X,
          ternary=1, int8=1, layer_norm=1),
    style("bitnet/shared codes", lambda: SharedCodes(64), floats(5, 64), ternary=3, int8=1,
          free=(0,)),
    style("bitnet/scale per row", lambda: TritRows(64, 48), X, ternary=1, free=(0, 1)),
    style("bitnet/scale per group", lambda: GroupedBitLinear(64, 48), X, ternary=1),
    style("bitnet/feed-forward with sub-norm", lambda: FeedForward(64, 96), X, ternary=3, int8=2,
          rms_norm=1, free=(1,)),
    style("bitnet/one bit", lambda: BinaryBitLinear(64, 48), X, ternary=1, layer_norm=1),
    style("bitnet/half precision", lambda: OnlineBitLinear(64, 48, bias=False).half(),
          floats(2, 5, 64, half=True), ternary=1, int8=1),
]
