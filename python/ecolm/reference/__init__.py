"""The meaning of every operation in numpy: one function each, written to be read.

Nothing here is fast. Element types are numpy's; float results are f32 unless
an argument is f64. Where the order of float additions matters it is part of
the definition and spelled out.
"""

from .butterfly import bit_reversal, butterfly, butterfly_factor, permute, rotate, rotate_stride
from .matmul import embedding, group_matmul, matmul, pot_values, shift
from .network import attention, layer_norm, rms_norm, row_sum, softmax
from .packing import (pack_base3, pack_bitplanes, pack_codes2, unpack_base3, unpack_bitplanes,
                      unpack_codes2)
from .quantizers import (absolute_scale_int8, dequantize, log_quantize, pot_quantize,
                         pot_terms, quantize_int8, ternary_quantize)

__all__ = [
    "absolute_scale_int8", "attention", "bit_reversal", "butterfly", "butterfly_factor",
    "dequantize", "embedding", "group_matmul", "layer_norm", "log_quantize", "matmul", "pack_base3",
    "pack_bitplanes", "pack_codes2", "permute", "pot_quantize", "pot_terms", "pot_values", "quantize_int8",
    "rms_norm", "rotate", "rotate_stride", "row_sum", "shift", "softmax", "ternary_quantize",
    "unpack_base3", "unpack_bitplanes", "unpack_codes2"]
