//===- FusedNode.h - A fused operator on its way out ---------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds the standard nodes that stand for one fused operator.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RECOGNITION_FUSEDNODE_H
#define ECOLM_LIB_RECOGNITION_FUSEDNODE_H

#include "ecolm/Conversion/ONNXNodes/GraphRewriter.h"
#include "ecolm/Conversion/ONNXNodes/NodeQueries.h"

namespace ecolm {

/// A node that is about to be replaced by standard ones. What is made here has
/// no type yet: shape inference runs again behind the pass.
class FusedNode {
public:
  FusedNode(onnx::NodeOp node, GraphRewriter &rewriter)
      : node(node), rewriter(rewriter), loc(node.getLoc()) {}

  /// Input `index`, or null when it is omitted.
  mlir::Value input(unsigned index) { return node.getPresentInput(index); }
  /// The type of input `index`, which is given.
  mlir::RankedTensorType type(unsigned index) {
    return llvm::cast<mlir::RankedTensorType>(input(index).getType());
  }
  mlir::NamedAttribute attr(llvm::StringRef name, int64_t value) {
    return rewriter.getNamedAttr(name, rewriter.getI64IntegerAttr(value));
  }
  mlir::NamedAttribute attr(llvm::StringRef name, double value) {
    return rewriter.getNamedAttr(name, rewriter.getF32FloatAttr(value));
  }
  mlir::NamedAttribute attr(llvm::StringRef name,
                            llvm::ArrayRef<int64_t> value) {
    return rewriter.getNamedAttr(name, rewriter.getDenseI64ArrayAttr(value));
  }

  /// Result 0 of a standard node.
  mlir::Value make(llvm::StringRef op, mlir::ValueRange operands,
                   llvm::ArrayRef<mlir::NamedAttribute> attrs = {}) {
    return makeAll(op, operands, 1, attrs).front();
  }
  /// The results of a standard node.
  llvm::SmallVector<mlir::Value>
  makeAll(llvm::StringRef op, mlir::ValueRange operands, unsigned numResults,
          llvm::ArrayRef<mlir::NamedAttribute> attrs = {});

  /// A scalar.
  mlir::Value number(mlir::Type elementType, double value);
  /// A list of i64.
  mlir::Value integers(llvm::ArrayRef<int64_t> values);
  /// A stored tensor.
  mlir::Value constant(mlir::ElementsAttr elements);
  /// An omitted input.
  mlir::Value none();

  /// `sum`, with input `index` added if it is given.
  mlir::Value addInput(mlir::Value sum, unsigned index) {
    return input(index) ? make("Add", {sum, input(index)}) : sum;
  }
  /// `value` with dimension `axis` inserted.
  mlir::Value unsqueeze(mlir::Value value, llvm::ArrayRef<int64_t> axes) {
    return make("Unsqueeze", {value, integers(axes)});
  }
  /// Dimension `axis` of `value`, an i64 scalar.
  mlir::Value size(mlir::Value value, int64_t axis);
  /// 0, 1, ... below the i64 scalar `limit`.
  mlir::Value range(mlir::Value limit);
  /// `value` cut along `axis` into parts of these sizes.
  llvm::SmallVector<mlir::Value>
  split(mlir::Value value, llvm::ArrayRef<int64_t> sizes, int64_t axis);
  /// `value` as elements of data type `to` of ONNX.
  mlir::Value castTo(mlir::Value value, int64_t to) {
    return make("Cast", value, attr("to", to));
  }

  /// Replaces the results; one that is null has no uses.
  llvm::LogicalResult replace(llvm::ArrayRef<mlir::Value> values);
  /// Leaves the node and remembers why.
  llvm::LogicalResult refuse(const llvm::Twine &reason) {
    return rewriter.refuse(node, reason);
  }
  /// True if result `index` is there and used.
  bool isUsed(unsigned index) {
    return index < node.getNumResults() && !node.getResult(index).use_empty();
  }

  onnx::NodeOp node;
  GraphRewriter &rewriter;
  mlir::Location loc;
};

/// Data types of ONNX that casts name.
inline constexpr int64_t kOnnxFloat = 1, kOnnxInt64 = 7;

// FusedActivations.cpp: BiasGelu, FastGelu, Gelu, QuickGelu.
void populateFusedActivations(NodeConversions &conversions);
// FusedNormalizations.cpp: SkipLayerNormalization and relatives.
void populateFusedNormalizations(NodeConversions &conversions);
// FusedProducts.cpp: products by quantized matrices.
void populateFusedProducts(NodeConversions &conversions);
// FusedBlockProducts.cpp: MatMulNBits.
void populateFusedBlockProducts(NodeConversions &conversions);
// FusedGather.cpp: GatherBlockQuantized.
void populateFusedGather(NodeConversions &conversions);
// FusedAttention.cpp: MultiHeadAttention and Attention.
void populateFusedAttention(NodeConversions &conversions);
// FusedGroupAttention.cpp: GroupQueryAttention and RotaryEmbedding.
void populateFusedGroupAttention(NodeConversions &conversions);

} // namespace ecolm

#endif // ECOLM_LIB_RECOGNITION_FUSEDNODE_H
