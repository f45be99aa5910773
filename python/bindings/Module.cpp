//===- Module.cpp - The Python extension ----------------------------------===//
//
// Part of the EcoLM compiler, under the Apache License v2.0.
// SPDX-License-Identifier: Apache-2.0
//
//===----------------------------------------------------------------------===//
//
// Binds compilation and compiled models to ecolm._core, in numpy's arrays and
// Python's exceptions.
//
//===----------------------------------------------------------------------===//

#include "Compilation.h"
#include "LoadedModel.h"
#include "ModelTokenizer.h"
#include "Sampler.h"
#include "Sequence.h"
#include "Tensor.h"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace py = pybind11;
using namespace ecolm::python;
using namespace ecolm::runtime;

namespace {

/// ecolm.CompileError.
struct CompileError {
  std::string message;
};

} // namespace

/// Turns a failure of the runtime into Python's.
static void check(const Status &status) {
  if (!status.failed())
    return;
  if (status.code() == ExitCode::ModelFailure)
    throw std::runtime_error(status.message());
  throw py::value_error(status.message());
}

static void warn(const Messages &messages) {
  for (const std::string &warning : messages.warnings)
    if (PyErr_WarnEx(PyExc_UserWarning, warning.c_str(), /*stack_level=*/2))
      throw py::error_already_set();
}

/// (name, dtype, shape) of each tensor; a dynamic dimension is None.
static py::list describe(const ecolm_tensor_spec *specs, int32_t count) {
  py::list result;
  for (const ecolm_tensor_spec *spec = specs; spec != specs + count; ++spec) {
    py::list dims;
    for (int32_t d = 0; d < spec->rank; ++d)
      dims.append(spec->dims[d] < 0 ? py::object(py::none())
                                    : py::object(py::int_(spec->dims[d])));
    result.append(py::make_tuple(spec->name, findElementType(spec->dtype)->name,
                                 py::tuple(dims)));
  }
  return result;
}

/// The array as input `index` wants it: dense, aligned, of the right type.
static py::array takeInput(const ecolm_tensor_spec &spec,
                           const py::object &given) {
  py::array array = py::array::ensure(
      given, py::array::c_style | py::detail::npy_api::NPY_ARRAY_ALIGNED_);
  std::string name = std::string("input '") + spec.name + "'";
  if (!array)
    throw py::value_error(name + " is no array");
  std::string wanted = findElementType(spec.dtype)->name;
  if (!array.dtype().equal(py::dtype(wanted)))
    throw py::value_error(name + " is " + wanted + ", but the array holds " +
                          py::str(array.dtype()).cast<std::string>() +
                          "; convert it with numpy's astype('" + wanted + "')");
  if (array.ndim() > ECOLM_MAX_RANK)
    throw py::value_error(name + " has more than 8 dimensions");
  return array;
}

static ecolm_tensor viewOf(const py::array &array, int32_t dtype) {
  ecolm_tensor view = {dtype, static_cast<int32_t>(array.ndim()), {}, nullptr};
  for (int32_t d = 0; d < view.rank; ++d)
    view.dims[d] = array.shape(d);
  view.data = const_cast<void *>(array.data());
  return view;
}

/// An array over memory of malloc that it frees.
static py::array adopt(const ecolm_tensor &tensor) {
  py::capsule owner(tensor.data, [](void *data) { free(data); });
  std::vector<py::ssize_t> shape(tensor.dims, tensor.dims + tensor.rank);
  return py::array(py::dtype(findElementType(tensor.dtype)->name), shape,
                   tensor.data, owner);
}

/// Logits of a whole sequence, evaluated in chunks.
static py::array runTokens(LoadedModel &self, const ecolm_tensor &ids) {
  const ecolm_language_model &language = *self.get().language_model;
  if (ids.dims[0] != 1)
    throw py::value_error("a language model takes one sequence at a time, as "
                          "shape (1, length)");
  int64_t count = ids.dims[1];
  const int64_t *tokens = static_cast<const int64_t *>(ids.data);
  std::string source = std::string("input '") + self.get().inputs[0].name + "'";
  check(checkTokens(language, tokens, count, source.c_str()));
  py::array_t<float> logits({int64_t(1), count, language.vocabulary_size});
  float *rows = logits.mutable_data();
  Status status;
  {
    py::gil_scoped_release release;
    std::lock_guard<std::mutex> lock(self.getMutex());
    Sequence sequence;
    status = sequence.open(self.get(), /*chunk=*/0);
    if (!status.failed())
      status = sequence.append(tokens, count, rows);
  }
  check(status);
  return std::move(logits);
}

