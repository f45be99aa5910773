//===- Limits.cpp - What a model may ask for -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Tells the limits.
//
//===----------------------------------------------------------------------===//

#include "ecolm/Frontend/ONNX/Limits.h"

namespace ecolm {

void printLimits(llvm::raw_ostream &os) {
  const Limits limits;
  os << "| limit | of what |\n|---|---|\n";
  auto row = [&](uint64_t limit, llvm::StringRef what) {
    os << "| " << limit << " | " << what << " |\n";
  };
  row(limits.maxRank, "dimensions of a tensor");
  row(limits.maxDim, "size of a dimension");
  row(limits.maxElements, "elements of a tensor, in the file or computed");
  row(limits.maxMessages, "messages in the file that describe graphs");
  row(limits.maxDepth, "nesting of those messages, hence of subgraphs");
  row(limits.maxStructureBytes, "bytes of the file without its tensors");
  row(limits.maxNodes,
      "nodes, with functions inlined, and one more for each KiB of the "
      "file (--max-nodes)");
  row(limits.maxOperations,
      "cost of compiling, in operations, of a model of less than 1 MiB "
      "(--max-operations)");
  row(limits.maxFunctions, "functions of the model");
  row(limits.maxCallDepth, "calls of functions inside one another");
  row(limits.maxNameBytes, "bytes of a name");
  row(limits.maxMetadataBytes, "bytes of one value of the metadata");
  row(limits.maxAttributes, "attributes of a node or function");
  row(limits.maxOperands, "inputs of a node, and outputs of a node");
  row(limits.maxExternalFiles, "files of external data");
}

} // namespace ecolm
