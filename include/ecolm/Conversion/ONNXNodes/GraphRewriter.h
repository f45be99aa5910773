//===- GraphRewriter.h - Rewrites an imported graph ----------- -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Declares the rewriter and the table of conversions that both halves of the
// recognizer share.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_CONVERSION_ONNXNODES_GRAPHREWRITER_H
#define ECOLM_CONVERSION_ONNXNODES_GRAPHREWRITER_H

#include "ecolm/Dialect/EcoLM/IR/EcoLMAttributes.h"
#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringMap.h"
#include <optional>

namespace ecolm {

/// The opset whose definitions nodes made by the compiler follow.
inline constexpr int64_t kStandardOpset = 24;

/// A rewriter that knows the imported module: its weights and the symbols of
/// its dimensions.
///
/// Conversions visit consumers before producers, so that the operands of a node
/// are still nodes and initializers, with their constants and `onnx.dims`.
class GraphRewriter : public mlir::IRRewriter {
public:
  explicit GraphRewriter(mlir::ModuleOp module);

  /// The size of a dimension if it is known without looking at `tensor`: it is
  /// static, or an argument of the function declares its symbol. The argument
  /// is read once, whatever tensor asks.
  std::optional<mlir::OpFoldResult> getKnownSize(mlir::Value tensor,
                                                 int64_t dim);

  /// The size of a dimension.
  mlir::OpFoldResult getSize(mlir::Value tensor, int64_t dim);

  /// The sizes of all dimensions of `tensor`.
  llvm::SmallVector<mlir::OpFoldResult> getSizes(mlir::Value tensor);

  /// True if both dimensions are provably of one size in every run.
  bool haveSameSize(mlir::Value lhs, int64_t lhsDim, mlir::Value rhs,
                    int64_t rhsDim) const;

  /// Declares `source` as a weight of `type`, once for each distinct use, and
  /// reads it. `transposed`: the bytes are those of the transpose.
  mlir::Value createWeight(mlir::Location loc, llvm::StringRef name,
                           mlir::RankedTensorType type,
                           mlir::ElementsAttr source,
                           std::optional<Packing> packing = std::nullopt,
                           bool transposed = false);

  /// Reads a constant `value` as a weight of its own type; any other value, and
  /// one of elements that share bytes, is returned as it is.
  mlir::Value createWeightIfConstant(mlir::Value value);

  /// Creates a node of the standard domain, which is converted in its turn.
  /// Dynamic dimensions of the result are those of `like`, counted from the
  /// last one, if it is given.
  mlir::Value createNode(mlir::Location loc, llvm::StringRef opType,
                         mlir::ValueRange operands, mlir::Type resultType,
                         llvm::ArrayRef<mlir::NamedAttribute> attrs = {},
                         mlir::Value like = nullptr);

  /// The nodes created since the last call.
  llvm::SmallVector<onnx::NodeOp> takeCreatedNodes() {
    return std::exchange(createdNodes, {});
  }

  /// Replaces the results of `node`, casting every value to the type inferred
  /// for the result. A result without a value, or with a null one, has no uses.
  /// Returns success, so that a conversion can end with it.
  llvm::LogicalResult replaceNode(onnx::NodeOp node, mlir::ValueRange values);

  /// Gives the operation that defines `value` the dimension symbols of result 0
  /// of `node`, for who asks for sizes later.
  void copyDims(onnx::NodeOp node, mlir::Value value);

  /// Leaves `node` as it is and remembers why. Returns failure.
  llvm::LogicalResult refuse(onnx::NodeOp node, const llvm::Twine &reason);

private:
  llvm::StringRef getSymbol(mlir::Value tensor, int64_t dim) const;

  mlir::ModuleOp module;
  mlir::SymbolTable symbols;
  llvm::DenseMap<mlir::Attribute, mlir::FlatSymbolRefAttr> weights;
  llvm::StringMap<mlir::Value> symbolSizes;
  llvm::SmallVector<onnx::NodeOp> createdNodes;
};

/// Rewrites one node, or refuses it.
using NodeConversion = llvm::LogicalResult (*)(onnx::NodeOp, GraphRewriter &);

/// Conversions by operator.
class NodeConversions {
public:
  /// Registers the conversion of operator `opType` of the standard domain.
  void add(llvm::StringRef opType, NodeConversion convert) {
    table[opType] = convert;
  }
  /// Registers the conversion of operator `opType` of the compiler's domain.
  void addEcoLM(llvm::StringRef opType, NodeConversion convert) {
    table[(onnx::kEcoLMDomain + ":" + opType).str()] = convert;
  }
  /// Registers the conversion of operator `opType` of onnxruntime's domain.
  void addMicrosoft(llvm::StringRef opType, NodeConversion convert) {
    table[(onnx::kMicrosoftDomain + ":" + opType).str()] = convert;
  }
  /// Leaves nodes alone that have an input or output of a type that `isKnown`
  /// denies.
  void setTypeFilter(bool (*isKnown)(mlir::Type)) { isKnownType = isKnown; }

  /// Applies the conversions to every node below `module`, last node first, and
  /// to the nodes they create.
  void apply(mlir::ModuleOp module) const;

private:
  llvm::StringMap<NodeConversion> table;
  bool (*isKnownType)(mlir::Type) = nullptr;
};

/// Erases nodes, initializers and omitted inputs that nobody uses.
void eraseUnusedNodes(mlir::ModuleOp module);

} // namespace ecolm

#endif // ECOLM_CONVERSION_ONNXNODES_GRAPHREWRITER_H
