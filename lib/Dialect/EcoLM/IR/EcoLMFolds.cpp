//===- EcoLMFolds.cpp - Folds and canonicalizations -----------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Folds operations that constants or their neighbours decide.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Dialect/EcoLM/IR/EcoLMOps.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace ecolm;

OpFoldResult LogQuantizeOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult DequantizeOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult PermuteOp::fold(FoldAdaptor adaptor) { return {}; }

OpFoldResult ShiftOp::fold(FoldAdaptor adaptor) { return {}; }

void ButterflyOp::getCanonicalizationPatterns(RewritePatternSet &results,
                                              MLIRContext *context) {}

void PermuteOp::getCanonicalizationPatterns(RewritePatternSet &results,
                                            MLIRContext *context) {}

void ShiftOp::getCanonicalizationPatterns(RewritePatternSet &results,
                                          MLIRContext *context) {}
