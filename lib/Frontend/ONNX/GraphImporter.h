//===- GraphImporter.h - Graphs of a model -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Builds operations from the nodes of a graph, its subgraphs and the bodies of
// the functions it calls.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_FRONTEND_ONNX_GRAPHIMPORTER_H
#define ECOLM_LIB_FRONTEND_ONNX_GRAPHIMPORTER_H

#include "AttributeImporter.h"
#include "FunctionTable.h"
#include "GraphOrder.h"
#include "TypeImporter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Block.h"

namespace ecolm {

/// The names that nodes of one graph or function body can use.
struct Scope {
  /// The graph around a subgraph, whose names can be used too.
  Scope *parent = nullptr;
  llvm::StringMap<mlir::Value> values = {};
  /// Initializers of this graph; each becomes an operation when first used.
  llvm::StringMap<const ::onnx::TensorProto *> initializers = {};
  const TypeTable *types = nullptr;
  const OpsetVersions *opsets = nullptr;
  const AttributeBindings *bindings = nullptr;
  /// Where initializers of this graph are put; null in a function body.
  mlir::Block *block = nullptr;
  mlir::Operation *lastInitializer = nullptr;
};

/// Imports the main graph.
class GraphImporter {
public:
  GraphImporter(ImportContext &import, const ::onnx::ModelProto &model,
                const OpsetVersions &opsets, const FunctionTable &functions)
      : import(import), model(model), opsets(opsets), functions(functions),
        builder(import.context) {}

  /// Builds `@main` in `module`.
  mlir::LogicalResult importMain(mlir::ModuleOp module);

private:
  mlir::LogicalResult enterGraph(const ::onnx::GraphProto &graph, Scope &scope,
                                 TypeTable &types, mlir::Location loc);
  mlir::LogicalResult importNodes(const NodeList &nodes, Scope &scope,
                                  std::optional<unsigned> callIndex);
  mlir::LogicalResult importNode(const NodeList &nodes, int index, Scope &scope,
                                 mlir::Location loc, unsigned placeIndex);
  mlir::LogicalResult buildNode(const ::onnx::NodeProto &node, Scope &scope,
                                mlir::ValueRange inputs, mlir::Location loc);
  mlir::LogicalResult importSubgraph(const ::onnx::GraphProto &graph,
                                     Scope &scope, mlir::Region &region,
                                     mlir::Location loc);
  mlir::LogicalResult inlineCall(const ModelFunction &function,
                                 const ::onnx::NodeProto &node, Scope &scope,
                                 mlir::ValueRange inputs, mlir::Location loc,
                                 unsigned placeIndex);
  mlir::LogicalResult importFunctionBody(const ModelFunction &function,
                                         Scope &body, mlir::Location loc,
                                         unsigned placeIndex);
  mlir::ElementsAttr constantElements(mlir::DictionaryAttr attributes);
  mlir::FailureOr<mlir::Value> lookUp(llvm::StringRef name, Scope &scope,
                                      mlir::Location loc);
  mlir::FailureOr<mlir::Value> materialize(llvm::StringRef name,
                                           const ::onnx::TensorProto &tensor,
                                           Scope &scope, mlir::Location loc);
  mlir::FailureOr<mlir::Value> lookUpOutput(llvm::StringRef name, Scope &scope,
                                            mlir::Location loc);
  mlir::LogicalResult define(llvm::StringRef name, mlir::Value value,
                             Scope &scope, mlir::Location loc);
  StatedType statedType(llvm::StringRef name, const Scope &scope);
  mlir::LogicalResult spend(uint64_t operands, mlir::Location loc);

  ImportContext &import;
  const ::onnx::ModelProto &model;
  const OpsetVersions &opsets;
  const FunctionTable &functions;
  mlir::OpBuilder builder;
  llvm::SmallVector<const ModelFunction *> callStack;
  unsigned graphDepth = 0;
  uint64_t spentNodes = 0, spentOperands = 0;
};

} // namespace ecolm

#endif // ECOLM_LIB_FRONTEND_ONNX_GRAPHIMPORTER_H
