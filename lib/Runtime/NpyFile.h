//===- NpyFile.h - One tensor as numpy writes it ------------- -*- C++ -*--===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Reads and writes the .npy format, versions 1 to 3; see numpy.lib.format.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_LIB_RUNTIME_NPYFILE_H
#define ECOLM_LIB_RUNTIME_NPYFILE_H

#include "Tensor.h"

namespace ecolm {
namespace runtime {

/// Reads the bytes of a .npy file. `name` says in messages which.
Status parseNpy(const char *bytes, size_t size, const char *name,
                Tensor &tensor);

/// Appends what precedes the data of `tensor` in a .npy file: a multiple of
/// 64 bytes.
void appendNpyHeader(Text &header, const ecolm_tensor &tensor);

/// Reads the file at `path`.
Status readNpy(const char *path, Tensor &tensor);

} // namespace runtime
} // namespace ecolm

#endif // ECOLM_LIB_RUNTIME_NPYFILE_H
