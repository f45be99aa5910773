//===- LoadedModel.h - A compiled model in this process ---------*- C++ -*-===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Owns a shared library that the compiler wrote, and drives what it holds.
//
//===----------------------------------------------------------------------===//

#ifndef ECOLM_PYTHON_BINDINGS_LOADEDMODEL_H
#define ECOLM_PYTHON_BINDINGS_LOADEDMODEL_H

#include "Errors.h"
#include "ecolm/Runtime/Model.h"

#include <memory>
#include <mutex>
#include <string>

namespace ecolm {
namespace python {

/// A library, loaded so that no other one sees its symbols.
class LoadedModel {
public:
  /// Null when the file is no model of this version, with the reason in
  /// `error`. The file is not needed any more afterwards.
  static std::shared_ptr<LoadedModel> open(const std::string &path,
                                           std::string &error);
  LoadedModel(const LoadedModel &) = delete;
  LoadedModel &operator=(const LoadedModel &) = delete;
  ~LoadedModel();

  const ecolm_model &get() const { return *model; }

  /// Held while the model computes: its parallel loops serve one caller.
  std::mutex &getMutex() { return mutex; }

  /// Restarts the pool; returns how many threads there are.
  int32_t setThreads(int32_t threads);

  /// Fails unless a tensor has the rank and the static dims of input `index`.
  runtime::Status checkShape(int32_t index, const ecolm_tensor &given) const;

  /// Evaluates a model that is no language model; see ecolm_model::run.
  runtime::Status run(const ecolm_tensor *inputs, ecolm_tensor *outputs);

private:
  explicit LoadedModel(void *handle) : handle(handle) {}

  void *handle;
  const ecolm_model *model = nullptr;
  int32_t (*restartPool)(int32_t) = nullptr;
  std::mutex mutex;
};

} // namespace python
} // namespace ecolm

#endif // ECOLM_PYTHON_BINDINGS_LOADEDMODEL_H
