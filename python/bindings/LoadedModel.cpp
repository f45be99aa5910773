//===- LoadedModel.cpp - A compiled model in this process -----------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Loads, checks, calls and unloads.
//
//===----------------------------------------------------------------------===//

#include "LoadedModel.h"
#include "Descriptor.h"
#include "Tensor.h"

#include <dlfcn.h>

using namespace ecolm;
using namespace ecolm::python;
using runtime::ExitCode;
using runtime::Status;

std::shared_ptr<LoadedModel> LoadedModel::open(const std::string &path,
                                               std::string &error) {
  void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    error = std::string("error: cannot load the model: ") + dlerror();
    return nullptr;
  }
  std::shared_ptr<LoadedModel> loaded(new LoadedModel(handle));
  loaded->model =
      static_cast<const ecolm_model *>(dlsym(handle, "ecolm_model_descriptor"));
  loaded->restartPool = reinterpret_cast<int32_t (*)(int32_t)>(
      dlsym(handle, "ecolm_set_threads"));
  if (!loaded->model || !loaded->restartPool) {
    error = "error: '" + path +
            "' holds no model; name a library that ecolm-compile --emit=so "
            "wrote";
    return nullptr;
  }
  for (auto check : {runtime::checkDescriptor, runtime::checkProcessor})
    if (Status status = check(*loaded->model); status.failed()) {
      error = std::string("error: ") + status.message();
      return nullptr;
    }
  return loaded;
}

// The library joins its threads when it goes.
LoadedModel::~LoadedModel() { dlclose(handle); }

int32_t LoadedModel::setThreads(int32_t threads) {
  std::lock_guard<std::mutex> lock(mutex);
  return restartPool(threads);
}

Status LoadedModel::checkShape(int32_t index, const ecolm_tensor &given) const {
  const ecolm_tensor_spec &spec = model->inputs[index];
  bool fits = given.rank == spec.rank;
  for (int32_t d = 0; fits && d < spec.rank; ++d)
    fits = spec.dims[d] < 0 || spec.dims[d] == given.dims[d];
  if (fits)
    return Status();
  runtime::Text wanted, found;
  runtime::appendShape(wanted, spec.dims, spec.rank);
  runtime::appendShape(found, given.dims, given.rank);
  return Status::failure(ExitCode::BadInput,
                         "input '%s' has shape %s, but the array has %s; "
                         "reshape it (? takes any size)",
                         spec.name, wanted.c_str(), found.c_str());
}

Status LoadedModel::run(const ecolm_tensor *inputs, ecolm_tensor *outputs) {
  std::lock_guard<std::mutex> lock(mutex);
  return runtime::explainStatus(*model, model->run(inputs, outputs));
}
