//===- WireScanner.h - Separates structure from payload -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Walks the protobuf encoding of an ONNX model and takes the tensor payloads
// out of it, so that weights never pass through libprotobuf.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_FRONTEND_ONNX_WIRESCANNER_H
#define ECOLM_FRONTEND_ONNX_WIRESCANNER_H

#include "ecolm/Frontend/ONNX/Limits.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace ecolm {

/// A piece of a file.
struct ByteRange {
  uint64_t offset = 0;
  uint64_t length = 0;
};

/// A model without its payloads.
struct StrippedModel {
  /// The ModelProto as it was, except that every `TensorProto.raw_data` is
  /// eight bytes long: the little-endian index of its range in `payloads`.
  std::string structure;
  /// Where each payload lies in the file.
  std::vector<ByteRange> payloads;
};

/// Why a file is not well-formed protobuf.
struct WireError {
  /// First byte that cannot be right.
  uint64_t offset = 0;
  /// Which message holds it, such as `graph.node[3].attribute[0]`.
  std::string where;
  /// What is wrong, lower-case, no full stop.
  std::string what;
  /// True if the bytes end before the message does.
  bool truncated = false;
  /// True if the bytes may be right, but are too many.
  bool beyondLimit = false;
  /// True if the file had shown a graph or a version before the fault.
  bool looksLikeModel = false;
};

/// Reads `file` as a ModelProto and fills `result`; on failure fills `error`.
/// Takes time linear in the structure: payload bytes are not touched.
llvm::LogicalResult stripPayloads(llvm::ArrayRef<char> file,
                                  const Limits &limits, StrippedModel &result,
                                  WireError &error);

} // namespace ecolm

#endif // ECOLM_FRONTEND_ONNX_WIRESCANNER_H
