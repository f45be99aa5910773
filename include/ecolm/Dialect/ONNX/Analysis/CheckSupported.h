//===- CheckSupported.h - What of a graph does not compile -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Checks a typed graph as a whole and reports everything at once.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_DIALECT_ONNX_ANALYSIS_CHECKSUPPORTED_H
#define ECOLM_DIALECT_ONNX_ANALYSIS_CHECKSUPPORTED_H

#include "ecolm/Dialect/ONNX/IR/ONNXDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace ecolm::onnx {

/// Why nodes of one group do not compile.
enum class UnsupportedKind {
  /// The compiler does not know the operator.
  Operator,
  /// It does not know this version of it.
  Opset,
  /// It knows the operator but not this use of it.
  Use,
  /// A tensor has a type that it cannot compute with.
  Type,
  /// A type could not be derived though those of all inputs are known.
  Shape,
  /// The result is right only if sizes agree that nothing shows to agree. No
  /// obstacle: the program checks them in the run, and stops if they differ.
  Assumption,
};

/// One node that does not compile.
struct UnsupportedNode {
  /// As in the file; untrusted, so print it with `quoteName`.
  std::string name;
  /// Its place among the nodes of its graph, or -1 if it is not known.
  int64_t index;
  mlir::Location loc;
  std::string reason;
};

/// Nodes that do not compile for one kind of reason and have one remedy.
struct UnsupportedGroup {
  UnsupportedKind kind;
  /// Untrusted, as `UnsupportedNode::name`.
  std::string domain;
  std::string opType;
  std::string remedy;
  std::vector<UnsupportedNode> nodes;
};

/// Everything that keeps a model from compiling.
struct SupportReport {
  /// Nodes in the model.
  size_t numNodes = 0;
  /// In the order of the first node of each.
  std::vector<UnsupportedGroup> groups;

  /// True if there is no obstacle; assumptions are none.
  bool isSupported() const { return countObstacles() == 0; }
  /// Groups that are obstacles.
  size_t countObstacles() const;
  /// For people, one paragraph per group.
  void print(llvm::raw_ostream &os) const;
  /// For programs: `{"supported": false, "nodes": 192, "groups": [...]}`.
  llvm::json::Value toJSON() const;
  /// One error per obstacle with a note per node.
  void emit() const;
};

/// The name of a kind in JSON: operator, opset, use, type, shape, assumption.
llvm::StringRef stringifyUnsupportedKind(UnsupportedKind kind);

/// Checks every node of `module`, on which `onnx-infer-shapes` has run.
SupportReport checkSupported(mlir::ModuleOp module);

} // namespace ecolm::onnx

#endif // ECOLM_DIALECT_ONNX_ANALYSIS_CHECKSUPPORTED_H
