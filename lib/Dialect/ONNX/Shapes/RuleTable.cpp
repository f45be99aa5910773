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
      {"ArgMax", inferArgExtreme},
      {"ArgMin", inferArgExtreme},
      {"Attention", inferAttention},
      {"BitCast", inferBitCast},
      {"BitShift", inferBitwise},
      {"BitwiseAnd", inferBitwise},
      {"BitwiseNot", inferBitwise},
      {"BitwiseOr", inferBitwise},
      {"BitwiseXor", inferBitwise},
      {"Cast", inferCast},
      {"CastLike", inferCastLike},
      {"Ceil", inferUnary},
      {"Clip", inferClip},
      {"Concat", inferConcat},
      {"ConstantOfShape", inferConstantOfShape},
      {"Cos", inferUnary},
      {"CumSum", inferCumSum},
      {"DequantizeLinear", inferDequantizeLinear},
      {"Div", inferArithmetic},
      {"DynamicQuantizeLinear", inferDynamicQuantizeLinear},
      {"Einsum", inferEinsum},
      {"Elu", inferUnary},
      {"Equal", inferComparison},
      {"Erf", inferUnary},
      {"Exp", inferUnary},
      {"Expand", inferExpand},
      {"EyeLike", inferEyeLike},
      {"Flatten", inferFlatten},
      {"Floor", inferUnary},
      {"Gather", inferGather},
      {"GatherElements", inferGatherElements},
      {"GatherND", inferGatherND},
      {"Gelu", inferUnary},
      {"Gemm", inferGemm},
      {"Greater", inferComparison},
      {"GreaterOrEqual", inferComparison},
      {"HardSigmoid", inferUnary},
      {"HardSwish", inferUnary},
      {"Identity", inferUnary},
      {"IsInf", inferPredicate},
      {"IsNaN", inferPredicate},
      {"LayerNormalization", inferLayerNormalization},
      {"LeakyRelu", inferUnary},
      {"Less", inferComparison},
      {"LessOrEqual", inferComparison},
      {"Log", inferUnary},
      {"LogSoftmax", inferSoftmax},
      {"MatMul", inferMatMul},
      {"MatMulInteger", inferMatMulInteger},
      {"Max", inferVariadic},
      {"Mean", inferVariadic},
      {"Min", inferVariadic},
      {"Mod", inferArithmetic},
      {"Mul", inferArithmetic},
      {"Neg", inferUnary},
      {"NonZero", inferNonZero},
      {"Not", inferLogic},
      {"OneHot", inferOneHot},
      {"Or", inferLogic},
      {"Pad", inferPad},
      {"Pow", inferArithmetic},
      {"QLinearMatMul", inferQLinearMatMul},
      {"QuantizeLinear", inferQuantizeLinear},
      {"RMSNormalization", inferRMSNormalization},
      {"Range", inferRange},
      {"Reciprocal", inferUnary},
      {"ReduceL1", inferReduce},
      {"ReduceL2", inferReduce},
      {"ReduceLogSum", inferReduce},
      {"ReduceLogSumExp", inferReduce},
      {"ReduceMax", inferReduce},
      {"ReduceMean", inferReduce},
      {"ReduceMin", inferReduce},
      {"ReduceProd", inferReduce},
      {"ReduceSum", inferReduce},
      {"ReduceSumSquare", inferReduce},
      {"Relu", inferUnary},
      {"Reshape", inferReshape},
      {"RotaryEmbedding", inferRotaryEmbedding},
      {"Round", inferUnary},
      {"ScatterElements", inferScatterElements},
      {"ScatterND", inferScatterND},
      {"Shape", inferShape},
      {"Sigmoid", inferUnary},
      {"Sign", inferUnary},
      {"SimplifiedLayerNormalization", inferFusedNormalization},
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
      {"TensorScatter", inferTensorScatter},
      {"Tile", inferTile},
      {"TopK", inferTopK},
      {"Transpose", inferTranspose},
      {"Trilu", inferTrilu},
      {"Unsqueeze", inferUnsqueeze},
      {"Where", inferWhere},
      {"Xor", inferLogic},
  };
  return rules;
}

static const StringMap<ShapeRule> &ecolmRules() {
  static const StringMap<ShapeRule> rules = {
      {"ButterflyFactor", inferButterflyFactor},
      {"LogQuantize", inferQuantizer},
      {"LogQuantizedAttention", inferAttention},
      {"PotGroupMatMul", inferLowBitGroupMatMul},
      {"PotMatMul", inferLowBitMatMul},
      {"QuantizeInt8", inferQuantizer},
      {"TernaryGroupMatMul", inferLowBitGroupMatMul},
      {"TernaryMatMul", inferLowBitMatMul},
      {"UnpackTernary", inferUnpackTernary},
  };
  return rules;
}

static const StringMap<ShapeRule> &microsoftRules() {
  static const StringMap<ShapeRule> rules = {
      {"Attention", inferPackedAttention},
      {"BiasGelu", inferFusedUnary},
      {"DynamicQuantizeMatMul", inferScaledIntegerProduct},
      {"EmbedLayerNormalization", inferEmbedLayerNormalization},
      {"FastGelu", inferFusedUnary},
      {"Gelu", inferFusedUnary},
      {"GatherBlockQuantized", inferGatherBlockQuantized},
      {"GroupQueryAttention", inferGroupQueryAttention},
      {"MatMulIntegerToFloat", inferScaledIntegerProduct},
      {"MatMulNBits", inferMatMulNBits},
      {"MultiHeadAttention", inferMultiHeadAttention},
      {"QuickGelu", inferFusedUnary},
      {"RotaryEmbedding", inferFusedUnary},
      {"SimplifiedLayerNormalization", inferFusedNormalization},
      {"SkipLayerNormalization", inferFusedNormalization},
      {"SkipSimplifiedLayerNormalization", inferFusedNormalization},
  };
  return rules;
}

ShapeRule findShapeRule(StringRef domain, StringRef opType) {
  if (domain.empty())
    return standardRules().lookup(opType);
  if (domain == kMicrosoftDomain)
    return microsoftRules().lookup(opType);
  return domain == kEcoLMDomain ? ecolmRules().lookup(opType) : nullptr;
}

} // namespace ecolm::onnx
