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
      {"", "Abs", 13, kNewestOpset, "", "", nullptr},
      {"", "Add", 13, kNewestOpset, "", "", nullptr},
      {"", "And", 13, kNewestOpset, "", "", nullptr},
      {"", "Attention", 23, kNewestOpset,
       "is_causal kv_num_heads q_num_heads scale softcap softmax_precision "
       "qk_matmul_output_mode left_window_size right_window_size",
       "no mask, no past, no softcap, no window; first output only",
       checkAttention},
      {"", "Cast", 13, kNewestOpset, "to saturate round_mode", "", nullptr},
      {"", "CastLike", 15, kNewestOpset, "saturate round_mode", "", nullptr},
      {"", "Ceil", 13, kNewestOpset, "", "", nullptr},
      {"", "Clip", 13, kNewestOpset, "", "", nullptr},
      {"", "Concat", 13, kNewestOpset, "axis", "", nullptr},
      {"", "ConstantOfShape", 9, kNewestOpset, "value", "", nullptr},
      {"", "Cos", 13, kNewestOpset, "", "", nullptr},
      {"", "DequantizeLinear", 13, kNewestOpset, "axis output_dtype",
       "int8 to float, by tensor or axis", checkDequantizeLinear},
      {"", "Div", 13, kNewestOpset, "", "", nullptr},
      {"", "Elu", 13, kNewestOpset, "alpha", "", nullptr},
      {"", "Equal", 13, kNewestOpset, "", "", nullptr},
      {"", "Erf", 13, kNewestOpset, "", "", nullptr},
      {"", "Exp", 13, kNewestOpset, "", "", nullptr},
      {"", "Expand", 13, kNewestOpset, "", "", nullptr},
      {"", "Flatten", 13, kNewestOpset, "axis", "", nullptr},
      {"", "Floor", 13, kNewestOpset, "", "", nullptr},
      {"", "Gather", 13, kNewestOpset, "axis", "", nullptr},
      {"", "Gelu", 20, kNewestOpset, "approximate",
       "approximate is none or tanh", checkGelu},
      {"", "Gemm", 13, kNewestOpset, "alpha beta transA transB", "", nullptr},
      {"", "Greater", 13, kNewestOpset, "", "", nullptr},
      {"", "GreaterOrEqual", 13, kNewestOpset, "", "", nullptr},
      {"", "HardSigmoid", 13, kNewestOpset, "alpha beta", "", nullptr},
      {"", "HardSwish", 14, kNewestOpset, "", "", nullptr},
      {"", "Identity", 13, kNewestOpset, "", "", nullptr},
      {"", "IsNaN", 13, kNewestOpset, "", "", nullptr},
      {"", "LayerNormalization", 17, kNewestOpset, "axis epsilon stash_type",
       "stash_type is float; first output only", checkNormalization},
      {"", "LeakyRelu", 13, kNewestOpset, "alpha", "", nullptr},
      {"", "Less", 13, kNewestOpset, "", "", nullptr},
      {"", "LessOrEqual", 13, kNewestOpset, "", "", nullptr},
      {"", "Log", 13, kNewestOpset, "", "", nullptr},
      {"", "LogSoftmax", 13, kNewestOpset, "axis", "", nullptr},
      {"", "MatMul", 13, kNewestOpset, "", "", nullptr},
      {"", "Max", 13, kNewestOpset, "", "", nullptr},
      {"", "Mean", 13, kNewestOpset, "", "", nullptr},
      {"", "Min", 13, kNewestOpset, "", "", nullptr},
      {"", "Mod", 13, kNewestOpset, "fmod", "", nullptr},
      {"", "Mul", 13, kNewestOpset, "", "", nullptr},
      {"", "Neg", 13, kNewestOpset, "", "", nullptr},
      {"", "Not", 13, kNewestOpset, "", "", nullptr},
      {"", "Or", 13, kNewestOpset, "", "", nullptr},
      {"", "Pow", 13, kNewestOpset, "", "", nullptr},
      {"", "QuantizeLinear", 13, kNewestOpset,
       "axis saturate output_dtype precision",
       "float to int8, by tensor or axis", checkQuantizeLinear},
      {"", "RMSNormalization", 23, kNewestOpset, "axis epsilon stash_type",
       "stash_type is float", checkNormalization},
      {"", "Range", 11, kNewestOpset, "stash_type", "int32 or int64",
       checkRange},
      {"", "Reciprocal", 13, kNewestOpset, "", "", nullptr},
      {"", "ReduceL1", 13, kNewestOpset, "axes keepdims noop_with_empty_axes",
       "constant axes", checkReduction},
      {"", "ReduceL2", 13, kNewestOpset, "axes keepdims noop_with_empty_axes",
       "constant axes", checkReduction},
      {"", "ReduceMax", 13, kNewestOpset, "axes keepdims noop_with_empty_axes",
       "constant axes", checkReduction},
      {"", "ReduceMean", 13, kNewestOpset, "axes keepdims noop_with_empty_axes",
       "constant axes", checkReduction},
      {"", "ReduceMin", 13, kNewestOpset, "axes keepdims noop_with_empty_axes",
       "constant axes", checkReduction},
      {"", "ReduceProd", 13, kNewestOpset, "axes keepdims noop_with_empty_axes",
       "constant axes", checkReduction},
      {"", "ReduceSum", 13, kNewestOpset, "axes keepdims noop_with_empty_axes",
       "constant axes", checkReduction},
      {"", "ReduceSumSquare", 13, kNewestOpset,
       "axes keepdims noop_with_empty_axes", "constant axes", checkReduction},
      {"", "Relu", 13, kNewestOpset, "", "", nullptr},
      {"", "Reshape", 13, kNewestOpset, "allowzero", "", nullptr},
      {"", "Round", 13, kNewestOpset, "", "", nullptr},
      {"", "Shape", 13, kNewestOpset, "start end", "", nullptr},
      {"", "Sigmoid", 13, kNewestOpset, "", "", nullptr},
      {"", "Sign", 13, kNewestOpset, "", "", nullptr},
      {"", "Sin", 13, kNewestOpset, "", "", nullptr},
      {"", "Size", 13, kNewestOpset, "", "", nullptr},
      {"", "Slice", 13, kNewestOpset, "", "constant axes and steps",
       checkSlice},
      {"", "Softmax", 13, kNewestOpset, "axis", "", nullptr},
      {"", "Softplus", 13, kNewestOpset, "", "", nullptr},
      {"", "Split", 13, kNewestOpset, "axis num_outputs", "constant sizes",
       checkSplit},
      {"", "Sqrt", 13, kNewestOpset, "", "", nullptr},
      {"", "Squeeze", 13, kNewestOpset, "", "constant axes", checkConstantAxes},
      {"", "Sub", 13, kNewestOpset, "", "", nullptr},
      {"", "Sum", 13, kNewestOpset, "", "", nullptr},
      {"", "Swish", 24, kNewestOpset, "alpha", "", nullptr},
      {"", "Tanh", 13, kNewestOpset, "", "", nullptr},
      {"", "Transpose", 13, kNewestOpset, "perm", "", nullptr},
      {"", "Unsqueeze", 13, kNewestOpset, "", "constant axes",
       checkConstantAxes},
      {"", "Where", 13, kNewestOpset, "", "", nullptr},
      {"", "Xor", 13, kNewestOpset, "", "", nullptr},
      {kEcoLMDomain, "ButterflyFactor", 1, 1, "",
       "stored values, float or ternary int8", checkButterflyFactor},
      {kEcoLMDomain, "LogQuantize", 1, 1, "emin emax rounding underflow",
       "float; -126 <= emin <= emax <= 127", checkLogQuantize},
      {kEcoLMDomain, "LogQuantizedAttention", 1, 1,
       "q_num_heads kv_num_heads scale is_causal emin emax rounding underflow",
       "float; -126 <= emin <= emax <= 127", checkLogQuantizedAttention},
      {kEcoLMDomain, "PotMatMul", 1, 1, "emin emax",
       "stored int8 codes up to emax - emin + 1", checkPotMatMul},
      {kEcoLMDomain, "TernaryMatMul", 1, 1, "",
       "stored int8 weights -1, 0 and 1", checkTernaryMatMul},
      {kEcoLMDomain, "UnpackTernary", 1, 1, "", "stored uint8 codes 0, 1 and 2",
       checkUnpackTernary},
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
