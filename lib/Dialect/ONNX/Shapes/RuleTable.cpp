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
      {"And", inferLogic},
      {"Attention", inferAttention},
      {"Cast", inferCast},
      {"CastLike", inferCastLike},
      {"Ceil", inferUnary},
      {"Clip", inferClip},
      {"Concat", inferConcat},
      {"ConstantOfShape", inferConstantOfShape},
      {"Cos", inferUnary},
      {"DequantizeLinear", inferDequantizeLinear},
      {"Div", inferArithmetic},
      {"Elu", inferUnary},
      {"Equal", inferComparison},
      {"Erf", inferUnary},
      {"Exp", inferUnary},
      {"Expand", inferExpand},
      {"Flatten", inferFlatten},
      {"Floor", inferUnary},
      {"Gather", inferGather},
      {"Gelu", inferUnary},
      {"Gemm", inferGemm},
      {"Greater", inferComparison},
      {"GreaterOrEqual", inferComparison},
      {"HardSigmoid", inferUnary},
      {"HardSwish", inferUnary},
      {"Identity", inferUnary},
      {"IsNaN", inferPredicate},
      {"LayerNormalization", inferLayerNormalization},
      {"LeakyRelu", inferUnary},
      {"Less", inferComparison},
      {"LessOrEqual", inferComparison},
      {"Log", inferUnary},
      {"LogSoftmax", inferSoftmax},
      {"MatMul", inferMatMul},
      {"Max", inferVariadic},
      {"Mean", inferVariadic},
      {"Min", inferVariadic},
      {"Mod", inferArithmetic},
      {"Mul", inferArithmetic},
      {"Neg", inferUnary},
      {"Not", inferLogic},
      {"Or", inferLogic},
      {"Pow", inferArithmetic},
      {"RMSNormalization", inferRMSNormalization},
      {"QuantizeLinear", inferQuantizeLinear},
      {"Range", inferRange},
      {"Reciprocal", inferUnary},
      {"ReduceL1", inferReduce},
      {"ReduceL2", inferReduce},
      {"ReduceMax", inferReduce},
      {"ReduceMean", inferReduce},
      {"ReduceMin", inferReduce},
      {"ReduceProd", inferReduce},
      {"ReduceSum", inferReduce},
      {"ReduceSumSquare", inferReduce},
      {"Relu", inferUnary},
      {"Reshape", inferReshape},
      {"Round", inferUnary},
      {"Shape", inferShape},
      {"Sigmoid", inferUnary},
      {"Sign", inferUnary},
      {"Sin", inferUnary},
      {"Size", inferSize},
      {"Slice", inferSlice},
      {"Softmax", inferSoftmax},
      {"Softplus", inferUnary},
      {"Split", inferSplit},
      {"Sqrt", inferUnary},
      {"Squeeze", inferSqueeze},
      {"Sub", inferArithmetic},
      {"Sum", inferVariadic},
      {"Swish", inferUnary},
      {"Tanh", inferUnary},
      {"Transpose", inferTranspose},
      {"Unsqueeze", inferUnsqueeze},
      {"Where", inferWhere},
      {"Xor", inferLogic},
  };
  return rules;
}

static const StringMap<ShapeRule> &ecolmRules() {
  static const StringMap<ShapeRule> rules = {
      {"ButterflyFactor", inferButterflyFactor},
      {"LogQuantize", inferLogQuantize},
      {"LogQuantizedAttention", inferAttention},
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
