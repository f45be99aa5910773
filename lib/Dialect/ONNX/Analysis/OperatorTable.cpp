//===- OperatorTable.cpp - What the compiler knows of each operator -*- C++
//-*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Holds the table of supported operators and prints it.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/ONNX/Analysis/OperatorTable.h"
#include "OperatorLimits.h"

using namespace llvm;

namespace ecolm::onnx {

/// The newest operator set that the table was compared with.
static constexpr int64_t kNewestOpset = 28;

ArrayRef<SupportedOperator> getSupportedOperators() {
  static const SupportedOperator table[] = {
      {"", "Abs", 6, kNewestOpset, "", "", nullptr},
      {"", "Add", 7, kNewestOpset, "", "", nullptr},
      {"", "And", 7, kNewestOpset, "", "", nullptr},
      {"", "ArgMax", 1, kNewestOpset, "axis keepdims select_last_index", "",
       nullptr},
      {"", "ArgMin", 1, kNewestOpset, "axis keepdims select_last_index", "",
       nullptr},
      {"", "Attention", 23, kNewestOpset,
       "is_causal kv_num_heads q_num_heads scale softcap softmax_precision "
       "qk_matmul_output_mode left_window_size right_window_size",
       "queries, keys and values of one float type", nullptr},
      {"", "BitCast", 26, kNewestOpset, "to", "", nullptr},
      {"", "BitShift", 11, kNewestOpset, "direction", "", nullptr},
      {"", "BitwiseAnd", 18, kNewestOpset, "", "", nullptr},
      {"", "BitwiseNot", 18, kNewestOpset, "", "", nullptr},
      {"", "BitwiseOr", 18, kNewestOpset, "", "", nullptr},
      {"", "BitwiseXor", 18, kNewestOpset, "", "", nullptr},
      {"", "Cast", 6, kNewestOpset, "to saturate round_mode", "", nullptr},
      {"", "CastLike", 15, kNewestOpset, "saturate round_mode", "", nullptr},
      {"", "Ceil", 6, kNewestOpset, "", "", nullptr},
      {"", "Clip", 6, kNewestOpset, "max min", "", nullptr},
      {"", "Concat", 4, kNewestOpset, "axis", "", nullptr},
      {"", "ConstantOfShape", 9, kNewestOpset, "value", "", nullptr},
      {"", "Cos", 7, kNewestOpset, "", "", nullptr},
      {"", "CumSum", 11, kNewestOpset, "exclusive reverse", "", nullptr},
      {"", "DequantizeLinear", 10, kNewestOpset, "axis block_size output_dtype",
       "integers of 2 to 32 bits", checkDequantizeLinear},
      {"", "Div", 7, kNewestOpset, "", "", nullptr},
      {"", "DynamicQuantizeLinear", 11, kNewestOpset, "", "", nullptr},
      {"", "Einsum", 12, kNewestOpset, "equation", "", nullptr},
      {"", "Elu", 6, kNewestOpset, "alpha", "", nullptr},
      {"", "Equal", 7, kNewestOpset, "", "", nullptr},
      {"", "Erf", 9, kNewestOpset, "", "", nullptr},
      {"", "Exp", 6, kNewestOpset, "", "", nullptr},
      {"", "Expand", 8, kNewestOpset, "", "", nullptr},
      {"", "Flatten", 1, kNewestOpset, "axis", "", nullptr},
      {"", "Floor", 6, kNewestOpset, "", "", nullptr},
      {"", "Gather", 1, kNewestOpset, "axis", "", nullptr},
      {"", "GatherElements", 11, kNewestOpset, "axis", "", nullptr},
      {"", "GatherND", 11, kNewestOpset, "batch_dims", "", nullptr},
      {"", "Gelu", 20, kNewestOpset, "approximate",
       "approximate is none or tanh", checkGelu},
      {"", "Gemm", 7, kNewestOpset, "alpha beta transA transB", "", nullptr},
      {"", "Greater", 7, kNewestOpset, "", "", nullptr},
      {"", "GreaterOrEqual", 12, kNewestOpset, "", "", nullptr},
      {"", "HardSigmoid", 6, kNewestOpset, "alpha beta", "", nullptr},
      {"", "HardSwish", 14, kNewestOpset, "", "", nullptr},
      {"", "Identity", 1, kNewestOpset, "", "", nullptr},
      {"", "IsInf", 10, kNewestOpset, "detect_negative detect_positive", "",
       nullptr},
      {"", "IsNaN", 9, kNewestOpset, "", "", nullptr},
      {"", "LayerNormalization", 17, kNewestOpset, "axis epsilon stash_type",
       "stash_type is float", checkNormalization},
      {"", "LeakyRelu", 6, kNewestOpset, "alpha", "", nullptr},
      {"", "Less", 7, kNewestOpset, "", "", nullptr},
      {"", "LessOrEqual", 12, kNewestOpset, "", "", nullptr},
      {"", "Log", 6, kNewestOpset, "", "", nullptr},
      {"", "LogSoftmax", 1, kNewestOpset, "axis", "", nullptr},
      {"", "MatMul", 1, kNewestOpset, "", "", nullptr},
      {"", "MatMulInteger", 10, kNewestOpset, "", "", nullptr},
      {"", "Max", 8, kNewestOpset, "", "", nullptr},
      {"", "Mean", 8, kNewestOpset, "", "", nullptr},
      {"", "Min", 8, kNewestOpset, "", "", nullptr},
      {"", "Mod", 10, kNewestOpset, "fmod", "", nullptr},
      {"", "Mul", 7, kNewestOpset, "", "", nullptr},
      {"", "Neg", 6, kNewestOpset, "", "", nullptr},
      {"", "NonZero", 9, kNewestOpset, "", "", nullptr},
      {"", "Not", 1, kNewestOpset, "", "", nullptr},
      {"", "OneHot", 9, kNewestOpset, "axis", "", nullptr},
      {"", "Or", 7, kNewestOpset, "", "", nullptr},
      {"", "Pad", 2, kNewestOpset, "mode pads value", "", nullptr},
      {"", "Pow", 7, kNewestOpset, "", "", nullptr},
      {"", "QLinearMatMul", 10, kNewestOpset, "", "", nullptr},
      {"", "QuantizeLinear", 10, kNewestOpset,
       "axis block_size saturate output_dtype precision",
       "integers of 2 to 16 bits", checkQuantizeLinear},
      {"", "RMSNormalization", 23, kNewestOpset, "axis epsilon stash_type",
       "stash_type is float", checkNormalization},
      {"", "Range", 11, kNewestOpset, "stash_type", "", nullptr},
      {"", "Reciprocal", 6, kNewestOpset, "", "", nullptr},
      {"", "ReduceL1", 1, kNewestOpset, "axes keepdims noop_with_empty_axes",
       "", nullptr},
      {"", "ReduceL2", 1, kNewestOpset, "axes keepdims noop_with_empty_axes",
       "", nullptr},
      {"", "ReduceLogSum", 1, kNewestOpset,
       "axes keepdims noop_with_empty_axes", "", nullptr},
      {"", "ReduceLogSumExp", 1, kNewestOpset,
       "axes keepdims noop_with_empty_axes", "", nullptr},
      {"", "ReduceMax", 1, kNewestOpset, "axes keepdims noop_with_empty_axes",
       "", nullptr},
      {"", "ReduceMean", 1, kNewestOpset, "axes keepdims noop_with_empty_axes",
       "", nullptr},
      {"", "ReduceMin", 1, kNewestOpset, "axes keepdims noop_with_empty_axes",
       "", nullptr},
      {"", "ReduceProd", 1, kNewestOpset, "axes keepdims noop_with_empty_axes",
       "", nullptr},
      {"", "ReduceSum", 1, kNewestOpset, "axes keepdims noop_with_empty_axes",
       "", nullptr},
      {"", "ReduceSumSquare", 1, kNewestOpset,
       "axes keepdims noop_with_empty_axes", "", nullptr},
      {"", "Relu", 6, kNewestOpset, "", "", nullptr},
      {"", "Reshape", 5, kNewestOpset, "allowzero", "", nullptr},
      {"", "RotaryEmbedding", 23, kNewestOpset,
       "interleaved num_heads rotary_embedding_dim", "", nullptr},
      {"", "Round", 11, kNewestOpset, "", "", nullptr},
      {"", "ScatterElements", 11, kNewestOpset, "axis reduction", "", nullptr},
      {"", "ScatterND", 11, kNewestOpset, "reduction", "", nullptr},
      {"", "Shape", 1, kNewestOpset, "start end", "", nullptr},
      {"", "Sigmoid", 6, kNewestOpset, "", "", nullptr},
      {"", "Sign", 9, kNewestOpset, "", "", nullptr},
      {"", "SimplifiedLayerNormalization", 1, kNewestOpset,
       "axis epsilon stash_type", "as onnxruntime writes it", nullptr},
      {"", "Sin", 7, kNewestOpset, "", "", nullptr},
      {"", "Size", 1, kNewestOpset, "", "", nullptr},
      {"", "Slice", 1, kNewestOpset, "axes ends starts", "", nullptr},
      {"", "Softmax", 1, kNewestOpset, "axis", "", nullptr},
      {"", "Softplus", 1, kNewestOpset, "", "", nullptr},
      {"", "Split", 2, kNewestOpset, "axis num_outputs split", "", nullptr},
      {"", "Sqrt", 6, kNewestOpset, "", "", nullptr},
      {"", "Squeeze", 1, kNewestOpset, "axes", "", nullptr},
      {"", "Sub", 7, kNewestOpset, "", "", nullptr},
      {"", "Sum", 8, kNewestOpset, "", "", nullptr},
      {"", "Swish", 24, kNewestOpset, "alpha", "", nullptr},
      {"", "Tanh", 6, kNewestOpset, "", "", nullptr},
      {"", "TensorScatter", 24, kNewestOpset, "axis mode", "", nullptr},
      {"", "Tile", 6, kNewestOpset, "", "", nullptr},
      {"", "TopK", 1, kNewestOpset, "axis k largest sorted", "", nullptr},
      {"", "Transpose", 1, kNewestOpset, "perm", "", nullptr},
      {"", "Trilu", 14, kNewestOpset, "upper", "", nullptr},
      {"", "Unsqueeze", 1, kNewestOpset, "axes", "", nullptr},
      {"", "Where", 9, kNewestOpset, "", "", nullptr},
      {"", "Xor", 7, kNewestOpset, "", "", nullptr},
      {kEcoLMDomain, "ButterflyFactor", 1, 1, "",
       "stored values, float or ternary int8", checkButterflyFactor},
      {kEcoLMDomain, "LogQuantize", 1, 1, "emin emax rounding underflow",
       "float; -126 <= emin <= emax <= 127", checkLogQuantize},
      {kEcoLMDomain, "LogQuantizedAttention", 1, 1,
       "q_num_heads kv_num_heads scale is_causal emin emax rounding underflow",
       "float; -126 <= emin <= emax <= 127", checkLogQuantizedAttention},
      {kEcoLMDomain, "PotGroupMatMul", 1, 1, "emin emax",
       "stored int8 codes up to emax - emin + 1; stored scales (N, G), G "
       "dividing K",
       checkPotGroupMatMul},
      {kEcoLMDomain, "PotMatMul", 1, 1, "emin emax",
       "stored int8 codes up to emax - emin + 1", checkPotMatMul},
      {kEcoLMDomain, "QuantizeInt8", 1, 1, "", "float", checkQuantizeInt8},
      {kEcoLMDomain, "TernaryGroupMatMul", 1, 1, "",
       "stored int8 weights -1, 0 and 1; stored scales (N, G), G dividing K",
       checkTernaryGroupMatMul},
      {kEcoLMDomain, "TernaryMatMul", 1, 1, "",
       "stored int8 weights -1, 0 and 1", checkTernaryMatMul},
      {kEcoLMDomain, "UnpackTernary", 1, 1, "", "stored uint8 codes 0, 1 and 2",
       checkUnpackTernary},
      {kMicrosoftDomain, "Attention", 1, 1,
       "num_heads unidirectional qkv_hidden_sizes scale mask_filter_value "
       "do_rotary past_present_share_buffer rotary_embedding_dim",
       "no buffer for the past, no rotation", nullptr},
      {kMicrosoftDomain, "BiasGelu", 1, 1, "", "", nullptr},
      {kMicrosoftDomain, "DynamicQuantizeMatMul", 1, 1, "", "", nullptr},
      {kMicrosoftDomain, "EmbedLayerNormalization", 1, 1,
       "epsilon mask_index_type", "", nullptr},
      {kMicrosoftDomain, "FastGelu", 1, 1, "", "", nullptr},
      {kMicrosoftDomain, "GatherBlockQuantized", 1, 1,
       "bits block_size gather_axis quantize_axis",
       "integer codes; an index outside the table stops the program", nullptr},
      {kMicrosoftDomain, "Gelu", 1, 1, "", "", nullptr},
      {kMicrosoftDomain, "GroupQueryAttention", 1, 1,
       "num_heads kv_num_heads scale softcap do_rotary rotary_interleaved "
       "local_window_size smooth_softmax",
       "queries of known width, no sink", nullptr},
      {kMicrosoftDomain, "MatMulIntegerToFloat", 1, 1, "", "", nullptr},
      {kMicrosoftDomain, "MatMulNBits", 1, 1,
       "K N bits block_size accuracy_level",
       "a stored matrix of 2, 4 or 8 bits, no order of groups", nullptr},
      {kMicrosoftDomain, "MultiHeadAttention", 1, 1,
       "num_heads scale mask_filter_value unidirectional",
       "no buffer for the past", nullptr},
      {kMicrosoftDomain, "QuickGelu", 1, 1, "alpha", "", nullptr},
      {kMicrosoftDomain, "RotaryEmbedding", 1, 1,
       "interleaved num_heads rotary_embedding_dim scale is_packed_batching",
       "scale 1, rows of one length", nullptr},
      {kMicrosoftDomain, "SimplifiedLayerNormalization", 1, 1,
       "axis epsilon stash_type", "", nullptr},
      {kMicrosoftDomain, "SkipLayerNormalization", 1, 1, "epsilon",
       "statistics that nobody reads", nullptr},
      {kMicrosoftDomain, "SkipSimplifiedLayerNormalization", 1, 1, "epsilon",
       "statistics that nobody reads", nullptr},
  };
  return table;
}

const SupportedOperator *findSupportedOperator(StringRef domain,
                                               StringRef opType) {
  ArrayRef<SupportedOperator> table = getSupportedOperators();
  const SupportedOperator *found =
      llvm::lower_bound(table, std::make_pair(domain, opType),
                        [](const SupportedOperator &entry, auto key) {
                          return std::make_pair(StringRef(entry.domain),
                                                StringRef(entry.opType)) < key;
                        });
  bool matches = found != table.end() && found->domain == domain &&
                 found->opType == opType;
  return matches ? found : nullptr;
}

void printOperatorTable(raw_ostream &os) {
  os << "| operator | domain | opsets | attributes | limits |\n"
     << "|---|---|---|---|---|\n";
  for (const SupportedOperator &entry : getSupportedOperators())
    os << "| " << entry.opType << " | "
       << (entry.domain.empty() ? StringRef("ai.onnx")
                                : StringRef(entry.domain))
       << " | " << entry.firstOpset << " to " << entry.lastOpset << " | "
       << entry.attributes << " | " << entry.limits << " |\n";
}

} // namespace ecolm::onnx
