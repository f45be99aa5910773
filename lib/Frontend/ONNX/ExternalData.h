//===- ExternalData.h - Tensors in other files -*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Finds the bytes of a tensor that lies beside the model.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_FRONTEND_ONNX_EXTERNALDATA_H
#define ECOLM_LIB_FRONTEND_ONNX_EXTERNALDATA_H

#include "ImportContext.h"
#include "onnx.pb.h"

namespace ecolm {

/// Bytes and the mapping that holds them.
struct MappedBytes {
  llvm::ArrayRef<char> bytes;
  std::shared_ptr<MappedFile> owner;
};

/// The bytes that `tensor.external_data` names, exactly `expected` of them.
/// Verifies the checksum if one is given.
mlir::FailureOr<MappedBytes> findExternalData(ImportContext &import,
                                              const ::onnx::TensorProto &tensor,
                                              uint64_t expected,
                                              mlir::Location loc);

} // namespace ecolm

#endif // ECOLM_LIB_FRONTEND_ONNX_EXTERNALDATA_H
