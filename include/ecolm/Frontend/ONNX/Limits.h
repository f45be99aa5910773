//===- Limits.h - What a model file may ask for -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Bounds every number that a model file declares, so that time and memory
// depend on the size of the file and never on what it claims.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_FRONTEND_ONNX_LIMITS_H
#define ECOLM_FRONTEND_ONNX_LIMITS_H

#include "llvm/Support/raw_ostream.h"
#include <cstdint>

namespace ecolm {

/// Caps of the reader. A model beyond one of them is refused with a diagnostic
/// that names the cap. The defaults leave a factor of ten above the largest
/// exports of language models.
struct Limits {
  /// Dimensions of a tensor.
  uint64_t maxRank = 16;
  /// Size of one dimension.
  int64_t maxDim = int64_t(1) << 40;
  /// Elements of one tensor, in the file or computed.
  int64_t maxElements = int64_t(1) << 44;
  /// Messages in the file that describe graphs (nodes, attributes, tensors).
  uint64_t maxMessages = 1'000'000;
  /// Nesting of those messages, hence of subgraphs. libprotobuf stops at 100.
  unsigned maxDepth = 64;
  /// Bytes of the file that are not tensor payloads; protobuf stops at 2^31.
  uint64_t maxStructureBytes = uint64_t(1) << 30;
  /// Nodes after model-local functions are inlined, besides one for every KiB
  /// of the file: a small file shall not ask for much work.
  uint64_t maxNodes = 10'000;
  /// What the nodes become in any phase costs, in operations, if all files
  /// together have less than 1 MiB; 0 for any cost.
  uint64_t maxOperations = 100'000;
  /// Model-local functions.
  uint64_t maxFunctions = 10'000;
  /// Calls of model-local functions inside one another.
  unsigned maxCallDepth = 64;
  /// Bytes of a name (value, node, operator, domain, attribute, file).
  uint64_t maxNameBytes = 4096;
  /// Bytes of one value in the model's metadata (a tokenizer lives there).
  uint64_t maxMetadataBytes = uint64_t(64) << 20;
  /// Attributes of one node.
  uint64_t maxAttributes = 1024;
  /// Inputs of one node, and outputs of one node.
  uint64_t maxOperands = 16384;
  /// Files of external data.
  uint64_t maxExternalFiles = 4096;
};

/// Prints the limits as a table of Markdown.
void printLimits(llvm::raw_ostream &os);

} // namespace ecolm

#endif // ECOLM_FRONTEND_ONNX_LIMITS_H
