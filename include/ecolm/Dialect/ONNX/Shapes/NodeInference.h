//===- NodeInference.h - Shape inference of one node -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// What a shape rule can ask about a node and say about its results.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_SHAPES_NODEINFERENCE_H
#define ECOLM_DIALECT_ONNX_SHAPES_NODEINFERENCE_H

#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "ecolm/Dialect/ONNX/Shapes/Dim.h"
#include "ecolm/Support/ErrorClass.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/DenseMap.h"

namespace ecolm::onnx {

using Dims = llvm::SmallVector<Dim, 4>;

/// What is known about a value.
struct ValueFacts {
  /// Null if not known.
  mlir::Type elementType;
  /// Nothing if the rank is not known.
  std::optional<Dims> dims;
  /// The elements of a small integer tensor of rank 0 or 1.
  std::optional<Dims> elements;

  bool isKnown() const { return elementType && dims; }
  int64_t getRank() const { return static_cast<int64_t>(dims->size()); }
};

/// What is known about the values of a graph. Owns the made-up symbols.
class GraphFacts {
public:
  explicit GraphFacts(mlir::MLIRContext *context) : context(context) {}
  /// A symbol that nothing else has.
  Dim freshDim();
  /// `dim`, or a fresh symbol if it is unknown.
  Dim asSize(Dim dim) { return dim.isUnknown() ? freshDim() : dim; }
  /// States that the size `symbol` is at most `size` in every run.
  void setLargest(Dim symbol, int64_t size) { largest = {symbol, size}; }
  /// True if `dim` is a size that was stated to be at most `size`.
  bool isAtMost(Dim dim, int64_t size) const {
    return largest && dim.isSymbol() && dim.provablyEquals(largest->first) &&
           largest->second <= size;
  }
  /// The facts of `value`; those of its type if none were recorded.
  ValueFacts &get(mlir::Value value);
  /// What `type` says, with a fresh symbol per dynamic dimension.
  ValueFacts factsOfType(mlir::Type type);

private:
  mlir::MLIRContext *context;
  llvm::DenseMap<mlir::Value, ValueFacts> facts;
  unsigned made = 0;
  std::optional<std::pair<Dim, int64_t>> largest;
};

/// An error of a node, whose message ends with a remedy: its own, or that of
/// all models that contradict themselves.
class NodeError {
public:
  explicit NodeError(mlir::InFlightDiagnostic diagnostic)
      : diagnostic(std::move(diagnostic)) {}
  template <typename Arg>
  NodeError &&operator<<(Arg &&arg) && {
    diagnostic << std::forward<Arg>(arg);
    return std::move(*this);
  }
  operator mlir::LogicalResult() &&;
  template <typename T>
  operator mlir::FailureOr<T>() && {
    return mlir::LogicalResult(std::move(*this));
  }

private:
  mlir::InFlightDiagnostic diagnostic;
};

/// One node while its rule runs. All inputs that are given are known.
class NodeInference {
public:
  NodeInference(NodeOp op, GraphFacts &graph);

  NodeOp getOp() { return op; }
  int64_t getOpset() { return static_cast<int64_t>(op.getOpset()); }
  /// True if input `index` is given.
  bool hasInput(unsigned index) { return op.getPresentInput(index) != nullptr; }
  unsigned getNumInputs() { return op.getInputs().size(); }
  unsigned getNumResults() { return op.getNumResults(); }
  /// The facts of input `index`, which must be given.
  const ValueFacts &getInput(unsigned index) { return inputs[index]; }
  const Dims &getDims(unsigned index) { return *inputs[index].dims; }
  /// The integers of input `index`, or null if they are not known.
  const Dims *getElements(unsigned index);
  /// The one number of input `index`, if it is known to be a whole one: an
  /// integer, or a float that is a constant or was cast from an integer.
  Dim getWholeNumber(unsigned index);

  /// True if `dim` is a size of at most `size` in every run.
  bool isAtMost(Dim dim, int64_t size) { return graph.isAtMost(dim, size); }

  /// Attributes by name, with the value that ONNX gives them when absent.
  int64_t getInt(llvm::StringRef name, int64_t otherwise);
  llvm::StringRef getString(llvm::StringRef name, llvm::StringRef otherwise);
  std::optional<llvm::SmallVector<int64_t>> getInts(llvm::StringRef name);

  /// States result `index`; it must fit the limits on sizes. Results that the
  /// node does not have are ignored.
  mlir::LogicalResult setResult(unsigned index, mlir::Type elementType,
                                llvm::ArrayRef<Dim> dims);
  /// States result `index`, whose dims only the run knows; their number is
  /// `rank` or, where that is not known either, the one that the file states.
  /// Whoever lowers the node must check it in the run.
  mlir::LogicalResult setUnknownDims(unsigned index, mlir::Type elementType,
                                     std::optional<int64_t> rank);
  /// States the integers of result `index`.
  void setElements(unsigned index, std::optional<Dims> elements);
  llvm::MutableArrayRef<ValueFacts> getResults() { return results; }

  /// A size: `dim`, or a symbol of its own.
  Dim asSize(Dim dim) { return graph.asSize(dim); }
  Dim freshDim() { return graph.freshDim(); }

  NodeError emitError() {
    return NodeError(classify(op.emitError(), ErrorClass::Model));
  }
  /// Checks that attributes have the types that ONNX gives them.
  mlir::LogicalResult expectAttributeTypes();
  /// Checks the number of inputs, of which the first `least` must be given.
  mlir::LogicalResult expectInputs(unsigned least, unsigned most);
  /// Checks the rank of input `index`.
  mlir::LogicalResult expectRank(unsigned index, int64_t least, int64_t most);
  /// Checks that all inputs in `indices` have one element type.
  mlir::LogicalResult expectSameType(llvm::ArrayRef<unsigned> indices);
  /// An axis counted from the front; fails with a diagnostic if out of range.
  mlir::FailureOr<int64_t> normalizeAxis(int64_t axis, int64_t rank);
  /// The one dim that equals both, or failure with a diagnostic that calls it
  /// `what`. If nothing shows that they are equal, that is an assumption.
  mlir::FailureOr<Dim> unify(Dim lhs, Dim rhs, llvm::StringRef what);
  /// Multidirectional broadcasting of two shapes. Two sizes that may or may
  /// not be equal, or one, in a run, are an assumption.
  mlir::FailureOr<Dims> broadcast(llvm::ArrayRef<Dim> lhs,
                                  llvm::ArrayRef<Dim> rhs);

  /// Records that the result is right only if `condition` holds in a run.
  void assume(const llvm::Twine &condition) {
    assumptions.push_back(condition.str());
  }
  /// What must hold in a run for the result to be right, and nothing shows.
  llvm::ArrayRef<std::string> getAssumptions() const { return assumptions; }

private:
  std::string describeInputs();
  void assumeEqual(Dim lhs, Dim rhs, llvm::StringRef what);

  NodeOp op;
  GraphFacts &graph;
  llvm::SmallVector<ValueFacts> inputs, results;
  llvm::SmallVector<std::string> assumptions;
};

/// `[2, sequence, ?]`, for diagnostics.
std::string describeDims(llvm::ArrayRef<Dim> dims);

/// What a rule does: checks the node and states its results.
using ShapeRule = mlir::LogicalResult (*)(NodeInference &);

/// The rule of an operator, or null if there is none.
ShapeRule findShapeRule(llvm::StringRef domain, llvm::StringRef opType);

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_SHAPES_NODEINFERENCE_H