/// Takes one array for each input; the package looks at the names.
static py::list run(LoadedModel &self, const std::vector<py::object> &given) {
  const ecolm_model &model = self.get();
  if (given.size() != static_cast<size_t>(model.num_inputs))
    throw py::value_error("the number of arrays is not that of inputs");
  std::vector<py::array> arrays;
  std::vector<ecolm_tensor> inputs, outputs(model.num_outputs);
  for (int32_t i = 0; i < model.num_inputs; ++i) {
    arrays.push_back(takeInput(model.inputs[i], given[i]));
    inputs.push_back(viewOf(arrays[i], model.inputs[i].dtype));
    check(self.checkShape(i, inputs.back()));
  }
  py::list results;
  if (model.language_model) {
    results.append(runTokens(self, inputs[0]));
    return results;
  }
  Status status;
  {
    py::gil_scoped_release release;
    status = self.run(inputs.data(), outputs.data());
  }
  check(status);
  for (int32_t i = 0; i < model.num_outputs; ++i) {
    outputs[i].dtype = model.outputs[i].dtype;
    outputs[i].rank = model.outputs[i].rank;
    results.append(adopt(outputs[i]));
  }
  return results;
}

/// Evaluates the next tokens without the interpreter, then lets it look for
/// Ctrl-C.
static void append(LoadedModel &self, Sequence &sequence, const int64_t *ids,
                   int64_t count) {
  Status status;
  {
    py::gil_scoped_release release;
    std::lock_guard<std::mutex> lock(self.getMutex());
    status = sequence.append(ids, count, /*logits=*/nullptr);
  }
  check(status);
  if (PyErr_CheckSignals())
    throw py::error_already_set();
}

static std::string toString(const Text &text) {
  return text.size() ? std::string(text.data(), text.size()) : std::string();
}

static void openTokenizer(const LoadedModel &self, ModelTokenizer &tokenizer) {
  if (self.get().tokenizer.kind == ECOLM_TOKENIZER_NONE)
    throw py::value_error("this model holds no tokenizer; evaluate token ids "
                          "with run");
  check(tokenizer.open(self.get().tokenizer));
}

static std::vector<int64_t> tokenize(const LoadedModel &self,
                                     const std::string &text, bool addSpecial) {
  ModelTokenizer tokenizer;
  openTokenizer(self, tokenizer);
  Array<int64_t> ids;
  check(
      tokenizer.encode(text.data(), text.size(), "the text", addSpecial, ids));
  return {ids.begin(), ids.end()};
}

static std::string detokenize(const LoadedModel &self,
                              const std::vector<int64_t> &ids,
                              bool skipSpecial) {
  ModelTokenizer tokenizer;
  openTokenizer(self, tokenizer);
  Text text;
  check(tokenizer.decode(ids.data(), ids.size(), skipSpecial, text));
  return toString(text);
}

/// The same tokens as the program's for the same options; see Generate.cpp.
static std::string generate(LoadedModel &self, const std::string &prompt,
                            int64_t maxTokens,
                            const SamplingOptions &sampling) {
  const ecolm_model &model = self.get();
  if (!model.language_model)
    throw py::value_error("generating text needs a language model; evaluate "
                          "this one with run");
  const ecolm_language_model &language = *model.language_model;
  ModelTokenizer tokenizer;
  openTokenizer(self, tokenizer);
  Array<int64_t> ids;
  check(tokenizer.encode(prompt.data(), prompt.size(), "the prompt",
                         /*addSpecial=*/true, ids));
  int64_t length = static_cast<int64_t>(ids.size());
  check(checkTokens(language, ids.data(), length, "the prompt"));

  TextStream stream(tokenizer, /*skipSpecial=*/true);
  Text text;
  for (int64_t id : ids)
    check(stream.push(id, text));
  Sequence sequence;
  check(sequence.open(model, /*chunk=*/0));
  Sampler sampler(sampling, language.vocabulary_size);
  append(self, sequence, ids.data(), length);
  int64_t count = std::min(maxTokens, language.context_length - length);
  for (int64_t i = 0; i < count; ++i) {
    int64_t id = sampler.sample(sequence.lastLogits());
    if (id < 0)
      throw std::runtime_error("the logits at position " +
                               std::to_string(sequence.length() - 1) +
                               " are not finite, so no token can be chosen");
    check(stream.push(id, text));
    if (i + 1 < count)
      append(self, sequence, &id, 1);
  }
  check(stream.finish(text));
  return toString(text);
}

