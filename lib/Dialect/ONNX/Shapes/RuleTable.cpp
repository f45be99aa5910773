//===- RuleTable.cpp - Which rule an operator has -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Maps operators to shape rules.
//
//===----------------------------------------------------------------------===//

#include "Rules.h"
#include "llvm/ADT/StringMap.h"

using namespace llvm;

namespace ecolm::onnx {

static const StringMap<ShapeRule> &standardRules() {
  static const StringMap<ShapeRule> rules = {
      {"Abs", inferUnary},
      {"Add", inferArithmetic},
      {"Attention", inferAttention},
      {"Cast", inferCast},
      {"Concat", inferConcat},
      {"ConstantOfShape", inferConstantOfShape},
      {"Div", inferArithmetic},
      {"Equal", inferComparison},
      {"Erf", inferUnary},
      {"Exp", inferUnary},
      {"Expand", inferExpand},
      {"Flatten", inferFlatten},
      {"Gather", inferGather},
      {"Gelu", inferUnary},
      {"Gemm", inferGemm},
      {"Greater", inferComparison},
      {"GreaterOrEqual", inferComparison},
      {"Identity", inferUnary},
      {"LayerNormalization", inferLayerNormalization},
      {"Less", inferComparison},
      {"LessOrEqual", inferComparison},
      {"Log", inferUnary},
      {"MatMul", inferMatMul},
      {"Max", inferVariadic},
      {"Min", inferVariadic},
      {"Mul", inferArithmetic},
      {"Neg", inferUnary},
      {"Pow", inferArithmetic},
      {"RMSNormalization", inferRMSNormalization},
      {"Range", inferRange},
      {"ReduceMax", inferReduce},
      {"ReduceMean", inferReduce},
      {"ReduceSum", inferReduce},
      {"Relu", inferUnary},
      {"Reshape", inferReshape},
      {"Shape", inferShape},
      {"Sigmoid", inferUnary},
      {"Sign", inferUnary},
      {"Slice", inferSlice},
      {"Softmax", inferSoftmax},
      {"Split", inferSplit},
      {"Sqrt", inferUnary},
      {"Squeeze", inferSqueeze},
      {"Sub", inferArithmetic},
      {"Tanh", inferUnary},
      {"Transpose", inferTranspose},
      {"Unsqueeze", inferUnsqueeze},
      {"Where", inferWhere},
  };
  return rules;
}

static const StringMap<ShapeRule> &ecolmRules() {
  static const StringMap<ShapeRule> rules = {
      {"ButterflyFactor", inferButterflyFactor},
      {"LogQuantize", inferLogQuantize},
      {"PotMatMul", inferLowBitMatMul},
      {"TernaryMatMul", inferLowBitMatMul},
      {"UnpackTernary", inferUnpackTernary},
  };
  return rules;
}

ShapeRule findShapeRule(StringRef domain, StringRef opType) {
  if (domain.empty())
    return standardRules().lookup(opType);
  return domain == kEcoLMDomain ? ecolmRules().lookup(opType) : nullptr;
}

} // namespace ecolm::onnx
