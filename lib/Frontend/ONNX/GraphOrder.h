//===- GraphOrder.h - Why a value is not there yet -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Explains a use of a value that no earlier node defines.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_FRONTEND_ONNX_GRAPHORDER_H
#define ECOLM_LIB_FRONTEND_ONNX_GRAPHORDER_H

#include "onnx.pb.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace ecolm {

using NodeList = google::protobuf::RepeatedPtrField<::onnx::NodeProto>;

/// The rest of the sentence "input 'x' ...": that nothing defines it, that a
/// later node does, or that it depends on node `user` itself (a cycle, which
/// is spelled out), and what to do.
std::string explainMissingValue(const NodeList &nodes, int user,
                                llvm::StringRef value);

} // namespace ecolm

#endif // ECOLM_LIB_FRONTEND_ONNX_GRAPHORDER_H