static std::shared_ptr<LoadedModel> compile(const Request &request) {
  Messages messages;
  std::shared_ptr<LoadedModel> model;
  {
    py::gil_scoped_release release;
    model = compileAndLoad(request, messages);
  }
  if (!model)
    throw CompileError{messages.errors};
  warn(messages);
  return model;
}

static std::string printIR(const Request &request, const std::string &phase) {
  Messages messages;
  std::string text;
  bool done;
  {
    py::gil_scoped_release release;
    done = printPhase(request, phase, text, messages);
  }
  if (!done)
    throw CompileError{messages.errors};
  warn(messages);
  return text;
}

static std::shared_ptr<LoadedModel> load(const std::string &path) {
  std::string error;
  std::shared_ptr<LoadedModel> model = LoadedModel::open(path, error);
  if (!model)
    throw py::value_error(error);
  return model;
}

static void bindModel(py::module_ &m) {
  py::class_<LoadedModel, std::shared_ptr<LoadedModel>>(m, "LoadedModel")
      .def_property_readonly(
          "name", [](const LoadedModel &self) { return self.get().name; })
      .def_property_readonly(
          "info_json",
          [](const LoadedModel &self) { return self.get().info_json; })
      .def_property_readonly("inputs",
                             [](const LoadedModel &self) {
                               return describe(self.get().inputs,
                                               self.get().num_inputs);
                             })
      .def_property_readonly("outputs",
                             [](const LoadedModel &self) {
                               return describe(self.get().outputs,
                                               self.get().num_outputs);
                             })
      .def("set_threads", &LoadedModel::setThreads,
           py::call_guard<py::gil_scoped_release>())
      .def("run", &run)
      .def("tokenize", &tokenize)
      .def("detokenize", &detokenize)
      .def("generate",
           [](LoadedModel &self, const std::string &prompt, int64_t maxTokens,
              double temperature, int64_t topK, double topP, uint64_t seed) {
             return generate(self, prompt, maxTokens,
                             {temperature, topK, topP, seed});
           });
}

PYBIND11_MODULE(_core, m) {
  m.doc() = "The EcoLM compiler; use it through the package ecolm.";
  py::register_local_exception_translator([](std::exception_ptr pointer) {
    try {
      std::rethrow_exception(pointer);
    } catch (const CompileError &error) {
      py::set_error(py::module_::import("ecolm.compiler").attr("CompileError"),
                    error.message.c_str());
    }
  });
  py::class_<Request>(m, "Request")
      .def(py::init<>())
      .def_readwrite("path", &Request::path)
      .def_readwrite("tokenizer", &Request::tokenizer)
      .def_readwrite("data_directory", &Request::dataDirectory)
      .def_readwrite("cpu", &Request::cpu)
      .def_readwrite("features", &Request::features)
      .def_readwrite("linker", &Request::linker)
      .def_readwrite("runtime", &Request::runtime)
      .def_readwrite("optimization_level", &Request::optimizationLevel)
      .def_readwrite("multiplications", &Request::multiplications)
      .def_readwrite("quantize", &Request::quantize)
      .def_readwrite("quantize_include", &Request::quantizeInclude)
      .def_readwrite("quantize_exclude", &Request::quantizeExclude)
      .def_readwrite("calibration", &Request::calibration)
      .def_readwrite("multiplier_free", &Request::multiplierFree)
      .def_readwrite("cache", &Request::cache)
      .def_readwrite("max_chunk", &Request::maxChunk);
  bindModel(m);
  m.def("compile", &compile);
  m.def("print_ir", &printIR);
  m.def("load", &load);
  m.attr("version") = compilerVersion();
}
